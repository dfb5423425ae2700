//! What was asked of the account.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One request to the account and how it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestRecord {
    /// `GET` and so on.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query's pairs in their order, decoded.
    pub query: Vec<(String, String)>,
    /// The status sent; 200 also for an answer that was cut or was HTML.
    pub status: u16,
    /// When the request arrived.
    pub at: DateTime<Utc>,
}
