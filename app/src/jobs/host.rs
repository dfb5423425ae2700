//! The host's half: errors of the queue.

use domain::db::DbError;
use domain::identity::Caller;
use domain::jobs::list::{AskedFor, JobFilter};
use domain::jobs::{EnqueueError, JobsError};
use http::StatusCode;

use crate::AppError;
use crate::host::{invalid, not_found, set_status};

impl From<JobsError> for AppError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::NotFound(what) => not_found(what),
            JobsError::Refused { code, message } => {
                set_status(StatusCode::CONFLICT);
                AppError::Conflict { code: code.into(), message: crate::components::refusal::capital(&message) + "." }
            }
            JobsError::Enqueue(EnqueueError::Invalid(fault)) => invalid(&fault.field, &fault.reason),
            JobsError::Enqueue(error @ EnqueueError::UnknownType(_)) => invalid("type", &error.to_string()),
            JobsError::Enqueue(EnqueueError::Db(error)) | JobsError::Db(error) => DbError::from(error).into(),
        }
    }
}

/// The jobs that a form means: state, type and days, empty where it does not say.
pub fn filter(caller: &Caller, [status, kind, from, to]: [&str; 4]) -> Result<JobFilter, AppError> {
    let said = |text| Some(text).filter(|text: &&str| !text.is_empty());
    if !matches!(status, "failed" | "cancelled") {
        return Err(invalid("status", "expected failed or cancelled"));
    }
    let asked = AskedFor {
        status: Some(status),
        kind: said(kind),
        from: said(from),
        to: said(to),
        timezone: &caller.tenant_view.timezone,
    };
    JobFilter::read(&asked).map_err(|fault| invalid(&fault.field, &fault.reason))
}
