//! The dashboard in words and figures ready to be shown: formatted by the host, in the tenant's zone and currency, so that
//! the browser needs neither.

use serde::{Deserialize, Serialize};

/// What a badge says beside its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    Info,
}

/// A number with what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub label: String,
    pub value: String,
    /// The exact value, where the card shows a rounded one.
    pub exact: Option<String>,
    pub basis: String,
    /// The list whose rows it counts.
    pub href: Option<String>,
    pub change: Option<Change>,
    pub spark: Option<Spark>,
}

/// A number against what it was before: "up 12 % against 22 Oct".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Says in a sign what the words say; empty where nothing moved or nothing is known.
    pub arrow: String,
    pub words: String,
    pub tone: Tone,
    /// The number of then.
    pub then: Option<String>,
}

/// The last 30 days of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spark {
    /// Of an SVG 88 wide and 32 high.
    pub path: String,
    pub words: String,
}

/// One slice of the pie and its line in the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    pub count: String,
    /// Whole percent of all.
    pub percent: i64,
    /// The list of these records.
    pub href: String,
}

/// One line of the recent changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    pub id: String,
    pub href: String,
    pub opportunity: String,
    pub customer: String,
    pub what: String,
    pub tone: Tone,
    pub age: String,
}

/// A month of the bars with the lists behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthBar {
    pub label: String,
    pub booked: String,
    pub booked_href: String,
    pub quoted: String,
    pub quoted_href: String,
}

/// One of the last seven days with the list of its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayBar {
    pub label: String,
    pub count: String,
    pub href: String,
}

/// The status distribution by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByDayView {
    /// An SVG of ours; its labels are days and counts.
    pub bars: String,
    /// The groups of the bars with the lists behind today's numbers.
    pub groups: Vec<Share>,
    /// Table lines of ours: days, numbers and links; no text of the source.
    pub lines: String,
    /// Whether today is the only day that is known.
    pub only_today: bool,
    /// Whether the rest of the page is narrowed to dates, which this is not.
    pub all_dates: bool,
}

/// What other systems posted in the last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayEvents {
    /// A name and a figure each.
    pub figures: Vec<(String, String)>,
    /// The commonest actions; of the commonest one the percent is 100.
    pub actions: Vec<Share>,
}

/// An opportunity with many changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopView {
    pub href: String,
    pub opportunity: String,
    pub customer: String,
    pub count: String,
    pub age: String,
}

/// Dates at one click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quick {
    pub name: String,
    pub href: String,
    /// Whether they are shown now.
    pub on: bool,
}

/// The dates that the figures are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// As a form shows them; empty where a side is open.
    pub from: String,
    pub to: String,
    pub quick: Vec<Quick>,
    /// In words, where they are none of those at one click.
    pub own: Option<String>,
}

/// A metric of the company's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricTile {
    pub name: String,
    pub href: String,
    pub value: String,
    /// What it means.
    pub told: String,
    /// The version that the value is of, and when it was computed.
    pub stamp: String,
}

/// Everything on the dashboard but the sync control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardView {
    pub cards: Vec<Card>,
    /// How many records there are.
    pub total: String,
    /// An SVG of ours without any text of the source; empty when there is nothing to draw.
    pub pie: String,
    pub shares: Vec<Share>,
    /// Every status, for the table.
    pub statuses: Vec<Share>,
    pub changes: Vec<ChangeView>,
    /// An SVG of ours; its labels are months and amounts.
    pub bars: String,
    pub months: Vec<MonthBar>,
    /// An SVG of ours; its labels are days and counts.
    pub timeline: String,
    pub days: Vec<DayBar>,
    /// "10,000 changes of the mirror".
    pub days_total: String,
    /// The list of all changes.
    pub changes_href: String,
    pub by_day: ByDayView,
    /// None until a first event has come.
    pub events: Option<DayEvents>,
    pub metrics: Vec<MetricTile>,
    pub top: Vec<TopView>,
    pub dates: Dates,
    /// "computed 10:32:05 · synced 2 min ago".
    pub fresh: String,
}
