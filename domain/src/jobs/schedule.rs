//! What runs by the clock: cron in the tenant's zone, exactly one job for a tick over all hosts, one for all missed ticks.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use serde_json::Value;

use super::enqueue::{EnqueueError, NewJob};
use super::queue::Jobs;
use crate::db::queue::{Due, schedules};
use crate::db::{QueryError, TenantTx};
use crate::params::Fault;

/// The next time after an instant. Five fields, read by the clock on the tenant's wall: what a change of clocks skips runs
/// right after it, what it repeats runs once.
pub fn next(cron: &str, after: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>, Fault> {
    let expected = || Fault::new("cron", "expected five fields: minute hour day month weekday, such as */15 * * * *");
    if cron.split_whitespace().count() != 5 {
        return Err(expected());
    }
    let cron = Cron::from_str(cron).map_err(|_| expected())?;
    let next = cron.find_next_occurrence(&after.with_timezone(&zone), false);
    next.map(|next| next.with_timezone(&Utc)).map_err(|_| Fault::new("cron", "there is no such time"))
}

/// What a tick becomes. While one waits for a worker, another one would do nothing that it does not.
pub(super) fn job<'a>(name: &'a str, kind: &'a str, payload: Value) -> NewJob<'a> {
    let job = NewJob::new(kind, payload);
    if kind == super::types::probe::NAME { job } else { job.dedupe(name) }
}

/// A schedule as it stands.
#[derive(Debug, Clone)]
pub struct ScheduleRow {
    pub id: i64,
    pub name: String,
    pub kind: String,
    pub payload: Value,
    pub cron: String,
    pub enabled: bool,
    pub next_run_at: Option<DateTime<Utc>>,
    pub last_run_at: Option<DateTime<Utc>>,
    pub last_job_id: Option<i64>,
}

/// What an admin may set; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct NewSchedule {
    pub cron: Option<String>,
    pub enabled: Option<bool>,
}

/// The tenant's schedules, by name.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<ScheduleRow>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        ScheduleRow,
        "select id, name, type as kind, payload, cron, enabled, next_run_at, last_run_at, last_job_id
         from schedules where tenant_id = $1 order by name",
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// One of them.
pub async fn find(tx: &mut TenantTx, id: i64) -> Result<Option<ScheduleRow>, QueryError> {
    Ok(all(tx).await?.into_iter().find(|row| row.id == id))
}

pub(super) async fn set(
    tx: &mut TenantTx,
    id: i64,
    cron: &str,
    enabled: bool,
    next: DateTime<Utc>,
) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update schedules set cron = $3, enabled = $4, next_run_at = $5 where tenant_id = $1 and id = $2",
        tenant,
        id,
        cron,
        enabled,
        next
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

impl Jobs {
    /// Fires every schedule that is due; gives how many jobs were born here.
    pub async fn fire_due(&self, now: DateTime<Utc>) -> Result<usize, QueryError> {
        let mut fired = 0;
        for due in self.db().due_schedules(now).await? {
            match self.fire(&due, now).await {
                Ok(born) => fired += usize::from(born),
                Err(EnqueueError::Db(error)) => return Err(error),
                Err(error) => tracing::warn!(schedule = due.name, %error, "a schedule could not be fired"),
            }
        }
        Ok(fired)
    }

    async fn fire(&self, due: &Due, now: DateTime<Utc>) -> Result<bool, EnqueueError> {
        let next = next(&due.cron, now, due.zone)?;
        let mut tx = self.db().worker_tx(due.tenant).await?;
        if !schedules::advance(&mut tx, due, due.at.is_some(), now, Some(next)).await? {
            return Ok(false);
        }
        let born = match due.at {
            None => None,
            Some(_) => match self.enqueue_job(&mut tx, &job(&due.name, &due.kind, due.payload.clone())).await {
                Ok(id) => Some(id),
                Err(EnqueueError::Db(error)) => return Err(error.into()),
                // It stays what it is at the next tick, and need not be said every second until then.
                Err(error) => {
                    tracing::warn!(schedule = due.name, %error, "a tick became no job");
                    None
                }
            },
        };
        if let Some(id) = born {
            schedules::note_job(&mut tx, due.id, id).await?;
        }
        tx.commit().await?;
        if born.is_some() {
            self.ring(due.tenant);
        }
        Ok(born.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_time_is_that_of_the_tenants_clock() {
        let night = |after: &str, zone: Tz| next("0 2 * * *", at(after), zone).unwrap();
        assert_eq!(night("2026-11-21T12:00:00Z", Tz::America__New_York), at("2026-11-22T07:00:00Z"));
        assert_eq!(night("2026-07-01T12:00:00Z", Tz::Europe__Berlin), at("2026-07-02T00:00:00Z"));
    }

    #[test]
    fn a_night_of_25_hours_has_one_two_oclock_and_one_of_23_hours_has_one_too() {
        let zone = Tz::Europe__Berlin;
        let mut times = vec![at("2026-03-27T12:00:00Z")];
        for _ in 0..4 {
            times.push(next("0 2 * * *", *times.last().unwrap(), zone).unwrap());
        }
        let days: Vec<_> = times[1..].iter().map(|time| time.with_timezone(&zone).date_naive().to_string()).collect();
        assert_eq!(days, ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]);
        let autumn = next("0 2 * * *", at("2026-10-24T12:00:00Z"), zone).unwrap();
        let after = next("0 2 * * *", autumn, zone).unwrap();
        assert_eq!(after.with_timezone(&zone).date_naive().to_string(), "2026-10-26");
    }

    #[test]
    fn what_is_no_cron_is_named() {
        for text in ["", "* * * *", "61 * * * *", "* * * * * *", "every day", "0 0 30 2 *", "@daily"] {
            assert_eq!(next(text, at("2026-01-01T00:00:00Z"), Tz::UTC).unwrap_err().field, "cron", "{text}");
        }
    }
}
