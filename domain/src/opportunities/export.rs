//! The list of opportunities as a file.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::address::Address;
use super::column::Column;
use super::list_build::{ListError, NEWEST, PATH};
use super::query::Query;
use super::{OpportunityRow, form, list, store};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::export::{self, Cell, Export, Head, Lines};
use crate::identity::TenantView;
use crate::params::Params;

/// The chosen columns of opportunities, by their ids.
pub struct OpportunityLines {
    columns: Vec<Column>,
    zone: Tz,
}

impl Lines for OpportunityLines {
    type Key = i64;

    async fn lines(&self, tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        let rows = store::by_ids(tx, ids).await?;
        Ok(rows.iter().map(|row| self.columns.iter().map(|column| cell(*column, row, self.zone)).collect()).collect())
    }
}

/// Begins the file of what an address asks for; paging is of no account.
pub async fn begin(
    tx: &mut TenantTx,
    params: Params,
    search: &str,
    tenant: &TenantView,
    now: DateTime<Utc>,
) -> Result<Export<OpportunityLines>, ListError> {
    let query = Query::read(params, NEWEST)?;
    let zone = zone_or_utc(&tenant.timezone);
    let ids = list::all_ids(tx, &query.filter, query.sort).await?;
    let head = Head {
        what: "Opportunities",
        tenant: &tenant.name,
        at: now.with_timezone(&zone),
        filters: &form::chips(&Address::parse(search), &query, PATH),
        sorted_by: &format!("{}{}", if query.sort.descending { "-" } else { "" }, query.sort.column),
        labels: query.columns.iter().map(|column| column.label(&tenant.currency)).collect(),
    };
    Ok(Export::new(OpportunityLines { columns: query.columns, zone }, ids, head))
}

/// Amounts as plain decimals, for sums; everything else as on the screen.
fn cell(column: Column, row: &OpportunityRow, zone: Tz) -> Cell {
    let amount = match column {
        Column::Value => row.charge_total,
        Column::Total => row.total_value,
        _ => return export::text(column.text(row, zone)),
    };
    Cell::Amount(amount.map_or_else(String::new, |amount| amount.to_string()))
}
