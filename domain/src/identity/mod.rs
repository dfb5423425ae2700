//! Who asks: tenants, people and their roles, sessions, API keys, and what each may do.

mod first_day;
mod names;
mod permission;
mod role;
mod view;

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
mod agent;
#[cfg(feature = "ssr")]
mod change;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
pub mod keys;
#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod tenant;
#[cfg(feature = "ssr")]
pub mod token;

pub use first_day::FirstDay;
pub use names::{Email, NameError, Slug, plain_name};
pub use permission::{Caller, Principal, TenantView};
pub use role::{Permission, Persona, Role, Scope};
pub use view::{AccountView, KeyView, PersonView, SessionView, TenantChoice};
#[cfg(feature = "ssr")]
pub use {change::Change, error::IdentityError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant: one company that rents equipment. Comes from the session or the key, never from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TenantId(pub Uuid);

/// A person, global over tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonId(pub Uuid);
