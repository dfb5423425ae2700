//! What can go wrong.

use crate::params::Fault;
use crate::seal::CannotOpen;

/// Why a setting was not kept or a list not read.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Seal(#[from] CannotOpen),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}
