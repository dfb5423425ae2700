//! The audit log as a file.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::trail::{self, MOST, TrailFilter, TrailRow};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::export::{self, Cell, Export, Head, Lines};
use crate::identity::TenantView;
use crate::opportunities::list_build::ListError;
use crate::opportunities::{Chip, address::Address};
use crate::params::Params;

const LABELS: [&str; 11] =
    ["When", "Row", "Number", "Who", "Kind", "Through", "Request", "Record", "Id", "Action", "Before and after"];

/// Rows of the log, each on one line.
pub struct TrailLines(Tz);

impl Lines for TrailLines {
    type Key = i64;

    async fn lines(&self, tx: &mut TenantTx, keys: &[i64]) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        Ok(trail::rows(tx, keys).await?.iter().map(|row| cells(row, self.0)).collect())
    }
}

/// Begins the file of what an address asks for; paging is of no account.
pub async fn begin(
    tx: &mut TenantTx,
    mut params: Params,
    search: &str,
    tenant: &TenantView,
    now: DateTime<Utc>,
) -> Result<Export<TrailLines>, ListError> {
    params.page()?;
    let filter = TrailFilter::take(&mut params, &tenant.timezone)?;
    params.end()?;
    let zone = zone_or_utc(&tenant.timezone);
    let head = Head {
        what: "Audit log",
        tenant: &tenant.name,
        at: now.with_timezone(&zone),
        filters: &chips(&Address::parse(search)),
        sorted_by: "-timestamp",
        labels: LABELS.map(str::to_owned).into(),
    };
    Ok(Export::new(TrailLines(zone), trail::ids(tx, &filter, MOST, 0).await?, head))
}

fn chips(address: &Address) -> Vec<Chip> {
    ["entityType", "entityId", "opportunity", "actor", "action", "source", "from", "to"]
        .into_iter()
        .filter_map(|name| Some(Chip { label: name.into(), value: address.get(name)?.into(), href: String::new() }))
        .collect()
}

fn cells(row: &TrailRow, zone: Tz) -> Vec<Cell> {
    let json = |value: &Option<Value>| value.as_ref().map_or_else(|| "null".into(), Value::to_string);
    let plain = |text: String| Cell::Plain(text);
    vec![
        plain(row.timestamp.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()),
        plain(row.id.to_string()),
        plain(row.number.map(|number| number.to_string()).unwrap_or_default()),
        export::text(row.actor.name.clone()),
        plain(row.actor.kind.clone()),
        plain(row.source.clone()),
        export::text(row.request_id.clone().unwrap_or_default()),
        export::text(row.entity_type.clone()),
        export::text(row.entity_id.clone()),
        export::text(row.action.clone()),
        export::text(format!("[{}, {}]", json(&row.before), json(&row.after))),
    ]
}
