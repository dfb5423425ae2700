//! The one place where what went wrong becomes an HTTP answer: `{"error", "code", "details", "requestId"}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::augmented::WriteError;
use domain::db::{DbError, QueryError};
use domain::identity::IdentityError;
use domain::inbox::registration::RegistrationError;
use domain::jobs::{EnqueueError, JobsError};
use domain::metrics::{MetricError, Problem};
use domain::rules::RuleError;
use domain::sync::SyncError;
use domain::sync::start_over::StartOverError;
use serde_json::{Value, json};

/// An error answer. Constructors are named for the fact.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: String,
    message: String,
    details: Value,
    retry_after: Option<u64>,
}

pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> ApiError {
        ApiError { status, code: code.into(), message: message.into(), details: Value::Null, retry_after: None }
    }

    /// A value that breaks the rule of its field.
    pub fn invalid(field: &str, reason: impl std::fmt::Display) -> ApiError {
        let mut error = ApiError::new(StatusCode::BAD_REQUEST, "INVALID", format!("{field}: {reason}"));
        error.details = json!({"field": field});
        error
    }

    /// Neither a session nor a key.
    pub fn unauthenticated() -> ApiError {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "sign in, or send an API key as Authorization: Bearer",
        )
    }

    /// No key of the job queue, or a wrong one; in the words that timers elsewhere know.
    pub fn no_processor() -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Unauthorized")
    }

    pub fn wrong_credentials() -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "WRONG_CREDENTIALS", "the e-mail address or the password is wrong")
    }

    pub fn forbidden() -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "FORBIDDEN", "your role or the key's scopes do not allow this")
    }

    pub fn cross_origin() -> ApiError {
        let message = "this route needs the header Origin with Backline's own address, or Sec-Fetch-Site: same-origin";
        ApiError::new(StatusCode::FORBIDDEN, "CROSS_ORIGIN", message)
    }

    pub fn not_found(what: &str) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("no such {what}"))
    }

    pub fn method_not_allowed() -> ApiError {
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "this address does not take this method")
    }

    pub fn too_many(wait: u64) -> ApiError {
        let mut error = ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TOO_MANY_ATTEMPTS",
            format!("too many attempts, try again in {wait} s"),
        );
        error.retry_after = Some(wait);
        error
    }

    pub fn too_large() -> ApiError {
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "the body is larger than this route takes")
    }

    pub fn too_slow() -> ApiError {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", "the request took too long")
    }

    /// The host goes down while somebody waits for a run, which goes on by itself.
    pub fn stopping() -> ApiError {
        let mut error = ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "HOST_STOPPING",
            "this host is stopping; the sync goes on by itself",
        );
        error.retry_after = Some(5);
        error
    }

    pub fn busy() -> ApiError {
        let mut error =
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", "too many requests of this kind at once, try again");
        error.retry_after = Some(1);
        error
    }

    pub fn conflict(code: &str, message: impl Into<String>, details: Value) -> ApiError {
        let mut error = ApiError::new(StatusCode::CONFLICT, code, message);
        error.details = details;
        error
    }

    /// A run that failed: the source's fault or our setting's, never the request's.
    pub fn source_failed(code: Option<&str>, message: Option<&str>, details: Value) -> ApiError {
        let mut error =
            ApiError::new(StatusCode::BAD_GATEWAY, code.unwrap_or("SYNC_FAILED"), message.unwrap_or("the sync failed"));
        error.details = details;
        error
    }

    pub fn database_away() -> ApiError {
        let mut error = ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "DATABASE_AWAY",
            "the database is away, try again in a moment",
        );
        error.retry_after = Some(5);
        error
    }

    /// A fault of ours; the reason goes to the log only.
    pub fn internal(reason: &dyn std::fmt::Display) -> ApiError {
        tracing::error!(%reason, request = super::current_request_id(), "a request failed");
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL",
            "something went wrong on our side; the log has it under this request",
        )
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        DbError::from(error).into()
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        if error.is_away() { ApiError::database_away() } else { ApiError::internal(&error) }
    }
}

impl From<SyncError> for ApiError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Db(error) => error.into(),
            SyncError::Running { id } => {
                ApiError::conflict("SYNC_RUNNING", "a sync is already running", json!({"syncId": id}))
            }
            SyncError::HostStopping => ApiError::stopping(),
            other => ApiError::conflict(other.code(), other.to_string(), Value::Null),
        }
    }
}

impl From<RegistrationError> for ApiError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Unreachable(why) => ApiError::conflict("NO_PUBLIC_URL", why, Value::Null),
            RegistrationError::Sync(SyncError::Source(error)) => {
                ApiError::source_failed(Some(error.code()), Some(&error.to_string()), Value::Null)
            }
            RegistrationError::Sync(error) => error.into(),
            RegistrationError::Endpoint(error) => error.into(),
            RegistrationError::Db(error) => error.into(),
        }
    }
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::NotFound(what) => ApiError::not_found(what),
            JobsError::Refused { code, message } => ApiError::conflict(code, message, Value::Null),
            JobsError::Enqueue(EnqueueError::Invalid(fault)) => fault.into(),
            JobsError::Enqueue(error @ EnqueueError::UnknownType(_)) => {
                let mut answer = ApiError::invalid("type", error);
                answer.code = "UNKNOWN_JOB_TYPE".into();
                answer
            }
            JobsError::Enqueue(EnqueueError::Db(error)) | JobsError::Db(error) => error.into(),
        }
    }
}

impl From<RuleError> for ApiError {
    fn from(error: RuleError) -> Self {
        let message = error.to_string();
        match error {
            RuleError::Fault(fault) => fault.into(),
            RuleError::NotFound => ApiError::not_found("rule"),
            RuleError::Changed(version) => ApiError::conflict("VERSION_CONFLICT", message, json!({"version": version})),
            RuleError::TooMany(_) => ApiError::conflict("TOO_MANY_RULES", message, Value::Null),
            RuleError::NoPast => ApiError::conflict("NO_PAST_EVENTS", message, Value::Null),
            RuleError::Seal(error) => ApiError::internal(&error),
            RuleError::Db(error) => error.into(),
        }
    }
}

impl From<MetricError> for ApiError {
    fn from(error: MetricError) -> Self {
        let message = error.to_string();
        let bad = |code: &str, message: String| ApiError::new(StatusCode::BAD_REQUEST, code, message);
        match error {
            MetricError::Problems(problems) => {
                let first =
                    problems.first().map_or_else(String::new, |first| format!("{}: {}", first.pointer, message));
                let more = if problems.len() > 1 { format!(" ({} in all)", problems.len()) } else { String::new() };
                let mut answer = bad("E_INVALID_DEFINITION", format!("Invalid request body: {first}{more}"));
                answer.details = json!(problems);
                answer
            }
            MetricError::Fault(fault) => fault.into(),
            MetricError::NothingSaid => {
                let mut answer = bad("INVALID", message);
                answer.details = json!({"field": "body"});
                answer
            }
            MetricError::NotFound(_) | MetricError::NotFoundOrDeprecated(_) | MetricError::NoVersion { .. } => {
                ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
            }
            MetricError::NoFormula(_) => ApiError::conflict("E_NO_FORMULA", message, Value::Null),
            MetricError::NotActive(_) => ApiError::conflict("E_NOT_ACTIVE", message, Value::Null),
            MetricError::CodeTaken(_) => ApiError::conflict("E_CODE_TAKEN", message, Value::Null),
            MetricError::Conflict { current, yours } => {
                ApiError::conflict("E_VERSION", message, json!({"current": current, "yours": yours}))
            }
            MetricError::Older { active, .. } => {
                ApiError::conflict("E_OLDER_VERSION", message, json!({"activeVersion": active}))
            }
            MetricError::TestsFail { failed, .. } => {
                ApiError::conflict("E_TESTS_FAILED", message, json!({"failedTests": failed}))
            }
            MetricError::TooMany(_) => ApiError::conflict("E_TOO_MANY", message, Value::Null),
            MetricError::TooLong => {
                let mut answer = bad("E_TOO_LONG", message.clone());
                let fix = "Say it with fewer conditions, or about fewer fields.";
                answer.details = json!([Problem::new("/formula/where", "E_TOO_LONG", message, fix)]);
                answer
            }
            MetricError::Db(error) => error.into(),
        }
    }
}

impl From<StartOverError> for ApiError {
    fn from(error: StartOverError) -> Self {
        match error {
            StartOverError::Confirm(name) => {
                ApiError::invalid("confirm", format!("expected the company's name exactly as it is written: {name}"))
            }
            StartOverError::Sync(error) => error.into(),
        }
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Invalid(fault) => fault.into(),
            WriteError::NotFound(what) => ApiError::not_found(what),
            WriteError::Changed { current } => {
                let version = current["version"].as_i64().unwrap_or_default();
                let details = json!({"version": version, "current": current});
                ApiError::conflict("VERSION_CONFLICT", "it has changed since it was read", details)
            }
            WriteError::Refused { code, message } => ApiError::conflict(code, message, Value::Null),
            WriteError::Db(error) => error.into(),
        }
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Invalid { field, reason } => ApiError::invalid(field, reason),
            IdentityError::NotFound(what) => ApiError::not_found(what),
            IdentityError::Refused { code, message } => ApiError::conflict(code, message, Value::Null),
            IdentityError::Throttled(wait) => ApiError::too_many(wait),
            IdentityError::Busy => ApiError::busy(),
            IdentityError::Db(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "error": self.message,
            "code": self.code,
            "details": self.details,
            "requestId": super::current_request_id(),
        });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
