//! What can go wrong between us and the source, and what a person can do about it.

use std::time::Duration;

use crate::db;
use crate::seal::CannotOpen;

/// One request to the source that came to nothing, also after retries.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum SourceError {
    #[error(
        "Current RMS refused the credentials (401): the API key or the subdomain is wrong; it does not say which. Check both and enter them again"
    )]
    Refused,
    #[error(
        "Current RMS says that its API is not enabled for this account ({0}): trial accounts have none; ask Current RMS to enable it"
    )]
    NotEnabled(u16),
    #[error(
        "no such host: the name {0} could not be resolved. Check the base URL, and that this machine can reach a name server"
    )]
    NoSuchHost(String),
    #[error(
        "the name {0} leads into this host's own network now, where no account of Current RMS is. Enter a public address"
    )]
    PrivateAddress(String),
    #[error("no network: {0} could not be reached. Check the base URL, the network and the firewall")]
    NoNetwork(String),
    #[error("Current RMS did not answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("Current RMS has no such record or route (404): {0}")]
    NotFound(String),
    #[error("Current RMS rejected the request ({status}): {message}")]
    Rejected { status: u16, message: String },
    #[error("Current RMS asked us to slow down (429) more often than we retry: wait a few minutes and start again")]
    RateLimited,
    #[error("Current RMS has a fault of its own ({0}): start again later")]
    ServerError(u16),
    #[error("Current RMS answered {status} with a body that is not what its API documents: {reason}")]
    Garbled { status: u16, reason: String },
    #[error("the connection to Current RMS was cut in the middle of an answer")]
    Cut,
    #[error("cancelled")]
    Cancelled,
}

impl SourceError {
    /// Stable, for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            SourceError::Refused => "CREDENTIALS_REFUSED",
            SourceError::NotEnabled(_) => "API_NOT_ENABLED",
            SourceError::NoSuchHost(_) => "NO_SUCH_HOST",
            SourceError::PrivateAddress(_) => "PRIVATE_ADDRESS",
            SourceError::NoNetwork(_) => "NO_NETWORK",
            SourceError::Timeout(_) => "SOURCE_TIMEOUT",
            SourceError::NotFound(_) => "SOURCE_NOT_FOUND",
            SourceError::Rejected { .. } => "SOURCE_REJECTED",
            SourceError::RateLimited => "SOURCE_RATE_LIMITED",
            SourceError::ServerError(_) => "SOURCE_FAULT",
            SourceError::Garbled { .. } => "SOURCE_GARBLED",
            SourceError::Cut => "SOURCE_CUT",
            SourceError::Cancelled => "CANCELLED",
        }
    }

    /// The source's HTTP status, when it gave one.
    pub const fn status(&self) -> Option<u16> {
        match self {
            SourceError::Refused => Some(401),
            SourceError::NotFound(_) => Some(404),
            SourceError::RateLimited => Some(429),
            SourceError::NotEnabled(status)
            | SourceError::ServerError(status)
            | SourceError::Rejected { status, .. }
            | SourceError::Garbled { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Why a run did not start, or how it ended.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("a sync is already running")]
    Running { id: i64 },
    #[error("run an initial sync first: there is nothing to add changes to")]
    InitialRequired,
    #[error("no Current RMS account is connected")]
    NotConnected,
    #[error(transparent)]
    CannotOpen(#[from] CannotOpen),
    #[error("no sync is running")]
    NotRunning,
    /// A record that was read alone; it is kept among the failures.
    #[error("the record cannot be mirrored: {0}")]
    Unmirrored(String),
    #[error("Current RMS and the mirror disagree too much to delete anything: {0}")]
    SweepRefused(String),
    /// Another host has taken the run over, or the database lost its last pages in a crash.
    #[error("the run is no longer where this host left it")]
    LeaseLost,
    /// The run goes on elsewhere, or here after the restart.
    #[error("this host is stopping; the sync goes on by itself")]
    HostStopping,
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl SyncError {
    /// Stable, for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            SyncError::Running { .. } => "SYNC_RUNNING",
            SyncError::InitialRequired => "INITIAL_SYNC_REQUIRED",
            SyncError::NotConnected => "NOT_CONNECTED",
            SyncError::CannotOpen(_) => "CREDENTIALS_UNREADABLE",
            SyncError::NotRunning => "SYNC_NOT_RUNNING",
            SyncError::Unmirrored(_) => "RECORD_FAILED",
            SyncError::SweepRefused(_) => "SWEEP_REFUSED",
            SyncError::LeaseLost => "LEASE_LOST",
            SyncError::HostStopping => "HOST_STOPPING",
            SyncError::Source(error) => error.code(),
            SyncError::Db(_) => "DATABASE",
        }
    }

    /// Whether the run stays as it is, to be taken up when the database is back or by who holds it now.
    pub(super) fn leaves_run_open(&self) -> bool {
        match self {
            SyncError::LeaseLost => true,
            SyncError::Db(error) => db::is_away(error),
            _ => false,
        }
    }

    /// What the run's row says: never a database's text.
    pub(crate) fn for_the_row(&self) -> String {
        match self {
            SyncError::Db(_) => "the database refused a page; the host's log has the reason".into(),
            other => other.to_string(),
        }
    }
}
