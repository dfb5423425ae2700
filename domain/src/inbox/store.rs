//! Keeping deliveries: what is new, its follow-up and the log of each, in one statement of one transaction.

use std::collections::BTreeMap;

use sqlx::Error;

use super::EventState;
use super::delivery::{Delivery, Looked, Receipt};
use super::follow_up::{GATHERING, NAME};
use crate::db::{Db, TenantTx};
use crate::identity::TenantId;

/// A delivery that was refused unread, for the log.
#[derive(Debug, Clone)]
pub struct Refusal {
    endpoint: i64,
    label: String,
    event_type: String,
    why: String,
    is_test: bool,
}

impl Refusal {
    pub fn of(delivery: &Delivery, why: &str) -> Refusal {
        Refusal {
            endpoint: delivery.door.endpoint,
            label: delivery.door.label.clone(),
            event_type: delivery.event_name.clone().unwrap_or_else(|| "unread".into()),
            why: why.into(),
            is_test: delivery.is_test,
        }
    }
}

/// Whether an event's id is another's: two doors of a tenant met in a millisecond.
pub fn is_id_taken(error: &Error) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some("webhook_events_pkey")
}

/// Keeps deliveries of one tenant, all or none, and gives what each is to be answered, in their order.
pub async fn keep(db: &Db, tenant: TenantId, looked: &[Looked], refused: &[Refusal]) -> Result<Vec<Receipt>, Error> {
    let mut tx = db.inbox_tx(tenant).await?;
    let receipts = if looked.is_empty() { Vec::new() } else { insert(&mut tx, looked).await? };
    if !refused.is_empty() {
        note_refused(&mut tx, refused).await?;
    }
    tx.commit_aside().await?;
    Ok(receipts)
}

async fn insert(tx: &mut TenantTx, looked: &[Looked]) -> Result<Vec<Receipt>, Error> {
    // The same delivery twice in a batch is one row; rows lie in the order of their keys, so that two hosts lock in one order.
    let mut groups: BTreeMap<(i64, &str), Vec<&Looked>> = BTreeMap::new();
    for one in looked {
        groups.entry((one.delivery.door.endpoint, &one.dedupe_key)).or_default().push(one);
    }
    let (mut rows, mut logged) = (Rows::default(), Logged::default());
    for group in groups.values() {
        rows.push(group);
        for (nth, one) in group.iter().enumerate() {
            logged.push(rows.len(), nth, one);
        }
    }
    let kept = write(tx, &rows, &logged).await?;
    let mut by_key: BTreeMap<(i64, &str), Kept> = groups.keys().copied().zip(kept).collect();
    let mut receipts = Vec::with_capacity(looked.len());
    for one in looked {
        let kept = by_key.get_mut(&(one.delivery.door.endpoint, one.dedupe_key.as_str())).ok_or(Error::RowNotFound)?;
        // Of the same delivery twice in a batch the first is new.
        let is_new = std::mem::take(&mut kept.is_new);
        let event_id = kept.event_id.clone();
        receipts.push(Receipt { event_id, duplicate: !is_new, state: one.state, reason: one.reason.clone() });
    }
    Ok(receipts)
}

struct Kept {
    event_id: String,
    is_new: bool,
}

/// Columns of the rows to keep, one entry a row.
#[derive(Default)]
struct Rows<'a> {
    endpoints: Vec<i64>,
    keys: Vec<&'a str>,
    event_ids: Vec<&'a str>,
    times: Vec<chrono::DateTime<chrono::Utc>>,
    counts: Vec<i32>,
    opportunities: Vec<Option<i64>>,
    names: Vec<Option<&'a str>>,
    customers: Vec<Option<&'a str>>,
    users: Vec<Option<i64>>,
    user_names: Vec<Option<&'a str>>,
    actions: Vec<Option<&'a str>>,
    states: Vec<&'static str>,
    reasons: Vec<Option<&'a str>>,
    bodies: Vec<&'a [u8]>,
    providers: Vec<&'static str>,
    tests: Vec<bool>,
}

impl<'a> Rows<'a> {
    fn push(&mut self, group: &[&'a Looked]) {
        let Some(one) = group.first() else { return };
        let envelope = &one.envelope;
        self.endpoints.push(one.delivery.door.endpoint);
        self.keys.push(&one.dedupe_key);
        self.event_ids.push(&one.event_id);
        self.times.push(one.delivery.at);
        self.counts.push(i32::try_from(group.len()).unwrap_or(i32::MAX));
        self.opportunities.push(envelope.opportunity_id);
        self.names.push(envelope.opportunity_name.as_deref());
        self.customers.push(envelope.customer_name.as_deref());
        self.users.push(envelope.user_id);
        self.user_names.push(envelope.user_name.as_deref());
        self.actions.push(envelope.action_type.as_deref());
        self.states.push(one.state.as_str());
        self.reasons.push(one.reason.as_deref());
        self.bodies.push(&one.delivery.body);
        self.providers.push(one.delivery.door.provider.as_str());
        self.tests.push(one.delivery.is_test);
    }

    fn len(&self) -> usize {
        self.keys.len()
    }
}

/// Columns of the log, one entry a delivery.
#[derive(Default)]
struct Logged<'a> {
    /// Of the rows, from 1.
    rows: Vec<i64>,
    again: Vec<bool>,
    types: Vec<&'a str>,
    labels: Vec<&'a str>,
    /// From the last byte of the body until now.
    waited_ms: Vec<i32>,
}

impl<'a> Logged<'a> {
    fn push(&mut self, row: usize, nth: usize, one: &'a Looked) {
        self.rows.push(i64::try_from(row).unwrap_or(i64::MAX));
        self.again.push(nth > 0);
        self.types.push(&one.envelope.event_type);
        self.labels.push(&one.delivery.door.label);
        self.waited_ms.push(i32::try_from(one.delivery.received.elapsed().as_millis()).unwrap_or(i32::MAX));
    }
}

/// A key of a body counts for a day. A pending follow-up is locked until the commit: who claims it a moment earlier does not
/// see what this transaction keeps, so it must not be claimed before.
async fn write(tx: &mut TenantTx, rows: &Rows<'_>, logged: &Logged<'_>) -> Result<Vec<Kept>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Kept,
        r#"with input as (
            select * from unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::bigint[], $8::text[],
                $9::text[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bytea[], $16::text[], $17::bool[])
                with ordinality as i (endpoint_id, dedupe_key, event_id, at, times, opportunity_id, opportunity_name,
                    customer_name, user_id, user_name, action_type, state, error, raw, provider, is_test, row)
        ), seen as (
            insert into webhook_seen as s (tenant_id, endpoint_id, dedupe_key, event_id, first_at, last_at, times)
            select $1, endpoint_id, dedupe_key, event_id, at, at, times from input order by row
            on conflict (tenant_id, endpoint_id, dedupe_key) do update set
                (event_id, first_at, times) = (
                    select case when old then excluded.event_id else s.event_id end,
                        case when old then excluded.first_at else s.first_at end,
                        case when old then excluded.times else s.times + excluded.times end
                    from (select s.dedupe_key like 'body:%' and s.first_at < excluded.first_at - interval '24 hours' as old) o),
                last_at = excluded.last_at
            returning endpoint_id, dedupe_key, event_id, times
        ), met as (
            select i.*, s.event_id as kept_id, s.times = i.times as is_new
            from input i join seen s on s.endpoint_id = i.endpoint_id and s.dedupe_key = i.dedupe_key
        ), events as (
            insert into webhook_events (tenant_id, id, timestamp, opportunity_id, opportunity_name, customer_name, user_id,
                user_name, action_type, error, raw_payload, endpoint_id, provider, state, is_test)
            select $1, event_id, at, opportunity_id, opportunity_name, customer_name, user_id, user_name, action_type, error, raw,
                endpoint_id, provider, state, is_test
            from met where is_new order by row
        ), work as (
            insert into jobs (tenant_id, type, payload, dedupe_key, run_at, max_attempts)
            select distinct on (opportunity_id) $1, $23, jsonb_build_object('opportunity', opportunity_id),
                'opportunity:' || opportunity_id, now() + make_interval(secs => $24), 25
            from met where is_new and state = 'received' order by opportunity_id
            on conflict (tenant_id, type, dedupe_key) where status = 'pending' and attempts = 0 and not dedupe_open
                do update set run_at = jobs.run_at
        ), log as (
            insert into webhook_delivery_log (tenant_id, event_type, workspace_name, event_id, processing_time_ms, success,
                error_message, endpoint_id, duplicate, is_test)
            select $1, d.type, d.label, m.kept_id, d.waited_ms + extract(epoch from clock_timestamp() - now()) * 1000,
                m.state <> 'quarantined', case when m.state = 'quarantined' then m.error end, m.endpoint_id,
                d.again or not m.is_new, m.is_test
            from unnest($18::bigint[], $19::bool[], $20::text[], $21::text[], $22::int[]) as d (row, again, type, label, waited_ms)
            join met m on m.row = d.row
        )
        select kept_id as "event_id!", is_new as "is_new!" from met order by row"#,
        tenant,
        &rows.endpoints,
        &rows.keys as &[&str],
        &rows.event_ids as &[&str],
        &rows.times,
        &rows.counts,
        &rows.opportunities as &[Option<i64>],
        &rows.names as &[Option<&str>],
        &rows.customers as &[Option<&str>],
        &rows.users as &[Option<i64>],
        &rows.user_names as &[Option<&str>],
        &rows.actions as &[Option<&str>],
        &rows.states as &[&str],
        &rows.reasons as &[Option<&str>],
        &rows.bodies as &[&[u8]],
        &rows.providers as &[&str],
        &rows.tests,
        &logged.rows,
        &logged.again,
        &logged.types as &[&str],
        &logged.labels as &[&str],
        &logged.waited_ms,
        NAME,
        GATHERING.as_secs_f64()
    )
    .fetch_all(tx.connection())
    .await
}

async fn note_refused(tx: &mut TenantTx, refused: &[Refusal]) -> Result<(), Error> {
    let tenant = tx.tenant();
    let endpoints: Vec<i64> = refused.iter().map(|one| one.endpoint).collect();
    let labels: Vec<&str> = refused.iter().map(|one| one.label.as_str()).collect();
    let types: Vec<&str> = refused.iter().map(|one| one.event_type.as_str()).collect();
    let reasons: Vec<&str> = refused.iter().map(|one| one.why.as_str()).collect();
    let tests: Vec<bool> = refused.iter().map(|one| one.is_test).collect();
    sqlx::query!(
        "insert into webhook_delivery_log (tenant_id, event_type, workspace_name, success, error_message, endpoint_id, is_test)
         select $1, type, label, false, why, endpoint, test
         from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bool[]) as r (endpoint, label, type, why, test)",
        tenant,
        &endpoints,
        &labels as &[&str],
        &types as &[&str],
        &reasons as &[&str],
        &tests
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// An event whose follow-up is to come.
pub struct Open {
    pub id: String,
    pub is_test: bool,
}

/// The events of an opportunity whose follow-up is to come, oldest first.
pub async fn open(tx: &mut TenantTx, opportunity: i64) -> Result<Vec<Open>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Open,
        "select id, is_test from webhook_events where tenant_id = $1 and opportunity_id = $2 and state = 'received'
         order by timestamp, id",
        tenant,
        opportunity
    )
    .fetch_all(tx.connection())
    .await
}

/// Ends the follow-up of events: the opportunity was read, and its status was and is this. For rules they are causes from now
/// on, tests excepted.
pub async fn settle(tx: &mut TenantTx, ids: &[String], before: Option<&str>, after: Option<&str>) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with settled as (
            update webhook_events set state = 'processed', attempts = attempts + 1, error = null, settled_at = now(),
                previous_status = $3, new_status = $4
            where tenant_id = $1 and id = any($2) and state = 'received' returning id, timestamp, is_test, replay_of
         ), caused as (
            insert into rule_causes (tenant_id, kind, key, event_id, is_replay)
            select $1, 'event', 'event:' || s.id, s.id, s.replay_of is not null from settled s
            where not s.is_test
                and exists (select from rules r where r.tenant_id = $1 and r.enabled and r.trigger ->> 'type' = 'event')
            order by s.timestamp, s.id on conflict (tenant_id, key) do nothing
         )
         update webhook_delivery_log l set follow_up_ms = extract(epoch from clock_timestamp() - l.created_at) * 1000
         from settled s where l.tenant_id = $1 and l.event_id = s.id and l.follow_up_ms is null",
        tenant,
        ids,
        before,
        after
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes a follow-up that came to nothing; an event that was tried `most` times is dead, and so are its deliveries. Gives how
/// many are still to be tried.
pub async fn fail(tx: &mut TenantTx, ids: &[String], error: &str, most: i32) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"with tried as (
            update webhook_events set attempts = attempts + 1, error = $3,
                state = case when attempts + 1 >= $4 then 'dead' else state end,
                settled_at = case when attempts + 1 >= $4 then now() end
            where tenant_id = $1 and id = any($2) and state = 'received' returning id, state
         ), failed as (
            update webhook_delivery_log l set success = false, error_message = $3
            from tried t where t.state = 'dead' and l.tenant_id = $1 and l.event_id = t.id
         )
         select count(*) filter (where state = $5) as "left!" from tried"#,
        tenant,
        ids,
        error,
        most,
        EventState::Received.as_str()
    )
    .fetch_one(tx.connection())
    .await
}
