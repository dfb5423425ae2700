//! The server's settings, written anew at each start so that an upgrade takes effect, and its log, which stays bounded.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::PostgresError;
use super::programs::Programs;

/// In the cluster; what precedes its rotation (and the reason of a failed start) is in `start.log`, rotated files are
/// `postgres-*.log`.
const LOG: &str = "log";

/// Rotated log files that are kept, of 10 MB each.
const KEPT_LOGS: usize = 7;

/// A page of records is an array of half a megabyte, which glibc takes from the system and gives back with every statement: a
/// backend keeps up to 8 MB of it instead. Other C libraries do not know these names.
pub const MEMORY: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "4194304"), ("MALLOC_TRIM_THRESHOLD_", "8388608")];

/// Modest memory for a machine that has other work; nothing lost at a power cut.
const SETTINGS: &str = "\
# Written by backline at each start. Your own settings belong in postgresql.conf, below its last line.
max_connections = 100
shared_buffers = '128MB'
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
unix_socket_permissions = 0700
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%Y%m%d-%H%M%S.log'
log_rotation_size = '10MB'
log_rotation_age = '1d'
log_line_prefix = '%m [%p] %q%u@%d '
";

/// The folder of the server's log.
pub fn log_folder(cluster: &Path) -> PathBuf {
    cluster.join(LOG)
}

/// Makes `backline.conf` and the log folder, and drops old log files.
pub fn write(programs: &Programs, account: &Account, cluster: &Path) -> Result<(), PostgresError> {
    let mut text = SETTINGS.to_owned();
    if knows_lz4(programs, account, cluster) {
        text.push_str("wal_compression = 'lz4'\ndefault_toast_compression = 'lz4'\n");
    }
    // Written beside and renamed: a full disk must not leave half a file.
    let script = "umask 077; mkdir -p -- \"$1/log\" && cat > \"$1/backline.conf.new\" \
                  && mv -f -- \"$1/backline.conf.new\" \"$1/backline.conf\"";
    in_cluster(account, cluster, script, &text)?;
    prune_logs(account, cluster)
}

/// Has `postgresql.conf` read our file; at its end, where it overrides what initdb guessed.
pub fn include(account: &Account, cluster: &Path) -> Result<(), PostgresError> {
    let line = "\n# backline's settings; yours go below and win.\ninclude_if_exists = 'backline.conf'\n";
    in_cluster(account, cluster, "cat >> \"$1/postgresql.conf\"", line)
}

/// Removes all but the newest log files (their names sort by time).
pub fn prune_logs(account: &Account, cluster: &Path) -> Result<(), PostgresError> {
    let script = format!(
        "cd -- \"$1/log\" && ls -1 | grep '^postgres-.*[.]log$' | sort -r | tail -n +{} \
         | while read -r file; do rm -f -- \"$file\"; done",
        KEPT_LOGS + 1
    );
    in_cluster(account, cluster, &script, "")
}

/// Compression is a choice of whoever built Postgres; a setting that it does not know would keep it from starting.
fn knows_lz4(programs: &Programs, account: &Account, cluster: &Path) -> bool {
    let mut command = account.command(programs.path("postgres"));
    command.arg("-D").arg(cluster).args(["-c", "wal_compression=lz4", "-c", "default_toast_compression=lz4"]);
    command.args(["-C", "default_toast_compression"]).output().is_ok_and(|output| output.status.success())
}

fn in_cluster(account: &Account, cluster: &Path, script: &str, input: &str) -> Result<(), PostgresError> {
    let output = account.shell(script, &[OsStr::new(cluster)], input)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if super::disk::is_full(cluster, &said) {
        return Err(PostgresError::DiskFull { folder: cluster.to_path_buf() });
    }
    Err(PostgresError::Io { doing: "write into", path: cluster.to_path_buf(), source: std::io::Error::other(said) })
}
