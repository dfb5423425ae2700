//! The one who asks, once known.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{FirstDay, Permission, PersonId, Persona, Role, Scope, TenantId};

/// The tenant as screens and formats need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantView {
    pub slug: String,
    pub name: String,
    /// An IANA name.
    pub timezone: String,
    /// ISO 4217.
    pub currency: String,
    /// Weeks begin with it.
    pub first_day: FirstDay,
}

/// A person with a session, or a key with its scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    Person { id: PersonId, email: String, role: Role },
    Key { id: Uuid, scopes: Vec<Scope> },
}

/// Who asks, in which tenant. Made only from a session or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub tenant: TenantId,
    pub tenant_view: TenantView,
    pub name: String,
    pub principal: Principal,
}

impl Caller {
    /// Whether this caller may do it.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.principal {
            Principal::Person { role, .. } => role.may(permission),
            Principal::Key { scopes, .. } => scopes.iter().any(|scope| scope.allows(permission)),
        }
    }

    /// What row-level security is told. A key of scope `admin` writes what an admin writes.
    pub fn persona(&self) -> Persona {
        match &self.principal {
            Principal::Person { role, .. } => Persona::Person(*role),
            Principal::Key { scopes, .. } if scopes.contains(&Scope::Admin) => Persona::Person(Role::Admin),
            Principal::Key { .. } => Persona::Service,
        }
    }

    /// The person, unless a key asks.
    pub fn person(&self) -> Option<PersonId> {
        match &self.principal {
            Principal::Person { id, .. } => Some(*id),
            Principal::Key { .. } => None,
        }
    }
}

#[cfg(feature = "ssr")]
impl Caller {
    /// What a transaction of this caller is opened with.
    pub fn actor(&self) -> crate::db::Actor {
        crate::db::Actor { tenant: self.tenant, persona: self.persona(), person: self.person() }
    }
}
