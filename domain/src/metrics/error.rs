//! What can go wrong with metrics.

use super::problem::Problem;
use super::stored_test::Failed;
use crate::params::Fault;

#[derive(Debug, thiserror::Error)]
pub enum MetricError {
    /// What was sent is wrong in these places.
    #[error("{}", first(.0))]
    Problems(Vec<Problem>),
    /// What was sent is no definition at all, or a query is wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A change that says nothing.
    #[error("At least one field must be provided for update")]
    NothingSaid,
    #[error("Metric definition with code '{0}' not found")]
    NotFound(String),
    #[error("Metric definition with code '{0}' not found or already deprecated")]
    NotFoundOrDeprecated(String),
    #[error("Metric definition with code '{code}' has no version {version}")]
    NoVersion { code: String, version: i32 },
    /// Nothing to reckon with.
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
    /// An older version comes back as a new one, not by counting again.
    #[error("version {version} is older than version {active}, which is active: restore it as a new version")]
    Older { version: i32, active: i32 },
    #[error("version {version} cannot count: {} of its stored tests fail", failed.len())]
    TestsFail { version: i32, failed: Vec<Failed> },
    #[error("there are {0} metrics already, which is the most")]
    TooMany(i64),
    /// It was stopped by the clock.
    #[error("the formula takes longer than 2 seconds on your data: say it with fewer conditions")]
    TooLong,
    #[error("the metric could not be read or written")]
    Db(sqlx::Error),
}

fn first(problems: &[Problem]) -> &str {
    problems.first().map_or("the definition is wrong", |problem| &problem.message)
}

impl From<sqlx::Error> for MetricError {
    fn from(error: sqlx::Error) -> MetricError {
        // query_canceled
        let stopped = error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "57014");
        if stopped { MetricError::TooLong } else { MetricError::Db(error) }
    }
}

impl From<Vec<Problem>> for MetricError {
    fn from(problems: Vec<Problem>) -> MetricError {
        MetricError::Problems(problems)
    }
}
