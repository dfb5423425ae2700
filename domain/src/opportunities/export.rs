//! A list as CSV (RFC 4180): the columns of the screen, all of its rows, and first what was asked for and when.
//!
//! Texts that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV Injection").

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::address::Address;
use super::column::Column;
use super::list_build::{ListError, NEWEST, PATH};
use super::query::Query;
use super::{OpportunityRow, form, list, store};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::identity::TenantView;
use crate::params::Params;

/// Rows that are read at once.
const CHUNK: usize = 1000;

/// An export under way: its ids are fixed at the beginning, so that its order is that of the list.
pub struct Export {
    columns: Vec<Column>,
    zone: Tz,
    ids: std::vec::IntoIter<i64>,
    head: Option<Vec<u8>>,
}

impl Export {
    /// Reads what an address asks for; paging is of no account.
    pub async fn begin(
        tx: &mut TenantTx,
        params: Params,
        search: &str,
        tenant: &TenantView,
        now: DateTime<Utc>,
    ) -> Result<Export, ListError> {
        let query = Query::read(params, NEWEST)?;
        let zone = zone_or_utc(&tenant.timezone);
        let ids = list::all_ids(tx, &query.filter, query.sort).await?;
        let head = head(search, &query, tenant, ids.len(), now.with_timezone(&zone));
        Ok(Export { columns: query.columns, zone, ids: ids.into_iter(), head: Some(head) })
    }

    /// The next piece; none at the end.
    pub async fn next(&mut self, tx: &mut TenantTx) -> Result<Option<Vec<u8>>, sqlx::Error> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let ids: Vec<i64> = self.ids.by_ref().take(CHUNK).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let rows = store::by_ids(tx, &ids).await?;
        Ok(Some(write(
            rows.iter().map(|row| self.columns.iter().map(|column| cell(*column, row, self.zone)).collect()),
        )))
    }
}

/// Three lines before the first row: what and when, which filters, the names of the columns.
fn head(search: &str, query: &Query, tenant: &TenantView, total: usize, now: DateTime<Tz>) -> Vec<u8> {
    let filters: Vec<String> = form::chips(&Address::parse(search), query, PATH)
        .into_iter()
        .map(|chip| format!("{}: {}", chip.label, chip.value))
        .collect();
    let filters = if filters.is_empty() { "none".into() } else { filters.join("; ") };
    let order = format!("{}{}", if query.sort.descending { "-" } else { "" }, query.sort.column);
    let what = format!("# Opportunities of {}, {} rows, {}", tenant.name, total, now.format("%Y-%m-%d %H:%M:%S %:z"));
    let labels = query.columns.iter().map(|column| column.label(&tenant.currency)).collect();
    write([vec![what], vec![format!("# Filters: {filters}. Sorted by {order}.")], labels].into_iter())
}

/// Amounts as plain decimals, for sums; everything else as on the screen.
fn cell(column: Column, row: &OpportunityRow, zone: Tz) -> String {
    let amount = match column {
        Column::Value => row.charge_total,
        Column::Total => row.total_value,
        _ => {
            let text = column.text(row, zone);
            return if text == "—" { String::new() } else { harmless(text) };
        }
    };
    amount.map_or_else(String::new, |amount| amount.to_string())
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    let risky = text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
        || text.starts_with(['\t', '\r', '\n']);
    if risky { format!("'{text}") } else { text }
}

fn write(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing into memory does not fail.
        let _ = out.write_record(&row);
    }
    out.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\u{ff1d}1"] {
            assert!(harmless(text.into()).starts_with('\''), "{text:?}");
        }
        assert_eq!(harmless("Summer = fun".into()), "Summer = fun");
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cell() {
        let written = write([vec!["a,\"b\"".into(), "two\nlines".into()]].into_iter());
        assert_eq!(String::from_utf8(written).unwrap(), "\"a,\"\"b\"\"\",\"two\nlines\"\r\n");
    }
}
