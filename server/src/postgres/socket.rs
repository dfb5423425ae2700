//! The folder of the server's socket: short (a socket's path has room for 107 bytes, on macOS 103), private to the user
//! that runs Postgres, since local connections are trusted.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::PostgresError;
use super::folder::{identity, short_hash};

/// Part of the socket's name. Fixed, so that PGPORT and a changed postgresql.conf cannot move it.
pub const PORT: u16 = 5432;

/// The socket folder of a cluster, the same for every process on the machine.
pub fn folder_of(cluster: &Path) -> Result<PathBuf, PostgresError> {
    Ok(named(&short_hash(identity(cluster)?.as_bytes())))
}

/// Makes the folder (or makes it anew, after /tmp was cleaned) and clears what a dead server left in it. A foreign one
/// is replaced by root and refused otherwise. Only to be called when no server uses it.
pub fn prepare(folder: &Path, account: &Account) -> Result<(), PostgresError> {
    if !is_private(folder, account) {
        evict(folder, account)?;
        DirBuilder::new().mode(0o700).create(folder).map_err(PostgresError::io("make", folder))?;
        account.take(folder)?;
    }
    let socket = socket_in(folder);
    for leftover in [socket.with_file_name(format!(".s.PGSQL.{PORT}.lock")), socket] {
        match fs::remove_file(&leftover) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(PostgresError::io("remove", &leftover)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the socket is there, in a folder that nobody else can have put there.
pub fn is_present(folder: &Path, account: &Account) -> bool {
    is_private(folder, account) && socket_in(folder).exists()
}

/// The superuser's URL of a database on the socket in `folder`. It names host and port twice over, because libpq and
/// sqlx would otherwise take them from PGHOST and PGPORT.
pub fn url(folder: &Path, database: &str) -> String {
    let host: String = folder.to_string_lossy().bytes().map(percent_encoded).collect();
    format!("postgres://postgres@localhost:{PORT}/{database}?host={host}")
}

fn named(hash: &str) -> PathBuf {
    // Not TMPDIR: it is long on macOS and may differ between the processes that share the server.
    Path::new("/tmp").join(format!("backline-{hash}"))
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

fn is_private(folder: &Path, account: &Account) -> bool {
    folder.symlink_metadata().is_ok_and(|it| it.is_dir() && it.uid() == account.uid && it.mode() & 0o077 == 0)
}

fn evict(folder: &Path, account: &Account) -> Result<(), PostgresError> {
    let Ok(foreign) = folder.symlink_metadata() else { return Ok(()) };
    let removed = if foreign.is_dir() { fs::remove_dir_all(folder) } else { fs::remove_file(folder) };
    removed
        .map_err(|_| PostgresError::SocketFolderTaken { folder: folder.to_path_buf(), account: account.name.clone() })
}

fn percent_encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_path_fits_where_the_system_allows_least() {
        assert!(socket_in(&named(&short_hash(b"any"))).as_os_str().len() <= 103);
    }

    #[test]
    fn the_url_carries_the_folder_encoded() {
        let url = url(Path::new("/tmp/backline-0f"), "backline");
        assert_eq!(url, "postgres://postgres@localhost:5432/backline?host=%2Ftmp%2Fbackline-0f");
    }
}
