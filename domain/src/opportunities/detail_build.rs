//! From a row, its raw record and its changes to a page.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::address::Address;
use super::changes::line::line;
use super::changes::query::Filter;
use super::changes::store as changes;
use super::detail_view::{DetailView, Fact, Stop};
use super::list_build::PATH;
use super::scalar::mend_surrogates;
use super::words::{field_words, money, span, stamp, status_tone, status_words};
use super::{OpportunityRow, store};
use crate::calendar::{ago, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::TenantView;
use crate::money::Money;
use crate::sync::connection;

/// Changes on the page; the list of changes has all.
const MOST_CHANGES: i64 = 50;

/// The stages of a job in their order (contract section 3).
const STAGES: [(&str, &str); 9] = [
    ("prep", "Prepare"),
    ("load", "Load"),
    ("deliver", "Deliver"),
    ("setup", "Set up"),
    ("show", "Show"),
    ("takedown", "Take down"),
    ("collect", "Collect"),
    ("unload", "Unload"),
    ("deprep", "De-prepare"),
];

impl DetailView {
    /// Reads one record; none when the mirror does not have it.
    pub async fn read(
        tx: &mut TenantTx,
        id: i64,
        with_raw: bool,
        may_read_again: bool,
        tenant: &TenantView,
        now: DateTime<Utc>,
    ) -> Result<Option<DetailView>, sqlx::Error> {
        let Some((row, raw)) = store::get_opportunity(tx, id).await? else { return Ok(None) };
        let zone = zone_or_utc(&tenant.timezone);
        let record: Map<String, Value> = serde_json::from_str(&mend_surrogates(raw.get())).unwrap_or_default();
        let of_this = Filter { opportunity: Some(id), ..Filter::default() };
        let changes = changes::page(tx, &of_this, 1, MOST_CHANGES).await?;
        let subdomain = connection::subdomain(tx).await?;
        let customer = row.organisation_id.map(|organisation| {
            let name = row.organisation_name.clone().unwrap_or_else(|| format!("Customer {organisation}"));
            (name, Address::default().with("organisation", &organisation.to_string()).href(PATH))
        });
        Ok(Some(DetailView {
            id,
            status: status_words(&row),
            tone: status_tone(&row),
            gone: row.deleted_at.map(|at| stamp(Some(at), zone)),
            stops: stops(&row, &record, zone, now),
            money: amounts(&row, &tenant.currency),
            facts: facts(&row, zone),
            fields: record.iter().filter_map(|(key, value)| plain(key, value)).collect(),
            changes: changes.iter().map(|change| line(change, zone)).collect(),
            customer,
            source_url: subdomain.map(|name| format!("https://{name}.current-rms.com/opportunities/{id}")),
            raw: with_raw.then(|| raw.get().to_owned()),
            fresh: format!("seen {}", ago(row.synced_at, now)),
            may_read_again,
            name: row.name,
        }))
    }
}

/// Stages that the account fills, else the beginning and the end.
fn stops(row: &OpportunityRow, record: &Map<String, Value>, zone: Tz, now: DateTime<Utc>) -> Vec<Stop> {
    let at = |key: String| record.get(&key)?.as_str()?.parse::<DateTime<Utc>>().ok();
    let mut stops = Vec::new();
    for (key, label) in STAGES {
        let (from, to) = (at(format!("{key}_starts_at")), at(format!("{key}_ends_at")));
        if from.is_some() || to.is_some() {
            stops.push(Stop {
                label: label.into(),
                when: span(from, to, zone),
                past: to.or(from).is_some_and(|at| at < now),
            });
        }
    }
    if stops.is_empty() {
        for (label, at) in [("Starts", row.starts_at), ("Ends", row.ends_at)] {
            stops.push(Stop { label: label.into(), when: stamp(at, zone), past: at.is_some_and(|at| at < now) });
        }
    }
    stops
}

fn amounts(row: &OpportunityRow, currency: &str) -> Vec<Fact> {
    let amount = |label: &str, value: Option<Money>| Fact {
        label: label.into(),
        value: value.map_or_else(|| "—".into(), |value| format!("{} {currency}", money(Some(value)))),
    };
    vec![
        amount("Value before tax", row.charge_total),
        amount("Value with tax", row.total_value),
        amount("Provisional cost", row.provisional_cost_total),
        amount("Predicted cost", row.predicted_cost_total),
        amount("Actual cost", row.actual_cost_total),
    ]
}

fn facts(row: &OpportunityRow, zone: Tz) -> Vec<Fact> {
    let fact = |label: &str, value: Option<String>| Fact {
        label: label.into(),
        value: value.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| "—".into()),
    };
    vec![
        fact("Id", Some(row.id.to_string())),
        fact("Subject", row.subject.clone()),
        fact("Description", row.description.clone()),
        fact("Dates", Some(span(row.starts_at, row.ends_at, zone))),
        fact("Venue", row.venue_name.clone()),
        fact("Owner", row.owner_name.clone()),
        fact("Created", Some(stamp(row.created_at_rms, zone))),
        fact("Changed", Some(stamp(row.updated_at_rms, zone))),
        fact("Last seen", Some(stamp(Some(row.synced_at), zone))),
        fact("Last webhook", Some(stamp(row.last_webhook_at, zone))),
    ]
}

/// Fields that hold one value; lists and objects are in the raw record.
fn plain(key: &str, value: &Value) -> Option<Fact> {
    let value = match value {
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
        Value::String(text) if text.trim().is_empty() => return None,
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::Number(number) => number.to_string(),
    };
    Some(Fact { label: field_words(key), value })
}
