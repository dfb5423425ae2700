//! The shapes of `/api/events` and `/api/replay`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::parts::PaginationOut;

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    state: Option<EventStateOut>,
    /// The action, such as `convert_to_order`.
    r#type: Option<String>,
    #[param(minimum = 1)]
    opportunity: Option<i64>,
    /// A part of a name or of the id.
    q: Option<String>,
    /// Received then or later: a date in the tenant's zone, or an instant.
    from: Option<String>,
    /// Received before then, a date included.
    to: Option<String>,
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    page: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EventState, rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
pub enum EventStateOut {
    Received,
    Processed,
    Ignored,
    Quarantined,
    Dead,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub struct EventsOut {
    events: Vec<EventLineOut>,
    pagination: PaginationOut,
}

/// What another system posted.
#[derive(Serialize, ToSchema)]
#[schema(as = Event, rename_all = "camelCase")]
struct EventLineOut {
    id: String,
    /// Of the receipt.
    timestamp: DateTime<Utc>,
    /// `current-rms` or `email-bison`.
    provider: String,
    opportunity_id: Option<i64>,
    opportunity_name: Option<String>,
    customer_name: Option<String>,
    /// Null for who may not see it.
    user_name: Option<String>,
    action_type: Option<String>,
    /// The mirror's before and after the read that this event caused.
    previous_status: Option<String>,
    new_status: Option<String>,
    state: EventStateOut,
    error: Option<String>,
    /// Tries of its follow-up.
    attempts: i32,
    settled_at: Option<DateTime<Utc>>,
    replay_of: Option<String>,
    is_test: bool,
    /// Bytes that are kept; null where none are.
    bytes: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EventWithDeliveries)]
pub struct EventOut {
    #[serde(flatten)]
    event: EventLineOut,
    /// First to last; of thousands of the same the first hundred.
    deliveries: Vec<DeliveryOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Delivery, rename_all = "camelCase")]
struct DeliveryOut {
    id: i64,
    at: DateTime<Utc>,
    endpoint_id: i64,
    endpoint: String,
    duplicate: bool,
    success: bool,
    error: Option<String>,
    /// From the last byte of the body to its commit.
    processing_time_ms: Option<i32>,
    /// From the delivery to the end of the follow-up.
    follow_up_ms: Option<i32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Replay, rename_all = "camelCase")]
pub struct ReplayBody {
    event_id: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Replayed, rename_all = "camelCase")]
pub struct ReplayedOut {
    success: bool,
    event_id: String,
    /// The new event.
    replay_event_id: String,
    /// Whether its follow-up is done; false while it is still to come.
    processed: bool,
    error: Option<String>,
}

/// Which events; all of those whose bytes are kept without a condition.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplaySelection, rename_all = "camelCase")]
pub struct ReplayManyBody {
    state: Option<EventStateOut>,
    /// The action.
    r#type: Option<String>,
    #[schema(minimum = 1)]
    opportunity: Option<i64>,
    /// A date in the tenant's zone, or an instant.
    from: Option<String>,
    to: Option<String>,
    /// Only count.
    dry_run: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReplayedMany, rename_all = "camelCase")]
pub struct ReplayManyOut {
    count: i64,
    /// Null when it was only counted, or there is none.
    job_id: Option<i64>,
}
