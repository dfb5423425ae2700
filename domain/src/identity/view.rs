//! What the pages of settings show, with times put into words by the host.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Role;
use crate::dashboard::Tone;

/// A person as the tenant's admins see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub id: Uuid,
    /// The name they were invited under, else their own.
    pub name: String,
    pub email: String,
    pub role: Role,
    pub enabled: bool,
    /// Active, invited or disabled.
    pub state: String,
    pub tone: Tone,
    /// In this tenant.
    pub last_sign_in: Option<String>,
    pub yourself: bool,
}

/// An API key; its secret is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    pub id: Uuid,
    pub name: String,
    pub scopes: String,
    pub created: String,
    pub expires: Option<String>,
    pub last_used: Option<String>,
    pub state: String,
    pub tone: Tone,
    /// Neither revoked nor expired.
    pub works: bool,
}

/// One of a person's own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Hex of the token's hash, which opens nothing.
    pub id: String,
    pub tenant: String,
    /// In words: "Firefox on Windows".
    pub browser: String,
    /// What the browser said about itself, word for word; empty when it said nothing.
    pub agent: String,
    pub address: String,
    pub created: String,
    pub last_seen: String,
    /// The session that asks.
    pub current: bool,
}

/// A tenant that the person may work in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantChoice {
    pub slug: String,
    pub name: String,
    pub current: bool,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub email: String,
    pub has_password: bool,
    /// Whether a new password needs the old one beside it.
    pub needs_old: bool,
    /// Whether the password is still to be given in this session: it was opened by a link.
    pub unproven: bool,
    pub sessions: Vec<SessionView>,
    pub tenants: Vec<TenantChoice>,
}
