//! The figures of the dashboard: shapes of `specs/current-rms-watcher.md`, section 5, from the mirror and its changes.

#[cfg(feature = "ssr")]
mod activity;
#[cfg(feature = "ssr")]
pub mod bars;
#[cfg(feature = "ssr")]
mod before;
#[cfg(feature = "ssr")]
mod build;
#[cfg(feature = "ssr")]
mod by_day;
#[cfg(feature = "ssr")]
pub mod cache;
#[cfg(feature = "ssr")]
mod compact;
#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
mod drawings;
#[cfg(feature = "ssr")]
mod events;
mod history;
#[cfg(feature = "ssr")]
mod metrics;
#[cfg(feature = "ssr")]
pub mod night;
#[cfg(feature = "ssr")]
pub mod pie;
#[cfg(feature = "ssr")]
mod quick;
#[cfg(feature = "ssr")]
pub mod snapshot;
#[cfg(feature = "ssr")]
mod spark;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
mod tally;
mod view;
#[cfg(feature = "ssr")]
mod words;

pub use history::{Before, Day, Earlier, Figures};
pub use view::{
    ByDayView, Card, Change, ChangeView, DashboardView, Dates, DayBar, DayEvents, MetricTile, MonthBar, Quick, Share,
    Spark, Tone, TopView,
};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::sync::{Progress, RunRow};

/// Civil dates of `starts_at` in the tenant's zone, both included. With either of them records without a date are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DateRange {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Everything that the dashboard shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    pub overview: Overview,
    /// What the cards are compared with.
    pub before: Before,
    /// The actions of the events that the overview counts, the commonest first.
    pub action_type_distribution: Vec<ActionCount>,
    pub status_distribution: Vec<StatusCount>,
    /// What the company's own metrics were worth last: active ones, the first eight.
    pub metrics: Vec<MetricFigure>,
    /// The last 30 days in the tenant's zone, today last and live: the whole mirror, whatever the dates.
    pub by_day: Vec<Day>,
    /// Twelve months by start date, those without value included.
    pub value_by_month: Vec<MonthValue>,
    /// The last seven days in the tenant's zone, today last, days without a change included.
    pub timeline: Vec<DayCount>,
    pub top_opportunities: Vec<TopOpportunity>,
    pub recent_activity: Vec<Activity>,
    pub sync_info: SyncInfo,
}

/// The cards. What only webhooks can tell is null until they arrive, never 0; it is of the last 24 hours, of at most the 20,000
/// newest events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    pub total_events: Option<i64>,
    /// Records of the mirror that are not gone.
    pub total_opportunities: i64,
    pub success_rate: Option<f64>,
    pub failed_events: Option<i64>,
    pub uptime: Option<i64>,
    pub last_event_time: Option<DateTime<Utc>>,
    /// Sum of `charge_total` of quotations and orders that are not completed, cancelled, lost or dead.
    pub open_value: Money,
    /// Orders that begin this month in the tenant's zone and are not cancelled, lost or dead.
    pub orders_this_month: i64,
    /// Records of the source that cannot be mirrored now.
    pub failed_records: i64,
}

/// Events of one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionCount {
    /// The provider's word; null where an event has none that could be read.
    pub action_type: Option<String>,
    pub count: i64,
}

/// A metric of the company's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricFigure {
    pub code: String,
    pub name: String,
    /// The active one.
    pub version: i32,
    /// What it says, in words.
    pub sentence: String,
    /// Whether the value is an amount in the tenant's currency.
    pub is_money: bool,
    /// A decimal text; null before the first night, and where there is none, such as the mean of nothing.
    pub value: Option<String>,
    /// The version that the value is of.
    pub computed_version: Option<i32>,
    pub computed_at: Option<DateTime<Utc>>,
}

/// Records with one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusCount {
    /// The source's word for it.
    pub status: String,
    /// The source's number; null for records without one.
    pub status_code: Option<i32>,
    pub count: i64,
    /// Sum of `charge_total`.
    pub value: Money,
}

/// What begins in a month, before tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthValue {
    /// Its first day.
    pub month: NaiveDate,
    /// Orders that are not cancelled, lost or dead.
    pub booked: Money,
    /// Quotations that are not completed, cancelled, lost or dead.
    pub quoted: Money,
}

/// Changes on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    pub date: NaiveDate,
    pub count: i64,
}

/// An opportunity with many changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopOpportunity {
    pub opportunity_id: i64,
    pub opportunity_name: String,
    pub customer_name: Option<String>,
    pub event_count: i64,
    pub last_activity: DateTime<Utc>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    pub id: String,
    pub timestamp: DateTime<Utc>,
    pub opportunity_id: i64,
    pub opportunity_name: String,
    pub customer_name: Option<String>,
    /// Null: reps see the dashboard too, and may not read who did what at the source. The events have it.
    pub user_name: Option<String>,
    /// created, updated, deleted or restored.
    pub action_type: String,
    /// The status that the change brought, when it brought one.
    pub new_status: Option<String>,
    /// Whether an event brought the change and was followed up; null for what a sync found.
    pub processed: Option<bool>,
    pub error: Option<String>,
}

/// The newest run, a running one included, and its progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncInfo {
    pub last_sync: Option<RunRow>,
    pub progress: Option<Progress>,
    /// The newest comparison with the source that came to its end.
    pub last_proof: Option<Proof>,
}

/// What a comparison of the mirror with the source found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    pub run_id: i64,
    pub completed_at: DateTime<Utc>,
    /// Records that were compared.
    pub checked: i64,
    /// Those that differed, and those of them that were repaired since.
    pub differed: i64,
    pub repaired: i64,
}
