//! Which system user runs Postgres (it refuses root), and how its programs are called as that user.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nix::unistd::{Uid, User, getegid, geteuid};

use super::error::PostgresError;

/// The user that is made when root has neither an existing cluster nor a user `postgres` to go by.
const OWN_NAME: &str = "backline";

/// The user that Postgres and its tools run as.
#[derive(Clone, Debug)]
pub struct Account {
    pub uid: u32,
    pub gid: u32,
    pub name: String,
    /// We are root and become this user in each child.
    switch: bool,
}

impl Account {
    /// Oneself; for root `postgres`, else `backline`, which is made when absent.
    pub fn for_new_cluster() -> Result<Self, PostgresError> {
        if !geteuid().is_root() {
            return Ok(Self::oneself());
        }
        for name in ["postgres", OWN_NAME] {
            if let Some(user) = user_named(name)? {
                return Ok(Self::of(user));
            }
        }
        make_user()?;
        match user_named(OWN_NAME)? {
            Some(user) => Ok(Self::of(user)),
            None => Err(PostgresError::NoAccount { reason: format!("user {OWN_NAME} was not made") }),
        }
    }

    /// The owner of an existing cluster. A cluster that root owns (copied or restored as root) is handed to the user
    /// that a new one would get.
    pub fn owning(folder: &Path) -> Result<Self, PostgresError> {
        refuse_foreign(folder)?;
        if !geteuid().is_root() {
            return Ok(Self::oneself());
        }
        let owner = folder.metadata().map_err(PostgresError::io("look at", folder))?;
        if owner.uid() != 0 {
            return Ok(Self { uid: owner.uid(), gid: owner.gid(), name: name_of(owner.uid()), switch: true });
        }
        let account = Self::for_new_cluster()?;
        tracing::warn!(folder = %folder.display(), account = account.name, "the cluster belongs to root: handing it over");
        account.take_tree(folder)?;
        Ok(account)
    }

    /// A command as this user that nothing around us disturbs: no PG* variable and none of our secrets in its
    /// environment, English messages, a folder that it can read, and a process group that Ctrl-C does not reach.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = bare_command(program);
        if self.switch {
            // The standard library drops the supplementary groups as well.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether this user gets into `folder`: asked of the kernel, which knows about access lists too.
    pub fn can_enter(&self, folder: &Path) -> Result<bool, PostgresError> {
        if !self.switch {
            return Ok(true);
        }
        Ok(self.shell("cd -- \"$1\"", &[folder.as_os_str()], "")?.status.success())
    }

    /// Runs a script of `sh` as this user. Files in the cluster are written this way: root must not follow a link that
    /// the cluster's owner could plant.
    pub fn shell(&self, script: &str, arguments: &[&OsStr], input: &str) -> Result<Output, PostgresError> {
        let mut command = self.command("sh");
        command.args(["-c", script, "sh"]).args(arguments).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |source| PostgresError::Run { program: "sh".to_owned(), source };
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A script that ended early has its reason in its status.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output().map_err(failed)
    }

    /// Gives one file or folder to this user.
    pub fn take(&self, path: &Path) -> Result<(), PostgresError> {
        if self.switch {
            lchown(path, Some(self.uid), Some(self.gid)).map_err(PostgresError::io("change the owner of", path))?;
        }
        Ok(())
    }

    fn take_tree(&self, path: &Path) -> Result<(), PostgresError> {
        let failed = || PostgresError::io("read", path);
        if path.symlink_metadata().map_err(failed())?.is_dir() {
            for entry in path.read_dir().map_err(failed())? {
                self.take_tree(&entry.map_err(failed())?.path())?;
            }
        }
        // Last, so that an interrupted change is seen and repeated.
        self.take(path)
    }

    fn oneself() -> Self {
        let uid = geteuid().as_raw();
        Self { uid, gid: getegid().as_raw(), name: name_of(uid), switch: false }
    }

    fn of(user: User) -> Self {
        Self { uid: user.uid.as_raw(), gid: user.gid.as_raw(), name: user.name, switch: true }
    }
}

/// A command as ourselves, in the same clean surroundings as [`Account::command`].
pub fn bare_command(program: impl AsRef<OsStr>) -> Command {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    // `su` without a dash leaves these out, and `useradd` lives there.
    path.push(":/usr/sbin:/sbin:/usr/bin:/bin");
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path).env("LC_ALL", "C");
    if let Some(libraries) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command.current_dir("/").stdin(Stdio::null()).process_group(0);
    command
}

/// Refuses another person's folder unless we are root: its inside would look empty to us. An absent one is fine.
pub fn refuse_foreign(folder: &Path) -> Result<(), PostgresError> {
    match folder.metadata() {
        Ok(found) if !geteuid().is_root() && found.uid() != geteuid().as_raw() => {
            Err(PostgresError::ForeignOwner { folder: folder.to_path_buf(), owner: name_of(found.uid()) })
        }
        _ => Ok(()),
    }
}

fn user_named(name: &str) -> Result<Option<User>, PostgresError> {
    User::from_name(name).map_err(|error| PostgresError::NoAccount { reason: error.to_string() })
}

fn name_of(uid: u32) -> String {
    User::from_uid(Uid::from_raw(uid)).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}

/// `useradd` is everybody's, `adduser` BusyBox's.
fn make_user() -> Result<(), PostgresError> {
    let useradd = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_NAME];
    let adduser = ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", OWN_NAME];
    let mut reasons = Vec::new();
    for words in [&useradd[..], &adduser[..]] {
        match bare_command(words[0]).args(&words[1..]).output() {
            Ok(output) if output.status.success() => {
                tracing::info!(user = OWN_NAME, "made a system user to run PostgreSQL");
                return Ok(());
            }
            Ok(output) => reasons.push(format!("{}: {}", words[0], String::from_utf8_lossy(&output.stderr).trim())),
            Err(error) => reasons.push(format!("{}: {error}", words[0])),
        }
    }
    Err(PostgresError::NoAccount { reason: reasons.join("; ") })
}
