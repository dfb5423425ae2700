//! The shapes of `/api/keys`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A key to make.
#[derive(Serialize, ToSchema)]
#[schema(as = NewKey)]
pub struct KeyBody {
    name: String,
    /// Some of `read`, `sync`, `jobs:process`, `metrics`, `admin`.
    scopes: Vec<String>,
    /// The last day on which it works, in the tenant's zone; without it there is no end.
    last_day: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Keys)]
pub struct KeysAnswer {
    keys: Vec<KeyOut>,
}

/// A key as it is kept, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey, rename_all = "camelCase")]
struct KeyOut {
    id: Uuid,
    name: String,
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    /// The first instant at which it does not work any more.
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeKey)]
pub struct KeyMade {
    id: Uuid,
    /// The secret, shown once.
    key: String,
}
