//! The error statuses, in groups: what a route may answer beside its own.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// What every error answer holds.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorOut {
    /// A sentence for people.
    error: String,
    /// Stable, for programs.
    #[schema(pattern = "^[A-Z][A-Z0-9_]*$", example = "INVALID")]
    code: String,
    /// What more there is to say: `{"field"}` for `INVALID`, `{"syncId"}` for `SYNC_RUNNING`, a list of
    /// `{"pointer", "code", "message", "fix"}` for `E_INVALID_DEFINITION`; else null.
    details: serde_json::Value,
    /// The same as in the header X-Request-Id.
    #[schema(rename = "requestId")]
    request_id: String,
}

const MEANINGS: [(u16, &str); 10] = [
    (
        400,
        "`INVALID`: a value breaks the rule of its field; `details.field` names it. `E_INVALID_DEFINITION`: `details` lists all that is wrong with a metric.",
    ),
    (401, "`UNAUTHENTICATED`: neither a session nor a key, or a key that is wrong, expired or revoked."),
    (
        403,
        "`FORBIDDEN`: the role or the key's scopes do not allow it; `CROSS_ORIGIN`: with the cookie and without Origin.",
    ),
    (404, "`NOT_FOUND`: this tenant has no such record."),
    (
        409,
        "It does not fit the state of things, such as `SYNC_RUNNING`, `INITIAL_SYNC_REQUIRED`, `NOT_CONNECTED`, `E_CODE_TAKEN` or `E_VERSION`.",
    ),
    (
        413,
        "`TOO_LARGE`: the body is larger than 1 MiB; a file to import, larger than 10 MiB; metrics to import, larger than 16 MiB.",
    ),
    (429, "`TOO_MANY_ATTEMPTS`: the header Retry-After says how many seconds to wait."),
    (500, "`INTERNAL`: a fault of ours; the host's log has it under `requestId`."),
    (502, "The run failed: the source's fault or the connection's, such as `CREDENTIALS_REFUSED`."),
    (503, "`DATABASE_AWAY`, `BUSY`, `TIMEOUT` or `HOST_STOPPING`: try again; Retry-After says when."),
];

fn of(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    let error = || ContentBuilder::new().schema(Some(Ref::from_schema_name("Error"))).build();
    let meanings = MEANINGS.iter().filter(|(status, _)| statuses.contains(status));
    meanings
        .map(|(status, meaning)| {
            let response = ResponseBuilder::new().description(*meaning).content("application/json", error());
            (status.to_string(), response.build().into())
        })
        .collect()
}

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident: $statuses:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                of(&$statuses)
            }
        }
    )*};
}

groups! {
    /// Of a route that is open to all: a key that is presented must still be right.
    Open: [401, 413, 500, 503];
    /// Of a route that tells about its own readiness with 503.
    OpenHealth: [401, 413, 500];
    /// Of a route for whoever is signed in.
    SignedIn: [401, 413, 500, 503];
    /// Of a route that asks for a permission and takes no parameters.
    Guarded: [401, 403, 413, 500, 503];
    /// Of a route that asks for a permission and reads parameters.
    Asked: [400, 401, 403, 413, 500, 503];
    /// The same of one record or of a list that belongs to one.
    AskedOfOne: [400, 401, 403, 404, 413, 500, 503];
    /// Of a change that must fit the state of things.
    Changing: [400, 401, 403, 409, 413, 500, 503];
    /// Of a change of one record.
    ChangingOne: [400, 401, 403, 404, 409, 413, 500, 503];
    /// Of a run that is waited for.
    Running: [400, 401, 403, 409, 413, 500, 502, 503];
    /// The same of one record.
    RunningOne: [400, 401, 403, 404, 409, 413, 500, 502, 503];
    /// Of signing in.
    SigningIn: [400, 401, 403, 413, 429, 500, 503];
}
