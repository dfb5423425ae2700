//! Where the cluster lies: in the data folder, or, when the user that runs Postgres cannot get there, elsewhere with a
//! pointer in the data folder. The rights of folders above are never touched.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::account::{self, Account};
use super::error::PostgresError;

/// Where clusters go that cannot lie in their data folder.
const ELSEWHERE: &str = "/var/lib/backline";

/// In the data folder: one line, the absolute path of a cluster that lies elsewhere.
const POINTER: &str = "postgres.location";

/// The place of a cluster and the user that it belongs to.
#[derive(Clone, Debug)]
pub struct Location {
    pub folder: PathBuf,
    pub account: Account,
    /// There is a complete cluster; otherwise it has to be made, then [`record`]ed.
    pub exists: bool,
}

/// Finds the cluster of a data folder, or the place for a new one. `data` must be canonical.
pub fn locate(data: &Path) -> Result<Location, PostgresError> {
    let inside = data.join("postgres");
    if let Some(folder) = pointed_at(data)? {
        let pointer = data.join(POINTER);
        return if is_cluster(&folder) {
            existing(folder)
        } else {
            Err(PostgresError::ClusterMissing { folder, pointer })
        };
    }
    account::refuse_foreign(&inside)?;
    if is_cluster(&inside) {
        return existing(inside);
    }
    let account = Account::for_new_cluster()?;
    let folder = if account.can_enter(data)? { inside } else { elsewhere(data)? };
    if is_cluster(&folder) {
        // Made by a start that was killed before it wrote the pointer.
        record(data, &folder)?;
        return existing(folder);
    }
    match fs::remove_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(_) => return Err(PostgresError::NotACluster { folder }),
        Ok(()) => {}
    }
    Ok(Location { folder, account, exists: false })
}

/// Remembers a cluster that lies outside its data folder; nothing to do for the others.
pub fn record(data: &Path, folder: &Path) -> Result<(), PostgresError> {
    if folder.starts_with(data) {
        return Ok(());
    }
    let pointer = data.join(POINTER);
    let draft = data.join(format!("{POINTER}.new"));
    fs::write(&draft, format!("{}\n", folder.display())).map_err(PostgresError::io("write", &draft))?;
    fs::rename(&draft, &pointer).map_err(PostgresError::io("write", &pointer))
}

/// The first 12 hex digits of SHA-256: short enough for a socket's path, long enough for the folders of one machine.
pub fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// A folder's path, inode and birth: a folder that was removed and made again has other data, so it is another one.
pub fn identity(folder: &Path) -> Result<String, PostgresError> {
    let metadata = folder.metadata().map_err(PostgresError::io("look at", folder))?;
    let born = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    Ok(format!("{}\n{}:{}\n{}", folder.display(), metadata.dev(), metadata.ino(), born.as_nanos()))
}

fn existing(folder: PathBuf) -> Result<Location, PostgresError> {
    let account = Account::owning(&folder)?;
    if account.can_enter(&folder)? {
        Ok(Location { folder, account, exists: true })
    } else {
        Err(PostgresError::Unreachable { folder, account: account.name })
    }
}

fn elsewhere(data: &Path) -> Result<PathBuf, PostgresError> {
    let parent = Path::new(ELSEWHERE);
    fs::create_dir_all(parent).map_err(PostgresError::io("make", parent))?;
    Ok(parent.join(short_hash(identity(data)?.as_bytes())))
}

fn is_cluster(folder: &Path) -> bool {
    folder.join("PG_VERSION").is_file()
}

fn pointed_at(data: &Path) -> Result<Option<PathBuf>, PostgresError> {
    let pointer = data.join(POINTER);
    match fs::read_to_string(&pointer) {
        Ok(text) => parse_pointer(&text).map(Some).ok_or(PostgresError::NotACluster { folder: pointer }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PostgresError::io("read", &pointer)(error)),
    }
}

fn parse_pointer(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text.strip_suffix('\n').unwrap_or(text));
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_one_absolute_folder() {
        assert_eq!(parse_pointer("/var/lib/backline/ab\n"), Some(PathBuf::from("/var/lib/backline/ab")));
        assert_eq!(parse_pointer("/with space \n"), Some(PathBuf::from("/with space ")));
        assert_eq!(parse_pointer("var/lib"), None);
        assert_eq!(parse_pointer(""), None);
    }

    #[test]
    fn a_short_hash_is_twelve_digits_and_differs_by_folder() {
        assert_eq!(short_hash(b"abc"), "ba7816bf8f01");
        assert_ne!(short_hash(b"/a"), short_hash(b"/b"));
    }
}
