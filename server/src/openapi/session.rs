//! The shapes of `/api/session`.

use serde::Serialize;
use utoipa::ToSchema;

/// Who signs in.
#[derive(Serialize, ToSchema)]
#[schema(as = SignIn)]
pub struct SignInIn {
    #[schema(example = "ana@example.com")]
    email: String,
    #[schema(format = Password)]
    password: String,
    /// A slug; without it the tenant used last.
    tenant: Option<String>,
}

/// Who asks.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionOut {
    who: Who,
    /// Null for a key.
    role: Option<RoleOut>,
    tenant: TenantOut,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description")]
enum Who {
    Person(Person),
    Key(Key),
}

#[derive(Serialize, ToSchema)]
struct Person {
    kind: PersonKind,
    name: String,
    email: String,
    role: RoleOut,
}

#[derive(Serialize, ToSchema)]
struct Key {
    kind: KeyKind,
    name: String,
    scopes: Vec<ScopeOut>,
    #[schema(value_type = ())]
    role: Option<RoleOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum PersonKind {
    Person,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum KeyKind {
    Key,
}

/// The list may grow.
#[derive(Serialize, ToSchema)]
#[schema(as = Role, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum RoleOut {
    Admin,
    Manager,
    Rep,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Scope)]
#[expect(dead_code, reason = "a description")]
enum ScopeOut {
    #[schema(rename = "read")]
    Read,
    #[schema(rename = "sync")]
    Sync,
    #[schema(rename = "jobs:process")]
    JobsProcess,
    #[schema(rename = "metrics")]
    Metrics,
    #[schema(rename = "admin")]
    Admin,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Tenant)]
struct TenantOut {
    slug: String,
    name: String,
    /// An IANA name.
    #[schema(example = "Europe/London")]
    timezone: String,
    /// ISO 4217.
    #[schema(example = "GBP")]
    currency: String,
    first_day: FirstDayOut,
}

/// Weeks begin with it.
#[derive(Serialize, ToSchema)]
#[schema(as = FirstDay, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum FirstDayOut {
    Monday,
    Sunday,
    Saturday,
}
