//! What a list of opportunities may be asked for.

use chrono::{DateTime, NaiveDate, Utc};

use super::{State, Status};
use crate::money::Money;

/// Whether records that are gone from the source are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    #[default]
    Exclude,
    Only,
    Include,
}

/// A named set of opportunities, defined once for tiles and lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Quotations and orders that are not completed, cancelled, lost or dead.
    Open,
    /// Orders that are not cancelled, lost or dead.
    Booked,
    /// Quotations that are not completed, cancelled, lost or dead.
    Quoted,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Open, Kind::Booked, Kind::Quoted];

    /// The word in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Kind::Open => "open",
            Kind::Booked => "booked",
            Kind::Quoted => "quoted",
        }
    }

    const fn members(self) -> &'static [State] {
        match self {
            Kind::Open => &[State::Quotation, State::Order],
            Kind::Booked => &[State::Order],
            Kind::Quoted => &[State::Quotation],
        }
    }

    const fn leaves_out(self, status: Status) -> bool {
        match self {
            Kind::Booked => status.is_off(),
            Kind::Open | Kind::Quoted => status.is_closed(),
        }
    }

    /// States that belong to it, for SQL.
    pub fn states(self) -> Vec<i32> {
        self.members().iter().map(|state| state.code()).collect()
    }

    /// Statuses that do not, for SQL; a record without a status belongs to it.
    pub fn without(self) -> Vec<i32> {
        Status::codes(|status| self.leaves_out(status))
    }

    /// Whether a record with these belongs to it.
    pub fn holds(self, state: Option<i32>, status: Option<i32>) -> bool {
        state.and_then(State::from_code).is_some_and(|state| self.members().contains(&state))
            && !status.and_then(Status::from_code).is_some_and(|status| self.leaves_out(status))
    }
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// One of [`COLUMNS`].
    pub column: &'static str,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Sort { column: "id", descending: false }
    }
}

/// The columns that a list can be sorted by.
pub const COLUMNS: [&str; 24] = [
    "id",
    "name",
    "subject",
    "description",
    "starts_at",
    "ends_at",
    "opportunity_status",
    "state",
    "status",
    "created_at_rms",
    "updated_at_rms",
    "venue_name",
    "organisation_id",
    "organisation_name",
    "owner_id",
    "owner_name",
    "charge_total",
    "total_value",
    "provisional_cost_total",
    "predicted_cost_total",
    "actual_cost_total",
    "synced_at",
    "last_webhook_at",
    "deleted_at",
];

impl Sort {
    /// Reads `starts_at` or `-starts_at`.
    pub fn parse(text: &str) -> Option<Sort> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        COLUMNS.into_iter().find(|column| *column == name).map(|column| Sort { column, descending })
    }
}

/// Conditions that all hold; an empty list of numbers means any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Vec<i32>,
    /// Also, or only, records without a status.
    pub no_status: bool,
    pub kind: Option<Kind>,
    pub state: Vec<i32>,
    pub owner: Vec<i64>,
    pub organisation: Vec<i64>,
    /// Part of subject, organisation or venue, in any case, or the id.
    pub q: Option<String>,
    /// Civil dates of `starts_at` in the tenant's zone, both included.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Bounds of `charge_total`, both included.
    pub min_value: Option<Money>,
    pub max_value: Option<Money>,
    /// Not seen in the source for so many hours.
    pub stale_hours: Option<i32>,
    /// Touched by a webhook since.
    pub webhook_since: Option<DateTime<Utc>>,
    pub deleted: Deleted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_holds_what_its_numbers_for_sql_say_of_known_unknown_and_missing_ones() {
        let numbers = || (-2..100).map(Some).chain([None]);
        for kind in Kind::ALL {
            for (state, status) in numbers().flat_map(|state| numbers().map(move |status| (state, status))) {
                let said = state.is_some_and(|state| kind.states().contains(&state))
                    && !status.is_some_and(|status| kind.without().contains(&status));
                assert_eq!(kind.holds(state, status), said, "{kind:?} {state:?} {status:?}");
            }
        }
    }
}
