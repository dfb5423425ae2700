//! Why something that the business adds was not written.

use serde::Serialize;
use serde_json::{Value, json};

use crate::params::Fault;

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A value that breaks the rule of its field.
    #[error(transparent)]
    Invalid(#[from] Fault),
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Somebody else has written since it was read; the row as it stands now, null where there is none.
    #[error("it has changed since it was read")]
    Changed { current: Value },
    /// It does not fit the state of things.
    #[error("{message}")]
    Refused { code: &'static str, message: &'static str },
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl WriteError {
    /// Refuses a write whose maker read another version than the one that stands; who says none takes any. 0: there was none.
    pub(crate) fn unless_current<T: Serialize>(
        expected: Option<i64>,
        version: i64,
        current: Option<&T>,
    ) -> Result<(), WriteError> {
        match expected {
            Some(expected) if expected != version => Err(WriteError::Changed { current: json!(current) }),
            _ => Ok(()),
        }
    }
}
