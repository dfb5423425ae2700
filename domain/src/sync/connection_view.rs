//! What an admin sees of the connection: never the token.

use serde::{Deserialize, Serialize};

/// Where a tenant's Current RMS account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    pub base_url: String,
    pub subdomain: String,
    /// When the credentials were entered, in the tenant's zone.
    pub updated: String,
}
