//! Two locks in the data folder. Everyone who uses the server holds `postgres.lock` shared; whoever starts or stops it
//! holds `postgres.transition.lock` exclusively meanwhile. The kernel drops both when a process dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use super::error::PostgresError;

/// Longer than initdb or a recovery takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// Held while the server is started, restarted or stopped; released when dropped.
pub struct Transition(File);

impl Transition {
    /// Waits for the others; `given_up` ends the wait early.
    pub fn begin(data: &Path, given_up: impl Fn() -> bool) -> Result<Self, PostgresError> {
        let path = data.join("postgres.transition.lock");
        let file = open(&path)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(error)) => return Err(PostgresError::io("lock", &path)(error)),
                Err(TryLockError::WouldBlock) if given_up() => return Err(PostgresError::Stopping),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
                    return Err(PostgresError::LockBusy { path, seconds: PATIENCE.as_secs() });
                }
                Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for Transition {
    fn drop(&mut self) {
        // Said aloud: a child between fork and exec still holds a copy of the file for a moment.
        let _ = self.0.unlock();
    }
}

/// One user's share in the running server.
pub struct Share {
    file: File,
    path: PathBuf,
}

impl Share {
    /// Joins the users. Succeeds at once: the lock is only ever held exclusively within a transition, and this is one.
    pub fn join(data: &Path, _: &Transition) -> Result<Self, PostgresError> {
        let path = data.join("postgres.lock");
        let file = open(&path)?;
        file.lock_shared().map_err(PostgresError::io("lock", &path))?;
        Ok(Self { file, path })
    }

    /// Leaves the users; true when nobody is left. Nobody can join before the transition ends.
    pub fn leave(self, _: &Transition) -> Result<bool, PostgresError> {
        self.file.unlock().map_err(PostgresError::io("unlock", &self.path))?;
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(PostgresError::io("lock", &self.path)(error)),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn open(path: &Path) -> Result<File, PostgresError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    options.open(path).map_err(PostgresError::io("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_one_out_is_told_that_nobody_is_left() {
        let data = std::env::temp_dir().join(format!("backline-lock-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&data).unwrap();
        let transition = Transition::begin(&data, || false).unwrap();
        let first = Share::join(&data, &transition).unwrap();
        let second = Share::join(&data, &transition).unwrap();
        assert!(!first.leave(&transition).unwrap());
        assert!(second.leave(&transition).unwrap());
        std::fs::remove_dir_all(&data).unwrap();
    }

    #[test]
    fn a_second_transition_waits_until_it_is_given_up() {
        let data = std::env::temp_dir().join(format!("backline-lock-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&data).unwrap();
        let held = Transition::begin(&data, || false).unwrap();
        assert!(matches!(Transition::begin(&data, || true), Err(PostgresError::Stopping)));
        drop(held);
        assert!(Transition::begin(&data, || true).is_ok());
        std::fs::remove_dir_all(&data).unwrap();
    }
}
