//! What can go wrong when metrics are read, changed and evaluated.

use super::problem::Problem;
use super::stored_test::Failed;
use crate::params::Fault;

#[derive(Debug, thiserror::Error)]
pub enum MetricError {
    /// Everything that is wrong with what was sent.
    #[error("{}", told(.0))]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A change that changes nothing by its own words.
    #[error("At least one field must be provided for update")]
    NothingSaid,
    #[error("Metric definition with code '{0}' not found")]
    NotFound(String),
    #[error("Metric definition with code '{0}' not found or already deprecated")]
    NotFoundOrDeprecated(String),
    /// Of a code.
    #[error("Metric definition with code '{code}' has no version {version}")]
    NoVersion { code: String, version: i32 },
    /// It has no formula, so there is nothing to reckon with.
    #[error("Metric definition with code '{0}' has no formula")]
    NoFormula(String),
    /// No version of it counts.
    #[error("Metric definition with code '{0}' is not active")]
    NotActive(String),
    #[error("Metric definition with code '{0}' already exists")]
    CodeTaken(String),
    /// Somebody else changed it meanwhile.
    #[error("Version conflict. Please retry.")]
    Conflict { current: i32, yours: i32 },
    /// An older version is brought back as a new one, not by making it count again.
    #[error("Version {version} is older than version {active}, which is active: restore it as a new version")]
    Older { version: i32, active: i32 },
    #[error("Version {version} fails {} of its stored tests", failed.len())]
    TestsFail { version: i32, failed: Vec<Failed> },
    #[error("there are {0} metrics already, which is the most")]
    TooMany(i64),
    #[error("the formula takes longer than 2 seconds on this data: ask for less in it")]
    TooLong,
    #[error(transparent)]
    Db(sqlx::Error),
}

/// PostgreSQL's word for a statement that was stopped for its time.
const CANCELLED: &str = "57014";

impl From<sqlx::Error> for MetricError {
    fn from(error: sqlx::Error) -> MetricError {
        match &error {
            sqlx::Error::Database(database) if database.code().is_some_and(|code| code == CANCELLED) => {
                MetricError::TooLong
            }
            _ => MetricError::Db(error),
        }
    }
}

fn told(problems: &[Problem]) -> String {
    match problems {
        [] => "it is not what was expected".into(),
        [first, ..] => format!("{}: {}", first.pointer, first.message),
    }
}
