//! The shapes of `/api/people`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is invited.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationBody {
    #[schema(example = "ana@example.com")]
    email: String,
    name: String,
    /// `admin`, `manager` or `rep`.
    role: String,
}

/// One of the two: each is a change of its own.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonChange)]
pub struct PersonChange {
    role: Option<String>,
    enabled: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = People)]
pub struct PeopleAnswer {
    people: Vec<PersonOut>,
}

/// A person as this tenant knows them.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonInTenant, rename_all = "camelCase")]
struct PersonOut {
    id: Uuid,
    name: String,
    email: String,
    role: String,
    disabled: bool,
    /// Null until an invited person gave or set their password here.
    accepted_at: Option<DateTime<Utc>>,
    /// In this tenant.
    last_sign_in: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invited)]
pub struct Invited {
    id: Uuid,
    /// Signs in once.
    link: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SignInLink)]
pub struct LinkAnswer {
    /// Signs in once.
    link: String,
}
