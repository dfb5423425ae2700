//! A cluster that is brought up whatever state it is in: stopped, starting, crashed, running, cut off from its socket.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use super::account::Account;
use super::error::PostgresError;
use super::folder::{self, Location};
use super::postmaster::{self, Postmaster};
use super::programs::{self, Programs};
use super::{disk, initdb, settings, socket};

/// A server that was killed may leave sessions that hold its memory for some seconds.
const ORPHANS_MAY_LAST: Duration = Duration::from_secs(30);

/// A recovery may be long; it is not helped by another start.
const RECOVERY_MAY_LAST: Duration = Duration::from_secs(600);

/// Everything needed to run one cluster.
#[derive(Debug)]
pub struct Cluster {
    pub folder: PathBuf,
    pub account: Account,
    pub programs: Programs,
}

impl Cluster {
    /// The cluster of a data folder (canonical), made when absent. Under the transition lock.
    pub fn open(data: &Path) -> Result<Self, PostgresError> {
        let Location { folder, account, exists } = folder::locate(data)?;
        let programs = programs::find(exists.then_some(folder.as_path()))?;
        if !exists {
            initdb::make(&programs, &account, &folder)?;
            folder::record(data, &folder)?;
        }
        Ok(Self { folder, account, programs })
    }

    /// Whether its server is alive and can be reached; cheap enough to ask every second.
    pub fn is_up(&self) -> bool {
        Postmaster::find(&self.folder).is_some_and(|server| !server.ready || self.has_socket(&server))
    }

    /// Starts the server, or waits for the one that runs, until it accepts connections; the folder of its socket. Under
    /// the transition lock. `given_up` ends the wait early.
    pub fn bring_up(&self, given_up: impl Fn() -> bool) -> Result<PathBuf, PostgresError> {
        let begun = Instant::now();
        let mut launched: Option<JoinHandle<()>> = None;
        while begun.elapsed() < RECOVERY_MAY_LAST {
            let server = Postmaster::find(&self.folder);
            // One that has not written its file yet could not be stopped by who gives up.
            let unseen = server.is_none() && launched.as_ref().is_some_and(|process| !process.is_finished());
            if !unseen && given_up() {
                return Err(PostgresError::Stopping);
            }
            match server {
                Some(server) if server.ready && !self.has_socket(&server) => {
                    tracing::warn!(pid = server.pid, "PostgreSQL has lost its socket: restarting it");
                    server.stop(&self.folder)?;
                    continue;
                }
                Some(server) if server.ready && self.accepts(&server.socket)? => return Ok(server.socket),
                Some(_) => {}
                None if unseen => {}
                None => {
                    if launched.take().is_some() {
                        self.forgive_exit(begun)?;
                        sleep(Duration::from_millis(400));
                    }
                    launched = Some(self.launch()?);
                }
            }
            sleep(Duration::from_millis(50));
        }
        Err(PostgresError::NotReady { seconds: RECOVERY_MAY_LAST.as_secs(), log: settings::log_folder(&self.folder) })
    }

    /// Stops the server if it runs, and removes its socket folder. Under the transition lock.
    pub fn stop(&self) -> Result<(), PostgresError> {
        if let Some(server) = Postmaster::find(&self.folder) {
            server.stop(&self.folder)?;
            tracing::info!(pid = server.pid, "stopped PostgreSQL");
        }
        // Only succeeds on the empty folder that is left.
        let _ = fs::remove_dir(socket::folder_of(&self.folder)?);
        Ok(())
    }

    /// Spawns the server in a process group of its own, with its output in a file, so that it outlives us and Ctrl-C.
    /// The thread that is given back ends when the server does, and keeps it from staying a zombie.
    fn launch(&self) -> Result<JoinHandle<()>, PostgresError> {
        postmaster::clear_stale_pid(&self.folder)?;
        let socket = socket::folder_of(&self.folder)?;
        socket::prepare(&socket, &self.account)?;
        settings::write(&self.programs, &self.account, &self.folder)?;
        // The shell opens the file as the cluster's owner and becomes the server: one process.
        let mut command = self.account.command("sh");
        command.args(["-c", "umask 077; exec \"$@\" > \"$0\" 2>&1"]).arg(self.start_log());
        command.arg(self.programs.path("postgres")).arg("-D").arg(&self.folder);
        command.arg("-p").arg(socket::PORT.to_string()).arg("-k").arg(&socket).args(["-c", "listen_addresses="]);
        command.envs(settings::MEMORY).stdout(Stdio::null()).stderr(Stdio::null());
        let failed = |source| PostgresError::Run { program: "postgres".to_owned(), source };
        let mut process = command.spawn().map_err(failed)?;
        tracing::info!(pid = process.id(), folder = %self.folder.display(), "starting PostgreSQL");
        let reap = move || {
            let _ = process.wait();
        };
        thread::Builder::new().name("postgres-reaper".to_owned()).spawn(reap).map_err(failed)
    }

    /// After the server ended while starting: nothing if that may pass, else the reason.
    fn forgive_exit(&self, begun: Instant) -> Result<(), PostgresError> {
        let output = self.last_words();
        if disk::is_full(&self.folder, &output) {
            return Err(PostgresError::DiskFull { folder: self.folder.clone() });
        }
        if !output.contains("is still in use") {
            return Err(PostgresError::StartFailed { output, log: settings::log_folder(&self.folder) });
        }
        if begun.elapsed() > ORPHANS_MAY_LAST {
            return Err(PostgresError::OrphansRemain { folder: self.folder.clone() });
        }
        tracing::debug!("sessions of a killed PostgreSQL still hold its memory: trying again");
        Ok(())
    }

    /// The end of `start.log` and, when the server got as far as its own log, of the newest file there.
    fn last_words(&self) -> String {
        let logs = fs::read_dir(settings::log_folder(&self.folder)).into_iter().flatten().flatten();
        let newest = logs.map(|entry| entry.path()).filter(|path| *path != self.start_log()).max();
        let first = fs::read_to_string(self.start_log()).unwrap_or_default();
        let rest = newest.filter(|_| first.contains("redirecting log output")).map(fs::read_to_string);
        let text = format!("{first}{}", rest.and_then(Result::ok).unwrap_or_default());
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    fn start_log(&self) -> PathBuf {
        settings::log_folder(&self.folder).join("start.log")
    }

    fn has_socket(&self, server: &Postmaster) -> bool {
        socket::is_present(&server.socket, &self.account)
    }

    fn accepts(&self, socket: &Path) -> Result<bool, PostgresError> {
        let program = self.programs.path("pg_isready");
        let mut command = self.account.command(&program);
        command.args(["-q", "-t", "3", "-U", "postgres", "-d", "postgres", "-p"]).arg(socket::PORT.to_string());
        let status = command.arg("-h").arg(socket).status();
        let failed = |source| PostgresError::Run { program: program.display().to_string(), source };
        Ok(status.map_err(failed)?.success())
    }
}
