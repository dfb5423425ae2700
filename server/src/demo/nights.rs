//! The month before the demo began, as its records tell it: what a host that had run for a month would have kept each night.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::Services;
use domain::calendar::{date, day_end, day_start, month, zone_or_utc};
use domain::dashboard::{Figures, StatusCount, snapshot};
use domain::db::QueryError;
use domain::identity::{TenantId, tenant};
use domain::live::Topic;
use domain::money::Money;
use domain::opportunities::filter::Kind;
use domain::opportunities::{OpportunityRow, State, Status, store as mirror};
use domain::sync::store as runs;

const NIGHTS: u64 = 30;
const LOOK: Duration = Duration::from_secs(1);

/// Waits for the first sync, and then writes the nights before it.
pub async fn write_once_synced(services: Services, tenant: TenantId) {
    loop {
        match write(&services, tenant).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "the demo's nights are not written yet"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// False before the first sync.
async fn write(services: &Services, tenant: TenantId) -> Result<bool, QueryError> {
    let mut tx = services.db.worker_tx(tenant).await?;
    if !runs::initial_completed(&mut tx).await? {
        return Ok(false);
    }
    let zone = zone_or_utc(&tenant::view(&mut tx).await?.timezone);
    let ids = mirror::alive(&mut tx).await?;
    let rows = mirror::by_ids(&mut tx, &ids).await?;
    let today = date(Utc::now(), zone);
    for day in (1..=NIGHTS).rev().filter_map(|back| today.checked_sub_days(Days::new(back))) {
        snapshot::keep(&mut tx, day, &figures(&rows, day, zone)).await?;
    }
    tx.commit().await?;
    services.changes.mark(tenant, &[Topic::Opportunities]);
    Ok(true)
}

/// A record as it stood at a night.
struct Then {
    state: Option<i32>,
    status: Option<i32>,
    word: String,
}

impl Then {
    /// None of a record that was not there yet. One that changed since stood a step earlier.
    fn of(row: &OpportunityRow, at: DateTime<Utc>) -> Option<Then> {
        if row.created_at_rms.is_none_or(|created| created > at) {
            return None;
        }
        let known = (row.state.and_then(State::from_code), row.status.and_then(Status::from_code));
        if let ((Some(state), Some(status)), Some(true)) = (known, row.updated_at_rms.map(|updated| updated > at)) {
            let (state, status) = before(state, status);
            return Some(Then { state: Some(state.code()), status: Some(status.code()), word: status.word().into() });
        }
        let word = row.opportunity_status.clone().filter(|_| row.status.is_some());
        Some(Then { state: row.state, status: row.status, word: word.unwrap_or_else(|| "No status".into()) })
    }

    fn is(&self, kind: Kind) -> bool {
        kind.holds(self.state, self.status)
    }
}

/// The step that an opportunity plausibly took before this one.
const fn before(state: State, status: Status) -> (State, Status) {
    match (state, status) {
        (State::Order, Status::Active) => (State::Quotation, Status::Reserved),
        (State::Order, _) => (State::Order, Status::Active),
        (State::Quotation, Status::Provisional) => (State::Quotation, Status::Open),
        (State::Quotation, Status::Open) => (State::Draft, Status::Open),
        (State::Quotation, _) => (State::Quotation, Status::Provisional),
        (State::Enquiry | State::Draft, _) => (State::Enquiry, Status::Open),
    }
}

fn figures(rows: &[OpportunityRow], day: NaiveDate, zone: Tz) -> Figures {
    let then: Vec<(&OpportunityRow, Then)> =
        rows.iter().filter_map(|row| Some((row, Then::of(row, day_end(day, zone))?))).collect();
    let (first, after) = month(day_start(day, zone), zone);
    let this_month = |row: &OpportunityRow| row.starts_at.is_some_and(|starts| starts >= first && starts < after);
    let mut statuses: BTreeMap<i32, StatusCount> = BTreeMap::new();
    for (row, then) in &then {
        let Some(code) = then.status else { continue };
        let none =
            StatusCount { status: then.word.clone(), status_code: Some(code), count: 0, value: Money::default() };
        let status = statuses.entry(code).or_insert(none);
        status.count += 1;
        status.value = [status.value, row.charge_total.unwrap_or_default()].into_iter().sum();
    }
    let count = |of: &dyn Fn(&OpportunityRow, &Then) -> bool| then.iter().filter(|(row, then)| of(row, then)).count();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Figures {
        total_opportunities: number(then.len()),
        open_value: then.iter().filter(|(_, then)| then.is(Kind::Open)).filter_map(|(row, _)| row.charge_total).sum(),
        orders_this_month: number(count(&|row, then| then.is(Kind::Booked) && this_month(row))),
        failed_records: 0,
        statuses: statuses.into_values().collect(),
    }
}
