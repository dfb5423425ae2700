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
}

/// One slice of the pie and its line in the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    pub count: i64,
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

/// Everything on the dashboard but the sync control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardView {
    pub cards: Vec<Card>,
    pub total: i64,
    /// An SVG of ours without any text of the source; empty when there is nothing to draw.
    pub pie: String,
    pub shares: Vec<Share>,
    /// Every status, for the table.
    pub statuses: Vec<Share>,
    pub changes: Vec<ChangeView>,
}

#[cfg(feature = "ssr")]
mod build {
    use chrono::{DateTime, Utc};

    use super::{Card, ChangeView, DashboardView, Share, Tone};
    use crate::calendar::{age, date, month, zone_or_utc};
    use crate::dashboard::{Activity, Dashboard, pie};
    use crate::identity::TenantView;
    use crate::money::grouped;
    use crate::opportunities::address::Address;
    use crate::opportunities::filter::Kind;
    use crate::opportunities::list_build::PATH;

    /// Changes shown; the list behind them has more.
    const CHANGES: usize = 8;

    impl DashboardView {
        /// Puts figures into words.
        pub fn new(figures: &Dashboard, tenant: &TenantView, now: DateTime<Utc>) -> DashboardView {
            let overview = &figures.overview;
            let total = overview.total_opportunities;
            let slices = pie::slices(&figures.status_distribution);
            let counts: Vec<i64> = slices.iter().map(|slice| slice.count).collect();
            let share = |name: &str, count: i64, codes: &[Option<i32>]| Share {
                name: name.into(),
                count,
                percent: percent(count, total),
                href: with_status(codes),
            };
            let (first, after) = month(now, zone_or_utc(&tenant.timezone));
            let exact = format!("{} {}", overview.open_value, tenant.currency);
            DashboardView {
                cards: vec![
                    card(
                        "Open value",
                        overview.open_value.short(&tenant.currency),
                        Some(exact),
                        "quoted + ordered, not closed",
                        Some(list().with("kind", Kind::Open.key())),
                    ),
                    card("Opportunities", number(total), None, "mirror, without deleted", Some(list())),
                    card(
                        "Orders this month",
                        number(overview.orders_this_month),
                        None,
                        "by start date, not cancelled",
                        Some(between(list().with("kind", Kind::Booked.key()), first, after, &tenant.timezone)),
                    ),
                    card("Failed records", number(overview.failed_records), None, "cannot be mirrored now", None),
                ],
                total,
                pie: if total > 0 { pie::svg(&counts).unwrap_or_default() } else { String::new() },
                shares: slices.iter().map(|slice| share(&slice.name, slice.count, &slice.codes)).collect(),
                statuses: figures
                    .status_distribution
                    .iter()
                    .map(|s| share(&s.status, s.count, &[s.status_code]))
                    .collect(),
                changes: figures.recent_activity.iter().take(CHANGES).map(|change| line(change, now)).collect(),
            }
        }
    }

    fn card(label: &str, value: String, exact: Option<String>, basis: &str, list: Option<Address>) -> Card {
        Card { label: label.into(), value, exact, basis: basis.into(), href: list.map(|list| list.href(PATH)) }
    }

    fn list() -> Address {
        Address::default()
    }

    /// From the day of the first instant to the day before the second.
    fn between(list: Address, first: DateTime<Utc>, after: DateTime<Utc>, zone: &str) -> Address {
        let zone = zone_or_utc(zone);
        let last = date(after, zone).pred_opt().unwrap_or_default();
        list.with("from", &date(first, zone).to_string()).with("to", &last.to_string())
    }

    fn with_status(codes: &[Option<i32>]) -> String {
        let words: Vec<String> =
            codes.iter().map(|code| code.map_or_else(|| "none".into(), |code| code.to_string())).collect();
        list().with("status", &words.join(",")).href(PATH)
    }

    fn number(count: i64) -> String {
        grouped(count.unsigned_abs())
    }

    fn percent(count: i64, total: i64) -> i64 {
        if total == 0 { 0 } else { (count * 100 + total / 2) / total }
    }

    fn line(change: &Activity, now: DateTime<Utc>) -> ChangeView {
        let (word, tone) = match change.action_type.as_str() {
            "created" => ("Added", Tone::Ok),
            "deleted" => ("Deleted", Tone::Bad),
            "restored" => ("Restored", Tone::Warn),
            _ => ("Updated", Tone::Info),
        };
        ChangeView {
            id: change.id.clone(),
            href: format!("{PATH}/{}", change.opportunity_id),
            opportunity: change.opportunity_name.clone(),
            customer: change.customer_name.clone().unwrap_or_else(|| "—".into()),
            what: change.new_status.as_ref().map_or_else(|| word.into(), |status| format!("{word} · {status}")),
            tone,
            age: age(change.timestamp, now),
        }
    }
}
