//! What can go wrong with metrics.

use super::problem::Problem;

#[derive(Debug, thiserror::Error)]
pub enum MetricError {
    /// What was sent is wrong in these places.
    #[error("{}", first(.0))]
    Problems(Vec<Problem>),
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
