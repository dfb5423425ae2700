//! A reconciliation as a file: the lists that are asked for, one behind the other.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::items::{Item, Key, items};
use super::lists::Slice;
use super::query::{Query, Wanted};
use super::report::found;
use super::{Kind, tally::Tally};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::export::{self, Cell, Export, Head, Lines};
use crate::identity::TenantView;
use crate::opportunities::Chip;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::stamp;
use crate::params::{Fault, Params};

const RUNS: &str = "/api/reconciliation/mirror";
const LABELS: [&str; 8] = ["Type", "System", "Id", "Opportunity", "Customer", "Reason", "Since", "Remedy"];

/// Lines of lists.
pub struct FindingLines(Tz);

impl Lines for FindingLines {
    type Key = Key;

    async fn lines(&self, tx: &mut TenantTx, keys: &[Key]) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        let items = items(tx, keys).await?;
        Ok(keys.iter().zip(items).map(|(key, item)| cells(key.kind, item, self.0)).collect())
    }
}

/// Begins the file of what an address asks for; paging is of no account.
pub async fn begin(
    tx: &mut TenantTx,
    params: Params,
    tenant: &TenantView,
    now: DateTime<Utc>,
) -> Result<Export<FindingLines>, ListError> {
    let Query { wanted, .. } = Query::read(params)?;
    let zone = zone_or_utc(&tenant.timezone);
    let mut keys = Vec::new();
    let mut filters = vec![chip("Type", wanted.as_str())];
    match &wanted {
        Wanted::One { kind, system } => {
            filters.extend(system.as_deref().map(|system| chip("System", system)));
            keys = found(tx, *kind, system.as_deref(), Slice::WHOLE).await?.keys;
        }
        Wanted::Mirror => {
            let reason = format!("has no file: GET {RUNS}/{{id}} lists what differs, field by field");
            return Err(Fault::new("type", reason).into());
        }
        Wanted::All => {
            let tally = Tally::read(tx).await?;
            for list in tally.lists() {
                keys.extend(tally.part(tx, &list, Slice::WHOLE).await?.keys);
            }
        }
    }
    let head = Head {
        what: "Reconciliation",
        tenant: &tenant.name,
        at: now.with_timezone(&zone),
        filters: &filters,
        sorted_by: "type, system",
        labels: LABELS.map(str::to_owned).into(),
    };
    Ok(Export::new(FindingLines(zone), keys, head))
}

fn chip(label: &str, value: &str) -> Chip {
    Chip { label: label.into(), value: value.into(), href: String::new() }
}

fn cells(kind: Kind, item: Item, zone: Tz) -> Vec<Cell> {
    let text = |text: Option<String>| export::text(text.unwrap_or_default());
    vec![
        Cell::Plain(kind.as_str().into()),
        text(item.system),
        Cell::Plain(item.opportunity_id.to_string()),
        text(item.opportunity_name),
        text(item.organisation_name),
        Cell::Text(item.reason),
        Cell::Plain(item.since.map_or_else(String::new, |at| stamp(Some(at), zone))),
        Cell::Text(item.remedy),
    ]
}
