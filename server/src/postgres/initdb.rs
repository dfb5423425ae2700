//! Makes a new cluster beside its place and renames it when complete, so that a crash leaves nothing half made.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::disk;
use super::error::PostgresError;
use super::programs::Programs;
use super::settings;

/// Makes the cluster `folder`, which must not exist, under the transition lock.
pub fn make(programs: &Programs, account: &Account, folder: &Path) -> Result<(), PostgresError> {
    remove_drafts(folder);
    let draft = draft_of(folder);
    tracing::info!(folder = %folder.display(), account = account.name, "making a PostgreSQL cluster");
    let made = fill(programs, account, &draft).and_then(|()| {
        fs::rename(&draft, folder).map_err(PostgresError::io("rename to", folder))?;
        let parent = folder.parent().unwrap_or(folder);
        File::open(parent).and_then(|it| it.sync_all()).map_err(PostgresError::io("write", parent))
    });
    if made.is_err() {
        remove_drafts(folder);
    }
    made
}

fn fill(programs: &Programs, account: &Account, draft: &Path) -> Result<(), PostgresError> {
    DirBuilder::new().mode(0o700).create(draft).map_err(PostgresError::io("make", draft))?;
    account.take(draft)?;
    match initdb(programs, account, draft, "C.UTF-8") {
        // Not every system has it; C sorts alike and only knows fewer letters' cases.
        Err(PostgresError::InitFailed { output }) if output.contains("invalid locale name") => {
            initdb(programs, account, draft, "C")?;
        }
        result => result?,
    }
    settings::include(account, draft)
}

/// Trust is for the socket only, whose folder is private; the server does not listen on any address.
fn initdb(programs: &Programs, account: &Account, draft: &Path, locale: &str) -> Result<(), PostgresError> {
    let program = programs.path("initdb");
    let mut command = account.command(&program);
    command.arg("-D").arg(draft).args(["--encoding=UTF8", "--username=postgres", "--data-checksums"]);
    command.args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"]).arg(format!("--locale={locale}"));
    let failed = |source| PostgresError::Run { program: program.display().to_string(), source };
    let output = command.output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    // initdb has removed what it made by now, so that its words count more than the free space.
    if disk::is_full(draft, &said) {
        return Err(PostgresError::DiskFull { folder: draft.parent().unwrap_or(draft).to_path_buf() });
    }
    Err(PostgresError::InitFailed { output: said })
}

/// A name of its own for every attempt: the initdb of a host that was killed may still be writing into an older one.
fn draft_of(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(format!(".new-{:08x}", rand::random::<u32>()));
    PathBuf::from(name)
}

/// Removes what attempts that were killed left behind. One that cannot be removed is only in the way of the next try.
fn remove_drafts(folder: &Path) {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return };
    let prefix = format!("{}.new", name.to_string_lossy());
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(&prefix);
        if ours && let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(folder = %entry.path().display(), %error, "cannot remove a half-made cluster");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_lies_beside_its_cluster_under_a_name_of_its_own() {
        let (first, second) = (draft_of(Path::new("/data/postgres")), draft_of(Path::new("/data/postgres")));
        assert_eq!(first.parent(), Some(Path::new("/data")));
        assert!(first.to_string_lossy().starts_with("/data/postgres.new-"));
        assert_ne!(first, second);
    }
}
