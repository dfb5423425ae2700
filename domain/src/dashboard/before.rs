//! What today's numbers are compared with: snapshots, or records of days before, as far as the mirror goes back.

use chrono::{DateTime, NaiveDate, Utc};

use super::DateRange;
use super::history::{Before, Day, Earlier, Figures, month_of};
use super::store::{Bounds, Today};
use super::tally::{Edges, Tally};
use crate::calendar::day_start;
use crate::db::TenantTx;
use crate::opportunities::filter::Kind;
use crate::sync::connection::PROVIDER;

/// `days` begin with the one that numbers without dates are compared with; `whole` is the mirror of now.
pub(super) async fn read(
    tx: &mut TenantTx,
    range: DateRange,
    days: &[Day],
    whole: &Tally<'_>,
    today: &Today,
) -> Result<Before, sqlx::Error> {
    let begins = mirrored_from(tx).await?;
    let known = |day: NaiveDate| begins.is_some_and(|begins| begins <= day_start(day, today.zone));
    let then = days.first().and_then(|day| day.figures.as_ref().map(|figures| (day.date, figures)));
    let mut before = Before { failed_records: then.map(|then| on(then, |f| f.failed_records)), ..Before::default() };
    if range.is_all() {
        before.open_value = then.map(|then| on(then, |f| f.open_value));
        before.total_opportunities = then.map(|then| on(then, |f| f.total_opportunities));
    } else if let Some(DateRange { from: Some(from), to: Some(to) }) =
        range.before().filter(|r| r.from.is_some_and(known))
    {
        let bounds = Bounds::of(DateRange { from: Some(from), to: Some(to) }, today.zone);
        let edges = Edges::default();
        let then = Tally::read(tx, &bounds, &edges).await?;
        before.open_value = Some(Earlier { from, to, value: then.value(Kind::Open) });
        before.total_opportunities = Some(Earlier { from, to, value: then.count() });
    }
    let last_month = today.last_month.and_then(month_of);
    if let Some((from, to)) = last_month.filter(|(from, _)| range.holds_month(today.date) && known(*from)) {
        before.orders_this_month = Some(Earlier { from, to, value: whole.month(from, Kind::Booked).0 });
    }
    Ok(before)
}

fn on<T>((day, figures): (NaiveDate, &Figures), pick: fn(&Figures) -> T) -> Earlier<T> {
    Earlier { from: day, to: day, value: pick(figures) }
}

/// The first instant from which on every record is in the mirror: where the window of an initial run began. What begins
/// before it is there only by chance, and counts nowhere.
async fn mirrored_from(tx: &mut TenantTx) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "select min((r.metadata -> 'window' ->> 'from')::timestamptz)
        from sync_metadata r join sync_cursors c on c.tenant_id = r.tenant_id and c.provider = $2
        where r.tenant_id = $1 and r.sync_type = 'initial_sync' and r.status = 'completed' and r.completed_at >= c.initial_completed_at",
        tenant,
        PROVIDER
    )
    .fetch_one(tx.connection())
    .await
}
