//! The running server of a cluster: who it is according to `postmaster.pid`, whether that is true, and how it stops.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::error::PostgresError;

/// A server that is alive and serves the cluster that it was looked up for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postmaster {
    pub pid: i32,
    /// The folder of its socket.
    pub socket: PathBuf,
    /// It has finished starting (and is not stopping).
    pub ready: bool,
}

impl Postmaster {
    /// The live server of `cluster`. A file left by a dead one, a zombie, a reused process number: all are `None`.
    pub fn find(cluster: &Path) -> Option<Self> {
        let written = parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)?;
        is_server_of(written.pid, cluster).then_some(written)
    }

    /// Stops it the fast way (sessions are cut, data is written out), then the immediate way (recovery at next start).
    pub fn stop(&self, cluster: &Path) -> Result<(), PostgresError> {
        for (signal, patience) in [(Signal::SIGINT, 60), (Signal::SIGQUIT, 10)] {
            let begun = Instant::now();
            // It may be gone by now; the check below decides.
            let _ = kill(Pid::from_raw(self.pid), signal);
            while begun.elapsed() < Duration::from_secs(patience) {
                if !is_server_of(self.pid, cluster) {
                    return Ok(());
                }
                sleep(Duration::from_millis(20));
            }
            tracing::warn!(pid = self.pid, %signal, patience, "PostgreSQL does not stop");
        }
        Err(PostgresError::StopFailed { pid: self.pid })
    }
}

/// Removes a `postmaster.pid` that Postgres itself would believe, since a process with that number exists: a zombie, or
/// another program after a restart of the container. Only to be called when [`Postmaster::find`] finds nothing.
pub fn clear_stale_pid(cluster: &Path) -> Result<(), PostgresError> {
    let file = cluster.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&file) else { return Ok(()) };
    let exists = parse(&text).is_some_and(|left| left.pid > 0 && kill(Pid::from_raw(left.pid), None).is_ok());
    if exists {
        fs::remove_file(&file).map_err(PostgresError::io("remove", &file))?;
    }
    Ok(())
}

/// Lines of the file: 1 process, 2 cluster, 3 start, 4 port, 5 socket folder, 6 address, 7 shared memory, 8 status.
fn parse(text: &str) -> Option<Postmaster> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let socket = PathBuf::from(lines.nth(3).unwrap_or_default());
    let ready = lines.nth(2).is_some_and(|status| status.trim() == "ready");
    Some(Postmaster { pid, socket, ready })
}

fn is_server_of(pid: i32, cluster: &Path) -> bool {
    if pid <= 0 {
        return false;
    }
    if !Path::new("/proc/self/stat").exists() {
        // macOS: whether it serves us is seen when we connect.
        return kill(Pid::from_raw(pid), None).is_ok();
    }
    let process = PathBuf::from(format!("/proc/{pid}"));
    let Some((name, state)) = fs::read_to_string(process.join("stat")).ok().and_then(|stat| name_and_state(&stat))
    else {
        return false;
    };
    if !matches!(name.as_str(), "postgres" | "postmaster") || matches!(state, 'Z' | 'X') {
        return false;
    }
    match (fs::metadata(process.join("cwd")), fs::metadata(cluster)) {
        (Ok(at), Ok(ours)) => (at.dev(), at.ino()) == (ours.dev(), ours.ino()),
        // Root in a container without SYS_PTRACE sees no one's folder, but does see what was called.
        (Err(_), Ok(_)) => fs::read(process.join("cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|word| word == cluster.as_os_str().as_encoded_bytes())),
        _ => false,
    }
}

/// `1234 (postgres) S 1 …`; the name may hold anything, so the last bracket counts.
fn name_and_state(stat: &str) -> Option<(String, char)> {
    let (before, after) = stat.rsplit_once(')')?;
    Some((before.split_once('(')?.1.to_owned(), after.trim_start().chars().next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_tells_the_process_its_socket_and_its_state() {
        let text = "812\n/data/postgres\n1700000000\n5432\n/tmp/backline-ab\n\n  5432001         3\nready   \n";
        let expected = Postmaster { pid: 812, socket: PathBuf::from("/tmp/backline-ab"), ready: true };
        assert_eq!(parse(text), Some(expected));
        assert!(!parse("812\n/data\n1\n5432\n/tmp/x\n\n1 2\nstarting\n").unwrap().ready);
        assert!(!parse("812\n").unwrap().ready);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_process_name_with_brackets_does_not_hide_its_state() {
        assert_eq!(name_and_state("7 (a) Z) S 1 7"), Some(("a) Z".to_owned(), 'S')));
        assert_eq!(name_and_state("7 (postgres) Z 1 7"), Some(("postgres".to_owned(), 'Z')));
    }

    #[test]
    fn a_process_that_is_no_server_counts_as_dead() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(!is_server_of(own, &std::env::temp_dir()));
        assert!(!is_server_of(-1, &std::env::temp_dir()));
    }
}
