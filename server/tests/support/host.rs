//! `backline serve`, the real process.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::{Api, Env};

/// A running host; killed when dropped.
pub struct Host {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    process: Child,
    log: PathBuf,
    /// Where the keeper of the cluster finds it.
    noted: PathBuf,
    _folder: tempfile::TempDir,
}

/// Lines of its log that a failed test shows.
const LAST: usize = 30;

/// The longest that a stop may take.
const STOP: Duration = Duration::from_secs(25);

impl Host {
    /// Serves, and returns once it says that it is ready.
    pub async fn start(env: &Env) -> Host {
        Host::start_with(env, &[]).await
    }

    /// The same with further arguments, such as `--no-worker`.
    pub async fn start_with(env: &Env, args: &[&str]) -> Host {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = env.command(&[&["serve"], args].concat());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        let mut process = command.spawn().unwrap();
        let noted = env.hosts.join(process.id().unwrap().to_string());
        std::fs::create_dir_all(&env.hosts).unwrap();
        std::fs::write(&noted, "").unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, rest)) = line.split_once("http://") {
                    return format!("http://{}", rest.split('/').next().unwrap());
                }
            }
            panic!("the host did not come up: {}", std::fs::read_to_string(&log).unwrap());
        };
        let url = tokio::time::timeout(Duration::from_secs(60), ready).await.unwrap();
        Host { url, process, log, noted, _folder: folder }
    }

    /// A client of this host that presents a key.
    pub fn api(&self, key: &str) -> Api {
        Api::new(&self.url, key)
    }

    /// `kill -9`, and waits until the process is gone.
    pub async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// SIGTERM; it must exit with 0 within 25 s. Gives how long it took.
    pub async fn stop(mut self) -> Duration {
        let begun = Instant::now();
        self.signal(Signal::SIGTERM);
        let status = tokio::time::timeout(STOP, self.process.wait()).await;
        let status =
            status.unwrap_or_else(|_| panic!("the host did not stop within {STOP:?}: {}", self.log())).unwrap();
        assert!(status.success(), "the host ended with {status}: {}", self.log());
        begun.elapsed()
    }

    /// Sends a signal and returns at once.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.process.id().unwrap()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// What it has written on standard error so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Host {
    /// A test that fails shows what the host wrote last.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.noted);
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let last = log.lines().rev().take(LAST).collect::<Vec<_>>();
            println!("the host's last lines:");
            last.iter().rev().for_each(|line| println!("{line}"));
        }
    }
}
