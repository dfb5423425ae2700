//! What can go wrong when rules are read and changed.

use crate::params::Fault;
use crate::seal::CannotOpen;

#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("no such rule")]
    NotFound,
    /// Somebody else changed it; this is its version now.
    #[error("the rule was changed by somebody else meanwhile: its version is {0} now")]
    Changed(i32),
    #[error("there are {0} rules already, which is the most")]
    TooMany(i64),
    #[error("only rules about events can be tried on past events")]
    NoPast,
    #[error(transparent)]
    Seal(#[from] CannotOpen),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}
