//! Events as a list, newest first, and one of them with its deliveries and bytes.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::Error;

use super::EventState;
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::params::{Fault, Params};

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub state: Option<EventState>,
    /// The action, in the provider's word.
    pub kind: Option<String>,
    pub opportunity: Option<i64>,
    /// A part of a name or of the id.
    pub q: Option<String>,
    /// At or after the first, before the second.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

impl EventFilter {
    /// Takes the filter's fields; days are the tenant's, both included.
    pub fn take(params: &mut Params, timezone: &str) -> Result<EventFilter, Fault> {
        let expected = || Fault::new("state", "expected received, processed, ignored, quarantined or dead");
        let known = |text: String| EventState::parse(&text).ok_or_else(expected);
        let (from, to) = params.instants("from", "to", zone_or_utc(timezone))?;
        Ok(EventFilter {
            state: params.text("state")?.map(known).transpose()?,
            kind: params.text("type")?,
            opportunity: params.number("opportunity", 1, i64::MAX)?,
            q: params.text("q")?,
            from,
            to,
        })
    }

    /// For `ilike`: what is searched is no pattern.
    pub(super) fn pattern(&self) -> Option<String> {
        let plain = |text: &String| text.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.q.as_ref().map(|text| format!("%{}%", plain(text)))
    }
}

/// One event, without its bytes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRow {
    pub id: String,
    pub timestamp: DateTime<Utc>,
    pub provider: String,
    pub opportunity_id: Option<i64>,
    pub opportunity_name: Option<String>,
    pub customer_name: Option<String>,
    pub user_name: Option<String>,
    pub action_type: Option<String>,
    pub previous_status: Option<String>,
    pub new_status: Option<String>,
    pub state: String,
    pub error: Option<String>,
    pub attempts: i32,
    pub settled_at: Option<DateTime<Utc>>,
    pub replay_of: Option<String>,
    pub is_test: bool,
    /// Bytes that are kept; null where none are.
    pub bytes: Option<i32>,
}

impl EventRow {
    /// What somebody may see who need not know which colleague did it.
    #[must_use]
    pub fn without_people(self) -> EventRow {
        EventRow { user_name: None, ..self }
    }
}

/// One delivery of an event.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub endpoint_id: i64,
    pub endpoint: String,
    pub duplicate: bool,
    pub success: bool,
    pub error: Option<String>,
    /// From the last byte of the body to its commit.
    pub processing_time_ms: Option<i32>,
    /// From the delivery to the end of the follow-up.
    pub follow_up_ms: Option<i32>,
}

/// A page, from 1; with `named`, a search looks at people's names too.
pub async fn page(
    tx: &mut TenantTx,
    filter: &EventFilter,
    named: bool,
    page: i64,
    limit: i64,
) -> Result<Vec<EventRow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        EventRow,
        "select id, timestamp, provider, opportunity_id, opportunity_name, customer_name, user_name, action_type, previous_status,
            new_status, state, error, attempts, settled_at, replay_of, is_test, octet_length(raw_payload) as bytes
         from webhook_events
         where tenant_id = $1 and ($2::text is null or state = $2) and ($3::text is null or action_type = $3)
            and ($4::bigint is null or opportunity_id = $4)
            and ($5::timestamptz is null or timestamp >= $5) and ($6::timestamptz is null or timestamp < $6)
            and ($7::text is null or opportunity_name ilike $7 or customer_name ilike $7 or id ilike $7 or ($8 and user_name ilike $7))
         order by timestamp desc, id limit $9 offset $10",
        tenant,
        filter.state.map(EventState::as_str),
        filter.kind.as_deref(),
        filter.opportunity,
        filter.from,
        filter.to,
        filter.pattern(),
        named,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await
}

pub async fn count(tx: &mut TenantTx, filter: &EventFilter, named: bool) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from webhook_events
         where tenant_id = $1 and ($2::text is null or state = $2) and ($3::text is null or action_type = $3)
            and ($4::bigint is null or opportunity_id = $4)
            and ($5::timestamptz is null or timestamp >= $5) and ($6::timestamptz is null or timestamp < $6)
            and ($7::text is null or opportunity_name ilike $7 or customer_name ilike $7 or id ilike $7 or ($8 and user_name ilike $7))"#,
        tenant,
        filter.state.map(EventState::as_str),
        filter.kind.as_deref(),
        filter.opportunity,
        filter.from,
        filter.to,
        filter.pattern(),
        named
    )
    .fetch_one(tx.connection())
    .await
}

/// Ids of a filter whose bytes are kept, oldest first, behind `after`: for those who do something with all of them.
pub async fn ids(
    tx: &mut TenantTx,
    filter: &EventFilter,
    after: Option<(DateTime<Utc>, &str)>,
    most: i64,
) -> Result<Vec<(DateTime<Utc>, String)>, Error> {
    let tenant = tx.tenant();
    let (after_time, after_id) = after.unzip();
    let rows = sqlx::query!(
        "select timestamp, id from webhook_events
         where tenant_id = $1 and ($2::text is null or state = $2) and ($3::text is null or action_type = $3)
            and ($4::bigint is null or opportunity_id = $4)
            and ($5::timestamptz is null or timestamp >= $5) and ($6::timestamptz is null or timestamp < $6)
            and raw_payload is not null and ($7::timestamptz is null or (timestamp, id) > ($7, $8::text))
         order by timestamp, id limit $9",
        tenant,
        filter.state.map(EventState::as_str),
        filter.kind.as_deref(),
        filter.opportunity,
        filter.from,
        filter.to,
        after_time,
        after_id,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.timestamp, row.id)).collect())
}

/// One event.
pub async fn find(tx: &mut TenantTx, id: &str) -> Result<Option<EventRow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        EventRow,
        "select id, timestamp, provider, opportunity_id, opportunity_name, customer_name, user_name, action_type, previous_status,
            new_status, state, error, attempts, settled_at, replay_of, is_test, octet_length(raw_payload) as bytes
         from webhook_events where tenant_id = $1 and id = $2",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// A replay of an event: its id, when it was made, its state.
pub type Replay = (String, DateTime<Utc>, String);

/// The newest replays of an event.
pub async fn replays(tx: &mut TenantTx, id: &str, most: i64) -> Result<Vec<Replay>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, timestamp, state from webhook_events where tenant_id = $1 and replay_of = $2 order by timestamp desc limit $3",
        tenant,
        id,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.timestamp, row.state)).collect())
}

/// The bytes of an event as they came, if they are kept. The outer option: whether there is such an event.
pub async fn raw(tx: &mut TenantTx, id: &str) -> Result<Option<Option<Vec<u8>>>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select raw_payload from webhook_events where tenant_id = $1 and id = $2", tenant, id)
        .fetch_optional(tx.connection())
        .await
}

/// The deliveries of an event, first to last; of thousands of the same the first hundred.
pub async fn deliveries(tx: &mut TenantTx, id: &str) -> Result<Vec<DeliveryRow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        DeliveryRow,
        "select id, created_at as at, endpoint_id, workspace_name as endpoint, duplicate, success, error_message as error,
            processing_time_ms, follow_up_ms
         from webhook_delivery_log where tenant_id = $1 and event_id = $2 order by id limit 100",
        tenant,
        id
    )
    .fetch_all(tx.connection())
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_names_its_field() {
        for query in ["state=open", "opportunity=0", "from=x", "to=2026-13-01"] {
            let fault = EventFilter::take(&mut Params::parse(query), "UTC").unwrap_err();
            assert!(query.starts_with(&fault.field), "{query}: {fault}");
        }
    }

    #[test]
    fn what_is_searched_is_no_pattern() {
        let filter = EventFilter { q: Some("50%_\\".into()), ..EventFilter::default() };
        assert_eq!(filter.pattern().unwrap(), "%50\\%\\_\\\\%");
    }
}
