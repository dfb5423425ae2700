//! The list of changes as a file.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::build::{chips, name};
use super::line::line;
use super::query::Query;
use super::store::{self, ChangeRow, Key};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::export::{self, Cell, Export, Head, Lines};
use crate::identity::TenantView;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::params::Params;

const LABELS: [&str; 7] = ["When", "Id", "Opportunity", "Customer", "What", "Learned from", "Fields"];

/// Changes, each on one line.
pub struct ChangeLines(Tz);

impl Lines for ChangeLines {
    type Key = Key;

    async fn lines(&self, tx: &mut TenantTx, keys: &[Key]) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        Ok(store::by_keys(tx, keys).await?.iter().map(|row| cells(row, self.0)).collect())
    }
}

/// Begins the file of what an address asks for; paging is of no account.
pub async fn begin(
    tx: &mut TenantTx,
    params: Params,
    search: &str,
    tenant: &TenantView,
    now: DateTime<Utc>,
) -> Result<Export<ChangeLines>, ListError> {
    let query = Query::read(params)?;
    let zone = zone_or_utc(&tenant.timezone);
    let head = Head {
        what: "Changes",
        tenant: &tenant.name,
        at: now.with_timezone(&zone),
        filters: &chips(&Address::parse(search)),
        sorted_by: "-changed_at",
        labels: LABELS.map(str::to_owned).into(),
    };
    Ok(Export::new(ChangeLines(zone), store::keys(tx, &query.filter, None, 0).await?, head))
}

fn cells(row: &ChangeRow, zone: Tz) -> Vec<Cell> {
    let line = line(row, zone);
    let fields: Vec<String> =
        line.fields.iter().map(|field| format!("{}: {} → {}", field.field, field.before, field.after)).collect();
    let customer = row.organisation_name.clone().unwrap_or_default();
    let texts = [name(row), customer, line.what, line.source, fields.join("; ")];
    [line.when, row.opportunity_id.to_string()].map(Cell::Plain).into_iter().chain(texts.map(export::text)).collect()
}
