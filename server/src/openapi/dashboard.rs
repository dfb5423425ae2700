//! The shape of `/api/dashboard`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::parts::MoneyOut;
use super::sync::{ProgressOut, RunOut};

#[derive(Serialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct RangeQuery {
    /// First civil date of `starts_at` in the tenant's zone.
    start_date: Option<NaiveDate>,
    /// The last one, not before the first.
    end_date: Option<NaiveDate>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DashboardAnswer)]
pub struct Answer {
    success: bool,
    data: DashboardOut,
    /// At most a second ago.
    #[schema(rename = "computedAt")]
    computed_at: DateTime<Utc>,
    timestamp: DateTime<Utc>,
}

/// All figures at once.
#[derive(Serialize, ToSchema)]
#[schema(as = Dashboard, rename_all = "camelCase")]
struct DashboardOut {
    overview: OverviewOut,
    before: BeforeOut,
    /// The actions of the events that the overview counts, the commonest first.
    action_type_distribution: Vec<ActionCountOut>,
    status_distribution: Vec<StatusCountOut>,
    /// What the company's own metrics were worth last: active ones, the first eight.
    metrics: Vec<MetricFigureOut>,
    /// The last 30 days in the tenant's zone, today last and live: the whole mirror, whatever the dates.
    by_day: Vec<DayOut>,
    /// Twelve months by start date.
    value_by_month: Vec<MonthValueOut>,
    /// The last seven days in the tenant's zone, today last.
    timeline: Vec<DayCountOut>,
    top_opportunities: Vec<TopOpportunityOut>,
    recent_activity: Vec<ActivityOut>,
    sync_info: SyncInfoOut,
}

/// A metric of the company's own.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricFigure, rename_all = "camelCase")]
struct MetricFigureOut {
    code: String,
    name: String,
    /// The active one.
    version: i32,
    /// What it says, in words.
    sentence: String,
    /// Whether the value is an amount in the tenant's currency.
    is_money: bool,
    /// A decimal text; null before the first night, and where there is none, such as the mean of nothing.
    value: Option<String>,
    /// The version that the value is of.
    computed_version: Option<i32>,
    computed_at: Option<DateTime<Utc>>,
}

/// What begins in a month, before tax.
#[derive(Serialize, ToSchema)]
#[schema(as = MonthValue)]
struct MonthValueOut {
    /// Its first day.
    month: NaiveDate,
    /// Orders that are not cancelled, lost or dead.
    booked: MoneyOut,
    /// Quotations that are not completed, cancelled, lost or dead.
    quoted: MoneyOut,
}

/// The cards. What only webhooks can tell is null until they arrive, never 0; it is of the last 24 hours, of at most the 20,000
/// newest events.
#[derive(Serialize, ToSchema)]
#[schema(as = Overview, rename_all = "camelCase")]
struct OverviewOut {
    total_events: Option<i64>,
    total_opportunities: i64,
    success_rate: Option<f64>,
    failed_events: Option<i64>,
    uptime: Option<i64>,
    last_event_time: Option<DateTime<Utc>>,
    /// Sum of `charge_total` of quotations and orders that are still open.
    open_value: MoneyOut,
    orders_this_month: i64,
    /// Records of the source that cannot be mirrored now.
    failed_records: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ActionCount, rename_all = "camelCase")]
struct ActionCountOut {
    /// The provider's word; null where an event has none that could be read.
    action_type: Option<String>,
    count: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatusCount, rename_all = "camelCase")]
struct StatusCountOut {
    /// The source's word for it.
    status: String,
    status_code: Option<i32>,
    count: i64,
    /// Sum of `charge_total`.
    value: MoneyOut,
}

/// A day in the tenant's zone.
#[derive(Serialize, ToSchema)]
#[schema(as = Day)]
struct DayOut {
    date: NaiveDate,
    /// Null for a night without a snapshot.
    figures: Option<FiguresOut>,
}

/// The whole mirror at the end of a day, or now.
#[derive(Serialize, ToSchema)]
#[schema(as = Figures, rename_all = "camelCase")]
struct FiguresOut {
    total_opportunities: i64,
    open_value: MoneyOut,
    /// Of the month that the day lies in.
    orders_this_month: i64,
    failed_records: i64,
    statuses: Vec<StatusCountOut>,
}

/// What the cards are compared with; null where it is not known. Without dates: a snapshot 30 days ago; with both: the same
/// number of days right before them. Orders: last month. Failed records: the snapshot.
#[derive(Serialize, ToSchema)]
#[schema(as = Before, rename_all = "camelCase")]
struct BeforeOut {
    open_value: Option<EarlierValueOut>,
    total_opportunities: Option<EarlierCountOut>,
    orders_this_month: Option<EarlierCountOut>,
    failed_records: Option<EarlierCountOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EarlierValue)]
struct EarlierValueOut {
    from: NaiveDate,
    to: NaiveDate,
    value: MoneyOut,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EarlierCount)]
struct EarlierCountOut {
    from: NaiveDate,
    to: NaiveDate,
    value: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DayCount)]
struct DayCountOut {
    date: NaiveDate,
    count: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TopOpportunity, rename_all = "camelCase")]
struct TopOpportunityOut {
    opportunity_id: i64,
    opportunity_name: String,
    customer_name: Option<String>,
    event_count: i64,
    last_activity: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Activity, rename_all = "camelCase")]
struct ActivityOut {
    id: String,
    timestamp: DateTime<Utc>,
    opportunity_id: i64,
    opportunity_name: String,
    customer_name: Option<String>,
    user_name: Option<String>,
    /// created, updated, deleted or restored.
    action_type: String,
    new_status: Option<String>,
    processed: Option<bool>,
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SyncInfo, rename_all = "camelCase")]
struct SyncInfoOut {
    last_sync: Option<RunOut>,
    progress: Option<ProgressOut>,
    /// The newest comparison with the source that came to its end.
    last_proof: Option<ProofOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Proof, rename_all = "camelCase")]
struct ProofOut {
    run_id: i64,
    completed_at: DateTime<Utc>,
    /// Records that were compared.
    checked: i64,
    /// Those that differed, and those of them that were repaired since.
    differed: i64,
    repaired: i64,
}
