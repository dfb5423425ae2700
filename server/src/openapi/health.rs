//! The shape of `/api/health`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the host can work.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthOut {
    success: bool,
    status: HealthWord,
    metrics: EventCounts,
    timestamp: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum HealthWord {
    Healthy,
    Unhealthy,
}

/// Null until webhooks arrive, never 0.
#[derive(Serialize, ToSchema)]
#[schema(rename_all = "camelCase")]
struct EventCounts {
    total_events: Option<i64>,
    successful_events: Option<i64>,
    failed_events: Option<i64>,
    last_event_time: Option<DateTime<Utc>>,
    uptime: Option<f64>,
}

/// The database is away; whoever presented a key or a cookie gets the common error.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description")]
pub enum Unhealthy {
    Health(HealthOut),
    Error(super::answers::ErrorOut),
}
