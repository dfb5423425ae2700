//! What a server function may answer instead of a result. It holds no text of a database and no stack.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// An answer that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum AppError {
    #[error("Your session has ended. Sign in again.")]
    Unauthenticated,
    #[error("Your role does not allow this.")]
    Forbidden,
    #[error("{field}: {reason}")]
    Invalid { field: String, reason: String },
    /// What is asked for does not fit the state of things.
    #[error("{message}")]
    Conflict { code: String, message: String },
    #[error("There is no such {what}.")]
    NotFound { what: String },
    #[error("The database is away. Try again in a moment.")]
    Unavailable,
    /// The reason is in the host's log under this request.
    #[error("Something went wrong on our side (request {request}).")]
    Internal { request: String },
    #[error("The host cannot be reached. Check the connection.")]
    Transport,
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(reason) | ServerFnErrorErr::MissingArg(reason) => refused(&reason),
            ServerFnErrorErr::Deserialization(reason) if cfg!(feature = "ssr") => refused(&reason),
            _ => AppError::Transport,
        }
    }
}

/// On the host the answer also gets its status.
fn refused(reason: &str) -> AppError {
    // serde names a field that is missing or unknown between backticks; other faults are the body's as a whole.
    let named = reason.contains("field `").then(|| reason.split('`').nth(1)).flatten();
    let field = named.unwrap_or("body").to_owned();
    #[cfg(feature = "ssr")]
    crate::host::set_status(http::StatusCode::BAD_REQUEST);
    AppError::Invalid { field, reason: "is missing or cannot be read".into() }
}
