//! The shapes of `/api/webhooks`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

/// What a delivery is answered.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "a description")]
pub enum Delivering {
    /// It is safe.
    #[response(status = 200)]
    Kept(ReceiptOut),
    /// Its body was kept, and set aside; or the request was cut short.
    #[response(status = 400)]
    SetAside(SetAsideOut),
    /// No such address; empty.
    #[response(status = 404)]
    Unknown,
    /// The body is larger than 1 MiB.
    #[response(status = 413)]
    TooLarge(super::answers::ErrorOut),
    /// Over the company's rate, or too many wrong addresses; the header Retry-After says how many seconds to wait.
    #[response(status = 429)]
    TooMany,
    /// A fault of ours.
    #[response(status = 500)]
    Fault(super::answers::ErrorOut),
    /// Not safe, or not yet: send it again.
    #[response(status = 503)]
    Away(super::answers::ErrorOut),
}

#[derive(Serialize, ToSchema)]
#[schema(as = Receipt, rename_all = "camelCase")]
pub struct ReceiptOut {
    success: bool,
    event_id: String,
    message: String,
    /// Whether it was there before; then the event is the first one's.
    duplicate: bool,
}

/// The last four are not there when the request was cut short.
#[derive(Serialize, ToSchema)]
#[schema(as = SetAside, rename_all = "camelCase")]
pub struct SetAsideOut {
    error: String,
    #[schema(pattern = "^[A-Z][A-Z0-9_]*$", example = "QUARANTINED")]
    code: String,
    #[schema(required = false)]
    success: Option<bool>,
    #[schema(required = false)]
    event_id: Option<String>,
    #[schema(required = false)]
    message: Option<String>,
    #[schema(required = false)]
    duplicate: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EndpointsHealth)]
pub struct HealthOut {
    endpoints: Vec<EndpointHealthOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HealthState, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum HealthStateOut {
    Healthy,
    Unhealthy,
    Silent,
}

/// Over 24 hours.
#[derive(Serialize, ToSchema)]
#[schema(as = EndpointHealth, rename_all = "camelCase")]
struct EndpointHealthOut {
    id: i64,
    provider: String,
    label: String,
    total24h: i64,
    /// Kept aside, refused for size or rate, or dead.
    failed24h: i64,
    /// Per cent with two decimals; null without a delivery.
    #[schema(example = "96.00")]
    success_rate: Option<String>,
    last_delivery_at: Option<DateTime<Utc>>,
    /// From the last byte of a body to its commit.
    p50_ms: Option<i32>,
    p99_ms: Option<i32>,
    /// At least 95 % are good; or fewer; or nothing came for a day, or for longer than the endpoint's limit.
    state: HealthStateOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Endpoints)]
pub struct EndpointsOut {
    endpoints: Vec<EndpointOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Endpoint, rename_all = "camelCase")]
struct EndpointOut {
    id: i64,
    provider: String,
    label: String,
    silent_after_minutes: Option<i32>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    /// Addresses that work.
    live_tokens: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NewEndpoint, rename_all = "camelCase")]
pub struct EndpointBody {
    /// `current-rms` or `email-bison`.
    provider: String,
    #[schema(max_length = 100)]
    label: Option<String>,
    /// Without a delivery for so long it counts as silent; null: for a day.
    #[schema(minimum = 1, maximum = 1440)]
    silent_after_minutes: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeEndpoint)]
pub struct EndpointMade {
    id: i64,
    /// With its secret: shown this once.
    path: String,
    url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TestDelivery, rename_all = "camelCase")]
pub struct TestBody {
    /// The newest without it.
    endpoint: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SetKeeping, rename_all = "camelCase")]
pub struct KeepingBody {
    /// `current-rms` or `email-bison`.
    provider: String,
    /// Null: for ever.
    #[schema(minimum = 1, maximum = 36500)]
    keep_days: Option<i32>,
}

/// Days by provider; null: for ever.
#[derive(Serialize, ToSchema)]
#[schema(as = Keeping, rename_all = "camelCase")]
pub struct KeepingOut {
    keep_days: BTreeMap<String, Option<i32>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Standing, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum StandingOut {
    Right,
    Missing,
    Wrong,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Registration, rename_all = "camelCase")]
pub struct RegistrationOut {
    /// Where the provider would reach us; null where that is not known.
    public_url: Option<String>,
    /// Why the provider cannot reach us.
    problem: Option<String>,
    /// By event, as it was found: it posts to an address of ours that works; there is none; or it does not work.
    events: BTreeMap<String, StandingOut>,
    created: usize,
    repaired: usize,
}
