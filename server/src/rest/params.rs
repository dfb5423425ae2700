//! The query of an address, as handlers take it.

use std::ops::{Deref, DerefMut};

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use domain::params::Fault;

use crate::http::error::{ApiError, ApiResult};

/// A query's pairs that nobody has taken yet.
pub struct Params(domain::params::Params);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Params> {
        match Query::<Vec<(String, String)>>::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => {
                // Bytes that are no UTF-8 have come out as U+FFFD: there is more of it than was written.
                let written = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
                let marks = |text: &str| text.matches('\u{fffd}').count();
                let torn = written.zip(&pairs).find(|(written, (name, value))| {
                    marks(name) + marks(value) > written.to_ascii_uppercase().matches("%EF%BF%BD").count()
                });
                match torn.map(|(_, (name, _))| name.clone()) {
                    Some(name) => Err(ApiError::invalid(&name, "is no UTF-8 text")),
                    None => Ok(Params(domain::params::Params::new(pairs))),
                }
            }
            Err(_) => Err(ApiError::invalid("query", "cannot be read")),
        }
    }
}

impl Params {
    /// All of them, for a noun's own reader.
    pub fn into_inner(self) -> domain::params::Params {
        self.0
    }

    /// Refuses what nobody has taken: a misspelt filter must not answer with everything.
    pub fn end(self) -> ApiResult<()> {
        Ok(self.0.end()?)
    }
}

impl Deref for Params {
    type Target = domain::params::Params;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Params {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        ApiError::invalid(&fault.field, fault.reason)
    }
}

/// The id of a person or a key in a path.
pub fn id(text: &str) -> ApiResult<uuid::Uuid> {
    text.parse().map_err(|_| ApiError::invalid("id", "is no id"))
}

/// An integer in a path, such as the id of an opportunity.
pub fn integer(field: &str, text: &str) -> ApiResult<i64> {
    text.parse().map_err(|_| ApiError::invalid(field, "expected an integer"))
}
