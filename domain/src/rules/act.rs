//! Doing: the actions of a lane that are due. Those in the database are done in batches, each batch with its marks in one
//! transaction, so that they are done once; when one of a batch fails, they are done one by one, and it alone is tried again.

use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::Error;

use super::action::{Action, HERE};
use super::facts::Facts;
use super::{attempts, deliver, notify, opportunity};
use crate::db::{TenantTx, is_away};
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::services::Services;

/// The type of the jobs that do what fired; the key of each is its lane.
pub const NAME: &str = "rule_actions";
/// Actions of one transaction.
const BATCH: i64 = 1000;
/// Characters of an error that is kept.
const LONGEST_ERROR: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    lane: String,
}

/// The type.
pub fn kind(services: &Services) -> JobType {
    let services = services.clone();
    JobType::new(NAME, move |attempt, Act { lane }| {
        let services = services.clone();
        async move {
            if lane == HERE { run(&services, &attempt).await } else { deliver::run(&services, &attempt, &lane).await }
        }
    })
    .at_once(8)
    .dedupe_open()
}

/// An action that is due.
pub(super) struct Work {
    pub firing: i64,
    pub position: i32,
    pub rule: i64,
    pub rule_name: String,
    pub cause: String,
    pub fired_at: chrono::DateTime<chrono::Utc>,
    pub facts: Facts,
    pub attempts: i32,
    /// What cannot be read was written by a newer release.
    pub action: Option<Action>,
}

/// What became of it.
pub(super) enum Outcome {
    Done,
    /// Again later, if an attempt is left.
    Later(String),
    /// Never.
    Never(String),
}

async fn run(services: &Services, attempt: &Attempt) -> Result<Done, JobError> {
    let mut done = 0;
    cancel_left(attempt, HERE).await?;
    loop {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        let mut tx = attempt.begin().await?;
        let due = take(&mut tx, HERE, BATCH).await?;
        if due.is_empty() {
            break;
        }
        let outcomes = at_once(&mut tx, services, &due).await?;
        end(&mut tx, &due, &outcomes).await?;
        tx.commit().await?;
        done += due.len();
        services.jobs.show_notifications(attempt.tenant());
        services.jobs.ring(attempt.tenant());
    }
    Ok(Done::Result(json!({"actions": done})))
}

/// Tells people all at once, else one by one; what is done to opportunities follows in its order.
async fn at_once(tx: &mut TenantTx, services: &Services, due: &[Work]) -> Result<Vec<Outcome>, JobError> {
    let telling: Vec<&Work> = due.iter().filter(|work| matches!(work.action, Some(Action::Notify { .. }))).collect();
    tx.savepoint().await?;
    let told = match notify::tell(tx, &services.jobs, &telling).await {
        Ok(()) => true,
        Err(error) if is_away(&error) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "a batch of actions was not done; they are done one by one");
            tx.back_to_savepoint().await?;
            false
        }
    };
    let mut outcomes = Vec::with_capacity(due.len());
    for work in due {
        outcomes.push(match &work.action {
            None => Outcome::Never("this release does not know the action".into()),
            Some(Action::Notify { .. }) if told => Outcome::Done,
            Some(Action::Notify { .. }) => tell_alone(tx, services, work).await?,
            Some(action) => opportunity::act(tx, work, action).await?,
        });
    }
    Ok(outcomes)
}

async fn tell_alone(tx: &mut TenantTx, services: &Services, work: &Work) -> Result<Outcome, JobError> {
    tx.savepoint().await?;
    match notify::tell(tx, &services.jobs, &[work]).await {
        Ok(()) => Ok(Outcome::Done),
        Err(error) if is_away(&error) => Err(error.into()),
        Err(error) => {
            tx.back_to_savepoint().await?;
            tracing::warn!(%error, firing = work.firing, "an action was not done");
            Ok(Outcome::Later("the database did not do what was asked; the log says why".into()))
        }
    }
}

/// Ends what rules left behind that are gone.
pub(super) async fn cancel_left(attempt: &Attempt, lane: &str) -> Result<(), JobError> {
    let mut tx = attempt.begin().await?;
    let tenant = tx.tenant();
    sqlx::query!(
        "update rule_actions a set state = 'cancelled', ended_at = now()
         where a.tenant_id = $1 and a.lane = $2 and a.state = 'pending'
            and not exists (select from rules r where r.tenant_id = $1 and r.id = a.rule_id)",
        tenant,
        lane
    )
    .execute(tx.connection())
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What is due in a lane, the longest first, locked.
pub(super) async fn take(tx: &mut TenantTx, lane: &str, most: i64) -> Result<Vec<Work>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select a.firing_id, a.position, a.rule_id, a.action, a.attempts, f.fired_at, r.name, c.kind, c.facts
         from rule_actions a
         join rules r on r.tenant_id = $1 and r.id = a.rule_id
         join rule_firings f on f.tenant_id = $1 and f.id = a.firing_id
         join rule_causes c on c.tenant_id = $1 and c.id = f.cause_id
         where a.tenant_id = $1 and a.lane = $2 and a.state = 'pending' and a.run_at <= now()
         order by a.run_at, a.firing_id, a.position limit $3 for update of a skip locked"#,
        tenant,
        lane,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Work {
            firing: row.firing_id,
            position: row.position,
            rule: row.rule_id,
            rule_name: row.name,
            cause: row.kind,
            fired_at: row.fired_at,
            facts: serde_json::from_value(row.facts).unwrap_or_default(),
            attempts: row.attempts,
            action: Action::read("action", row.action).ok(),
        })
        .collect())
}

/// Marks what became of actions, in their order.
pub(super) async fn end(tx: &mut TenantTx, due: &[Work], outcomes: &[Outcome]) -> Result<(), Error> {
    let tenant = tx.tenant();
    let firings: Vec<i64> = due.iter().map(|work| work.firing).collect();
    let positions: Vec<i32> = due.iter().map(|work| work.position).collect();
    let (mut states, mut errors, mut waits) = (Vec::new(), Vec::<Option<String>>::new(), Vec::new());
    for (work, outcome) in due.iter().zip(outcomes) {
        let (state, error, wait) = match outcome {
            Outcome::Done => ("done", None, 0.0),
            Outcome::Never(error) => ("failed", Some(error), 0.0),
            Outcome::Later(error) => match attempts::wait(work.attempts + 1, rand::random()) {
                Some(wait) => ("pending", Some(error), wait.as_secs_f64()),
                None => ("failed", Some(error), 0.0),
            },
        };
        states.push(state);
        errors.push(error.map(|error| error.chars().take(LONGEST_ERROR).collect()));
        waits.push(wait);
    }
    sqlx::query!(
        "update rule_actions a set state = o.state, attempts = a.attempts + 1,
            run_at = case when o.state = 'pending' then now() + make_interval(secs => o.wait) else a.run_at end,
            ended_at = case when o.state <> 'pending' then now() end,
            errors = case when o.error is null then a.errors
                else a.errors || jsonb_build_object('attempt', a.attempts + 1, 'at', now(), 'error', o.error) end
         from unnest($2::bigint[], $3::int[], $4::text[], $5::text[], $6::float8[]) o (firing_id, position, state, error, wait)
         where a.tenant_id = $1 and a.firing_id = o.firing_id and a.position = o.position and a.state = 'pending'",
        tenant,
        &firings,
        &positions,
        &states as &[&str],
        &errors as &[Option<String>],
        &waits
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What a value of an action's errors says last.
pub(super) fn last_error(errors: &Value) -> Option<String> {
    errors.as_array()?.last()?.get("error")?.as_str().map(str::to_owned)
}
