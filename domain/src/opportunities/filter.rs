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

    /// States that belong to it.
    pub fn states(self) -> Vec<i32> {
        let states: &[State] = match self {
            Kind::Open => &[State::Quotation, State::Order],
            Kind::Booked => &[State::Order],
            Kind::Quoted => &[State::Quotation],
        };
        states.iter().map(|state| state.code()).collect()
    }

    /// Statuses that do not; a record without a status belongs to it.
    pub fn without(self) -> Vec<i32> {
        match self {
            Kind::Booked => Status::codes(Status::is_off),
            Kind::Open | Kind::Quoted => Status::codes(Status::is_closed),
        }
    }

    /// Whether a record with these belongs to it.
    pub fn holds(self, state: Option<i32>, status: Option<i32>) -> bool {
        state.is_some_and(|state| self.states().contains(&state))
            && !status.is_some_and(|status| self.without().contains(&status))
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
