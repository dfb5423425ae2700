//! What can go wrong with the private Postgres, in words that say what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private Postgres could not be started, kept or stopped.
#[derive(thiserror::Error, Debug)]
pub enum PostgresError {
    #[error(
        "no PostgreSQL server programs were found (looked in {looked_in}). Install them (Debian and Ubuntu: \
         `apt-get install postgresql`; macOS: `brew install postgresql@17`), name their folder in BACKLINE_PG_BIN, or \
         set DATABASE_URL to a server that runs elsewhere"
    )]
    NoPrograms { looked_in: String },
    #[error(
        "PostgreSQL 15 or newer is needed; found {found}. Install a newer one or name its folder in BACKLINE_PG_BIN"
    )]
    TooOld { found: String },
    #[error(
        "{} holds a cluster of PostgreSQL {folder_version}, the programs found are of {program_version}. Install \
         PostgreSQL {folder_version}, or name its folder in BACKLINE_PG_BIN", folder.display()
    )]
    OtherMajor { folder_version: String, program_version: String, folder: PathBuf },
    #[error("the disk that holds {} is full: free some space and start again", folder.display())]
    DiskFull { folder: PathBuf },
    #[error("PostgreSQL does not run as root, and no other system user could be found or made: {reason}")]
    NoAccount { reason: String },
    #[error("{} belongs to user {owner}: run as that user or as root", folder.display())]
    ForeignOwner { folder: PathBuf, owner: String },
    #[error("user {account} cannot reach {}: a folder above it does not let that user pass", folder.display())]
    Unreachable { folder: PathBuf, account: String },
    #[error("{} is neither empty nor a PostgreSQL cluster: move it away", folder.display())]
    NotACluster { folder: PathBuf },
    #[error(
        "{} says that the cluster is in {}, which is gone. Bring that folder back, or remove the file to begin with an \
         empty database", pointer.display(), folder.display()
    )]
    ClusterMissing { folder: PathBuf, pointer: PathBuf },
    #[error("{} exists and is not a private folder of user {account}: remove it", folder.display())]
    SocketFolderTaken { folder: PathBuf, account: String },
    #[error("initdb failed: {output}")]
    InitFailed { output: String },
    #[error("processes of a PostgreSQL that was killed still use {}; they end by themselves, try again", folder.display())]
    OrphansRemain { folder: PathBuf },
    #[error("PostgreSQL did not start (its log is in {}): {output}", log.display())]
    StartFailed { output: String, log: PathBuf },
    #[error("PostgreSQL accepted no connection within {seconds} seconds (its log is in {})", log.display())]
    NotReady { seconds: u64, log: PathBuf },
    #[error("the database could not be made: {output}")]
    Database { output: String },
    #[error("PostgreSQL (process {pid}) did not stop")]
    StopFailed { pid: i32 },
    #[error("another process has kept {} locked for {seconds} seconds", path.display())]
    LockBusy { path: PathBuf, seconds: u64 },
    #[error("cannot run {program}: {source}")]
    Run { program: String, source: io::Error },
    #[error("cannot {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("the private PostgreSQL is being stopped")]
    Stopping,
    #[error("the work on the private PostgreSQL was interrupted")]
    Interrupted,
}

impl PostgresError {
    /// A stable name for scripts; the sentence may change, this does not.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPrograms { .. } => "POSTGRES_NOT_FOUND",
            Self::TooOld { .. } => "POSTGRES_TOO_OLD",
            Self::OtherMajor { .. } => "POSTGRES_OTHER_MAJOR",
            Self::DiskFull { .. } => "DISK_FULL",
            Self::NoAccount { .. } => "POSTGRES_NO_ACCOUNT",
            Self::ForeignOwner { .. } => "POSTGRES_FOREIGN_OWNER",
            Self::Unreachable { .. } => "POSTGRES_UNREACHABLE",
            Self::NotACluster { .. } => "POSTGRES_NOT_A_CLUSTER",
            Self::ClusterMissing { .. } => "POSTGRES_CLUSTER_MISSING",
            Self::SocketFolderTaken { .. } => "POSTGRES_SOCKET_FOLDER_TAKEN",
            Self::InitFailed { .. } => "POSTGRES_INIT_FAILED",
            Self::OrphansRemain { .. } => "POSTGRES_ORPHANS_REMAIN",
            Self::StartFailed { .. } => "POSTGRES_START_FAILED",
            Self::NotReady { .. } => "POSTGRES_NOT_READY",
            Self::Database { .. } => "POSTGRES_DATABASE_FAILED",
            Self::StopFailed { .. } => "POSTGRES_STOP_FAILED",
            Self::LockBusy { .. } => "POSTGRES_LOCK_BUSY",
            Self::Run { .. } => "POSTGRES_RUN_FAILED",
            Self::Io { .. } => "POSTGRES_IO",
            Self::Stopping => "POSTGRES_STOPPING",
            Self::Interrupted => "POSTGRES_INTERRUPTED",
        }
    }

    /// For `map_err` on file operations: tells a full disk from the rest.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { folder: path },
            _ => Self::Io { doing, path, source },
        }
    }
}
