//! Who asks: tenants, people and their roles, sessions, API keys, and what each may do.

mod names;
mod permission;
mod role;

#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod tenant;
#[cfg(feature = "ssr")]
pub mod token;

pub use names::{Email, NameError, Slug};
pub use permission::{Caller, Principal, TenantView};
pub use role::{Permission, Persona, Role, Scope};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant: one company that rents equipment. Comes from the session or the key, never from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TenantId(pub Uuid);

/// A person, global over tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonId(pub Uuid);
