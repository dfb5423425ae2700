//! Evaluating: causes that wait, a batch in a transaction that also inserts what fired and what is to be done. One job a tenant
//! at a time; were it repeated, the key of a firing keeps it single.

use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::Error;

use super::facts::Facts;
use super::{Rule, act, causes, store};
use crate::db::{QueryError, TenantTx};
use crate::identity::TenantId;
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::jobs::{EnqueueError, Jobs, NewJob};
use crate::services::Services;

/// The type of the jobs that evaluate, and the key of a tenant's.
pub const NAME: &str = "rules";
/// Causes of one transaction.
const BATCH: i64 = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evaluate {}

/// Enqueues what waits, of all tenants: causes, and actions that are due. What a crash left behind is found like anything else.
pub async fn enqueue_waiting(jobs: &Jobs) -> Result<(), QueryError> {
    for (tenant, lane) in jobs.db().waiting_rules().await? {
        enqueue(jobs, tenant, lane.as_deref()).await?;
    }
    Ok(())
}

async fn enqueue(jobs: &Jobs, tenant: TenantId, lane: Option<&str>) -> Result<(), QueryError> {
    let job = match lane {
        Some(lane) => NewJob::new(act::NAME, json!({"lane": lane})).dedupe(lane),
        None => NewJob::new(NAME, json!({})).dedupe(NAME),
    };
    let mut tx = jobs.db().worker_tx(tenant).await?;
    match jobs.enqueue_job(&mut tx, &NewJob { max_attempts: 25, ..job }).await {
        Ok(_) => {}
        Err(EnqueueError::Db(error)) => return Err(error),
        // Another host knows more types, or holds the key at this moment: the next look finds what is left.
        Err(error) => tracing::debug!(%error, "what rules have to do waits for the next look"),
    }
    tx.commit().await?;
    jobs.ring(tenant);
    Ok(())
}

/// The type.
pub fn kind(services: &Services) -> JobType {
    let services = services.clone();
    JobType::new(NAME, move |attempt, Evaluate {}| run(services.clone(), attempt)).at_once(4).dedupe_open()
}

async fn run(services: Services, attempt: Attempt) -> Result<Done, JobError> {
    let (mut looked, mut fired) = (0, 0);
    loop {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        let mut tx = attempt.begin().await?;
        let (causes, firings) = batch(&mut tx).await?;
        if causes == 0 {
            break;
        }
        tx.commit().await?;
        looked += causes;
        fired += firings;
        if let Err(error) = enqueue_waiting(&services.jobs).await {
            tracing::debug!(%error, "the next look enqueues what has fired");
        }
    }
    Ok(Done::Result(json!({"causes": looked, "firings": fired})))
}

/// Evaluates a batch; gives how many causes it took, and how many firings came of them.
async fn batch(tx: &mut TenantTx) -> Result<(usize, i64), Error> {
    let waiting = causes::take(tx, BATCH).await?;
    if waiting.is_empty() {
        return Ok((0, 0));
    }
    let mut rules = store::all(tx).await?;
    rules.retain(|rule| rule.enabled);
    let events: Vec<String> = waiting.iter().filter_map(|cause| cause.event_id.clone()).collect();
    let mut known = causes::facts_of(tx, &events).await?;
    let (mut fired, mut nothing, mut firings) = (Vec::new(), Vec::new(), Vec::new());
    for cause in &waiting {
        let facts: Option<Facts> = match &cause.event_id {
            Some(event) => known.remove(event),
            None => serde_json::from_value(cause.facts.clone()).ok(),
        };
        let facts = facts.unwrap_or_default();
        let before = firings.len();
        firings.extend(rules.iter().filter(|rule| rule.fires(&facts, cause.is_replay)).map(|rule| (rule.id, cause.id)));
        match firings.len() == before {
            true => nothing.push(cause.id),
            false => fired.push((cause.id, facts)),
        }
    }
    let count = insert(tx, &rules, &firings).await?;
    causes::settle(tx, &fired, &nothing).await?;
    Ok((waiting.len(), count))
}

/// Inserts firings, `(rule, cause)`, with what each has to do; gives how many are new.
async fn insert(tx: &mut TenantTx, rules: &[Rule], firings: &[(i64, i64)]) -> Result<i64, Error> {
    if firings.is_empty() {
        return Ok(0);
    }
    let tenant = tx.tenant();
    let (of, by): (Vec<i64>, Vec<i64>) = firings.iter().copied().unzip();
    // Counted below, and locked as by who changes rules: in their order.
    sqlx::query!(
        "select id from rules where tenant_id = $1 and id = any($2) order by position, id for no key update",
        tenant,
        &of
    )
    .fetch_all(tx.connection())
    .await?;
    let (mut owners, mut positions, mut lanes, mut actions) = (Vec::new(), Vec::new(), Vec::new(), Vec::<Value>::new());
    for rule in rules {
        for (n, action) in rule.actions.iter().enumerate() {
            owners.push(rule.id);
            positions.push(i32::try_from(n).unwrap_or(i32::MAX));
            lanes.push(action.lane(rule.id, n));
            actions.push(action.to_value());
        }
    }
    sqlx::query_scalar!(
        r#"with fired as (
            insert into rule_firings (tenant_id, rule_id, cause_id)
            select $1, f.rule_id, f.cause_id from unnest($2::bigint[], $3::bigint[]) with ordinality f (rule_id, cause_id, n)
            order by f.n on conflict (tenant_id, rule_id, cause_id) do nothing
            returning id, rule_id
        ), todo as (
            insert into rule_actions (tenant_id, firing_id, position, rule_id, lane, action)
            select $1, f.id, a.position, f.rule_id, a.lane, a.action
            from fired f join unnest($4::bigint[], $5::int[], $6::text[], $7::jsonb[]) a (rule_id, position, lane, action)
                on a.rule_id = f.rule_id
            order by f.id, a.position
        ), counted as (
            update rules r set fired_count = r.fired_count + f.count, last_fired_at = now()
            from (select rule_id, count(*) as count from fired group by 1) f
            where r.tenant_id = $1 and r.id = f.rule_id
        )
        select count(*) as "count!" from fired"#,
        tenant,
        &of,
        &by,
        &owners,
        &positions,
        &lanes,
        &actions
    )
    .fetch_one(tx.connection())
    .await
}
