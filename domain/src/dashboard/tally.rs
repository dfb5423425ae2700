//! The mirror counted in one pass, by state, status, name of the status and month: what the cards, the statuses and the months
//! show are sums of its cells.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use super::store::Bounds;
use super::{MonthValue, StatusCount};
use crate::calendar::day_start;
use crate::db::TenantTx;
use crate::money::Money;
use crate::opportunities::filter::Kind;

/// Months that are told apart, by their first days; each ends where the next one begins.
#[derive(Default)]
pub(super) struct Edges {
    days: Vec<NaiveDate>,
    instants: Vec<DateTime<Utc>>,
}

impl Edges {
    /// These months and the ends of them.
    pub fn of(months: impl IntoIterator<Item = NaiveDate>, zone: Tz) -> Edges {
        let ends = |first: NaiveDate| [Some(first), first.checked_add_months(Months::new(1))];
        let days: BTreeSet<NaiveDate> = months.into_iter().flat_map(ends).flatten().collect();
        Edges { instants: days.iter().map(|day| day_start(*day, zone)).collect(), days: days.into_iter().collect() }
    }
}

/// Records that are alike.
#[derive(Debug)]
struct Cell {
    state: Option<i32>,
    status: Option<i32>,
    name: Option<String>,
    /// The last edge at or before its date, from 1; 0 before the first.
    edge: Option<i32>,
    count: i64,
    /// Sum of `charge_total`.
    value: Money,
}

impl Cell {
    fn is(&self, kind: Kind) -> bool {
        kind.holds(self.state, self.status)
    }
}

pub(super) struct Tally<'a> {
    edges: &'a Edges,
    cells: Vec<Cell>,
}

impl<'a> Tally<'a> {
    /// Counts the records that begin within the bounds and are not gone.
    pub async fn read(tx: &mut TenantTx, bounds: &Bounds, edges: &'a Edges) -> Result<Tally<'a>, sqlx::Error> {
        let tenant = tx.tenant();
        let cells = sqlx::query_as!(
            Cell,
            r#"select state, status, opportunity_status as name, width_bucket(starts_at, $4::timestamptz[]) as edge,
                count(*) as "count!", coalesce(sum(charge_total), 0) as "value!: Money"
            from opportunities
            where tenant_id = $1 and deleted_at is null and ($2::timestamptz is null or starts_at >= $2) and ($3::timestamptz is null or starts_at < $3)
            group by 1, 2, 3, 4"#,
            tenant,
            bounds.from,
            bounds.to,
            &edges.instants
        )
        .fetch_all(tx.connection())
        .await?;
        Ok(Tally { edges, cells })
    }

    pub fn count(&self) -> i64 {
        self.cells.iter().map(|cell| cell.count).sum()
    }

    pub fn value(&self, kind: Kind) -> Money {
        self.cells.iter().filter(|cell| cell.is(kind)).map(|cell| cell.value).sum()
    }

    /// The records of a kind that begin in the month with this first day, and their value.
    pub fn month(&self, first: NaiveDate, kind: Kind) -> (i64, Money) {
        let place = self.edges.days.iter().position(|edge| *edge == first);
        let edge = place.and_then(|place| i32::try_from(place + 1).ok());
        let cells = || self.cells.iter().filter(|cell| edge.is_some() && cell.edge == edge && cell.is(kind));
        (cells().map(|cell| cell.count).sum(), cells().map(|cell| cell.value).sum())
    }

    pub fn months(&self, firsts: &[NaiveDate]) -> Vec<MonthValue> {
        let value = |month: NaiveDate, kind| self.month(month, kind).1;
        let of = |&month: &NaiveDate| MonthValue {
            month,
            booked: value(month, Kind::Booked),
            quoted: value(month, Kind::Quoted),
        };
        firsts.iter().map(of).collect()
    }

    /// By number, since names follow the language of the account's API user; the commonest name stands for it.
    pub fn statuses(&self) -> Vec<StatusCount> {
        let mut by_code: BTreeMap<Option<i32>, Vec<&Cell>> = BTreeMap::new();
        for cell in &self.cells {
            by_code.entry(cell.status).or_default().push(cell);
        }
        let of = |(status_code, cells): (Option<i32>, Vec<&Cell>)| StatusCount {
            status: name(status_code, &cells),
            status_code,
            count: cells.iter().map(|cell| cell.count).sum(),
            value: cells.iter().map(|cell| cell.value).sum(),
        };
        let mut statuses: Vec<StatusCount> = by_code.into_iter().map(of).collect();
        statuses.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.status.cmp(&b.status)));
        statuses
    }
}

fn name(code: Option<i32>, cells: &[&Cell]) -> String {
    let Some(code) = code else { return "No status".into() };
    let mut names: BTreeMap<&str, i64> = BTreeMap::new();
    for cell in cells {
        if let Some(name) = &cell.name {
            *names.entry(name).or_default() += cell.count;
        }
    }
    // Of as common names the first.
    let commonest = names.into_iter().rev().max_by_key(|(_, count)| *count);
    commonest.map_or_else(|| format!("Status {code}"), |(name, _)| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(state: i32, status: Option<i32>, name: Option<&str>, edge: Option<i32>, count: i64) -> Cell {
        Cell {
            state: Some(state),
            status,
            name: name.map(Into::into),
            edge,
            count,
            value: Money::from_minor(count * 100),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn edges_are_the_beginnings_and_ends_of_months() {
        let edges = Edges::of(["2026-11-01", "2026-12-01", "2024-01-01"].map(day), Tz::UTC);
        assert_eq!(edges.days, ["2024-01-01", "2024-02-01", "2026-11-01", "2026-12-01", "2027-01-01"].map(day));
    }

    #[test]
    fn the_commonest_name_stands_for_a_status_and_the_first_of_as_common_ones() {
        let names = [("b", 2), ("a", 1), ("c", 2), ("a", 1)];
        let cells: Vec<Cell> = names.map(|(name, count)| cell(1, Some(5), Some(name), None, count)).into();
        assert_eq!(name(Some(5), &cells.iter().collect::<Vec<_>>()), "a");
        assert_eq!(name(Some(5), &[&cell(1, Some(5), None, None, 9)]), "Status 5");
        assert_eq!(name(None, &[&cells[0]]), "No status");
    }

    #[test]
    fn a_month_is_between_its_edge_and_the_next() {
        let order = Kind::Booked.states()[0];
        let cells = [(Some(1), 3), (Some(2), 5), (Some(3), 7), (Some(0), 11), (None, 13)];
        let cells = cells.map(|(edge, count)| cell(order, None, None, edge, count)).into();
        let edges = Edges::of(["2026-11-01", "2026-12-01"].map(day), Tz::UTC);
        let tally = Tally { edges: &edges, cells };
        assert_eq!(tally.month(day("2026-11-01"), Kind::Booked), (3, Money::from_minor(300)));
        assert_eq!(tally.month(day("2026-12-01"), Kind::Booked), (5, Money::from_minor(500)));
        assert_eq!(tally.month(day("2026-12-01"), Kind::Quoted), (0, Money::default()));
        assert_eq!(tally.month(day("2026-10-01"), Kind::Booked), (0, Money::default()));
        assert_eq!((tally.count(), tally.value(Kind::Open)), (39, Money::from_minor(3900)));
    }
}
