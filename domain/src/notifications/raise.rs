//! Telling what was written down. An event leaves its queue in the transaction that notifies everybody whom it concerns, so
//! it is told once, however many hosts look and whichever of them die.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::digest::{self, Hour};
use crate::db::{QueryError, TenantTx};
use crate::identity::TenantId;
use crate::jobs::types::{notify_mail, notify_slack};
use crate::jobs::{EnqueueError, Jobs, NewJob};
use crate::rules::causes::{self, NewCause};
use crate::rules::facts::Facts;
use crate::rules::{act, evaluate, watch};

/// Events of one transaction.
const BATCH: i64 = 2000;
/// Characters of a job's error.
const LONGEST: usize = 300;
/// A mail server or a webhook may be away for an hour.
const ATTEMPTS: i32 = 8;

/// A job that failed.
struct Event {
    id: i64,
    job: i64,
    kind: String,
    error: Option<String>,
}

impl Event {
    /// That a message could not be sent is not sent.
    fn stays_here(&self) -> bool {
        [notify_mail::NAME, notify_slack::NAME].contains(&self.kind.as_str())
    }

    /// For rules; what rules or messages had to do is none of theirs.
    fn cause(&self) -> Option<NewCause> {
        let by_rules = [evaluate::NAME, act::NAME, watch::NAME].contains(&self.kind.as_str());
        (!by_rules && !self.stays_here()).then(|| NewCause {
            kind: "job_failed",
            // A job that was tried again by hand may fail again.
            key: format!("job:{}:{}", self.job, self.id),
            facts: Facts {
                job_id: Some(self.job),
                job_type: Some(self.kind.clone()),
                error: self.error.clone().map(|error| error.chars().take(LONGEST).collect()),
                ..Facts::default()
            },
        })
    }

    fn title(&self) -> String {
        format!("Job {} failed: {}", self.job, self.kind)
    }

    fn body(&self) -> String {
        self.error.as_deref().unwrap_or_default().chars().take(LONGEST).collect()
    }
}

/// Whom an event concerns: a person, or without one the tenant's webhook.
struct Recipient {
    person: Option<Uuid>,
    /// The type of the jobs that send to them, if anything is sent.
    sender: Option<&'static str>,
}

/// Tells everything that waits, of all tenants.
pub async fn due(jobs: &Jobs) -> Result<(), QueryError> {
    for tenant in jobs.db().tenants_to_tell().await? {
        while tell(jobs, TenantId(tenant)).await? {}
    }
    Ok(())
}

/// Tells a batch of one tenant's; whether there may be more.
async fn tell(jobs: &Jobs, tenant: TenantId) -> Result<bool, QueryError> {
    let mut tx = jobs.db().worker_tx(tenant).await?;
    let Some(events) = take(&mut tx).await? else { return Ok(false) };
    causes::note(&mut tx, &events.iter().filter_map(Event::cause).collect::<Vec<_>>()).await?;
    for recipient in recipients(&mut tx, jobs.options().mail).await? {
        notify(jobs, &mut tx, &recipient, &events).await?;
    }
    tx.commit().await?;
    if !events.is_empty() {
        jobs.ring(tenant);
        jobs.show_notifications(tenant);
    }
    Ok(i64::try_from(events.len()).is_ok_and(|taken| taken == BATCH))
}

/// The oldest events; none while another host tells those of this tenant: two would count the same hour.
async fn take(tx: &mut TenantTx) -> Result<Option<Vec<Event>>, QueryError> {
    let tenant = tx.tenant();
    let ours = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('notifications ' || $1, 0)) as "ours!""#,
        tenant.to_string()
    )
    .fetch_one(tx.connection())
    .await?;
    if !ours {
        return Ok(None);
    }
    let events = sqlx::query_as!(
        Event,
        r#"with taken as (
            delete from notification_events where tenant_id = $1 and id in (
                select id from notification_events where tenant_id = $1 order by id limit $2)
            returning id, job_id, job_type
        )
        select t.id as "id!", t.job_id as "job!", t.job_type as "kind!", j.errors -> -1 ->> 'error' as error
        from taken t left join jobs j on j.tenant_id = $1 and j.id = t.job_id order by t.id"#,
        tenant,
        BATCH
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(Some(events))
}

async fn recipients(tx: &mut TenantTx, mail: bool) -> Result<Vec<Recipient>, QueryError> {
    let tenant = tx.tenant();
    let people = sqlx::query!(
        r#"select m.person_id as person, coalesce(s.by_mail, true) as "by_mail!" from memberships m
        left join notification_settings s on s.tenant_id = m.tenant_id and s.person_id = m.person_id
        where m.tenant_id = $1 and m.disabled_at is null and m.role = 'admin'
            and not 'job_failed' = any (coalesce(s.kinds_off, '{}'))"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    let hooked = sqlx::query_scalar!(
        r#"select exists (select from notification_webhooks where tenant_id = $1) as "any!""#,
        tenant
    )
    .fetch_one(tx.connection())
    .await?;
    let people = people
        .into_iter()
        .map(|row| Recipient { person: Some(row.person), sender: (mail && row.by_mail).then_some(notify_mail::NAME) });
    let webhook = hooked.then_some(Recipient { person: None, sender: Some(notify_slack::NAME) });
    Ok(people.chain(webhook).collect())
}

async fn notify(jobs: &Jobs, tx: &mut TenantTx, to: &Recipient, events: &[Event]) -> Result<(), QueryError> {
    let events: Vec<&Event> = events.iter().filter(|event| to.person.is_some() || !event.stays_here()).collect();
    let tenant = tx.tenant();
    let hour = sqlx::query!(
        r#"select count(*) filter (where collected = 0) as "singles!", max(id) filter (where collected > 0) as collecting
        from notifications where tenant_id = $1 and person_id is not distinct from $2 and kind = 'job_failed'
            and created_at > now() - interval '1 hour'"#,
        tenant,
        to.person
    )
    .fetch_one(tx.connection())
    .await?;
    let singles = usize::try_from(hour.singles).unwrap_or(usize::MAX);
    let plan = digest::plan(Hour { singles, collecting: hour.collecting.is_some() }, events.len());
    let (own, others) = events.split_at(plan.singles);
    for event in own {
        let id = insert(tx, to, &event.title(), &event.body(), &format!("/jobs/{}", event.job), 0).await?;
        if !event.stays_here() {
            send(jobs, tx, to, id, None).await?;
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    let more = i32::try_from(plan.collected).unwrap_or(i32::MAX);
    if let Some(id) = hour.collecting {
        return count_on(tx, id, more).await;
    }
    let body = "More than ten failed within an hour. This notification counts the others of the next hour.";
    let id = insert(tx, to, &digest::more_jobs_failed(more), body, "/jobs?status=failed", more).await?;
    if others.iter().any(|event| !event.stays_here()) {
        // What it has counted by then.
        send(jobs, tx, to, id, Some(Utc::now() + TimeDelta::hours(1))).await?;
    }
    Ok(())
}

async fn insert(
    tx: &mut TenantTx,
    to: &Recipient,
    title: &str,
    body: &str,
    href: &str,
    collected: i32,
) -> Result<i64, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "insert into notifications (tenant_id, person_id, kind, title, body, href, collected)
         values ($1, $2, 'job_failed', $3, $4, $5, $6) returning id",
        tenant,
        to.person,
        title,
        body,
        href,
        collected
    )
    .fetch_one(tx.connection())
    .await
}

/// It is news again.
async fn count_on(tx: &mut TenantTx, id: i64, more: i32) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    let before =
        sqlx::query_scalar!("select collected from notifications where tenant_id = $1 and id = $2", tenant, id)
            .fetch_one(tx.connection())
            .await?;
    let count = before.saturating_add(more);
    sqlx::query!(
        "update notifications set collected = $3, title = $4, changed_at = now(), read_at = null where tenant_id = $1 and id = $2",
        tenant,
        id,
        count,
        digest::more_jobs_failed(count)
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

async fn send(
    jobs: &Jobs,
    tx: &mut TenantTx,
    to: &Recipient,
    id: i64,
    run_at: Option<DateTime<Utc>>,
) -> Result<(), QueryError> {
    let Some(sender) = to.sender else { return Ok(()) };
    let job = NewJob { run_at, max_attempts: ATTEMPTS, ..NewJob::new(sender, json!({"notification": id})) };
    match jobs.enqueue_job(tx, &job).await {
        Ok(_) => Ok(()),
        Err(EnqueueError::Db(error)) => Err(error),
        Err(error) => {
            tracing::warn!(%error, sender, "a notification cannot be sent; the bell has it");
            Ok(())
        }
    }
}
