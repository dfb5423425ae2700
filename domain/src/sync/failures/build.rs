//! From an address to a list of failed records ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::FailuresView;
use super::query::Query;
use super::store::{self, Brief};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::stamp;
use crate::opportunities::{Cell, Chip, Head, Sheet};
use crate::pager::Pager;
use crate::params::Params;
use crate::reports::List;
use crate::sync::{connection, freshness, store as runs};

/// Where the list lives.
pub const PATH: &str = "/failures";

const HEADS: [&str; 7] = ["Record", "Reason", "First seen", "Last seen", "Runs", "Text", "Again"];

impl FailuresView {
    /// Reads the list that an address asks for. A page behind the last shows the last.
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<FailuresView, ListError> {
        let Query { run, raw, page, limit } = Query::read(Params::parse(search))?;
        let address = Address::parse(search);
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let total = store::count(tx, run).await?;
        let page = page.min(Pager::last(total, limit));
        let rows = store::briefs(tx, run, Some(limit), (page - 1) * limit).await?;
        let subdomain = connection::subdomain(tx).await?;
        let text = match raw {
            Some(key) => store::raw(tx, &key).await?.map(|text| (key, text)),
            None => None,
        };
        let (runs, _) = runs::recent(tx, 1).await?;
        let may_read = caller.may(Permission::RunSync);
        Ok(FailuresView {
            raw: text,
            sheet: Sheet {
                chips: chips(&address),
                heads: HEADS.map(Head::fixed).into(),
                rows: rows.iter().map(|row| cells(row, subdomain.as_deref(), &address, zone, may_read)).collect(),
                summary: format!("{} {}", grouped(total.unsigned_abs()), if total == 1 { "record" } else { "records" }),
                pager: Pager::new(page, limit, total, &address.without(&["raw"]), PATH),
                csv: address.without(&["page", "limit", "raw"]).href("/api/sync/failures.csv"),
                xlsx: address.without(&["page", "limit", "raw"]).workbook(List::Failures),
                fresh: freshness(runs.first(), now),
            },
        })
    }
}

/// The filter that is set, in words.
pub fn chips(address: &Address) -> Vec<Chip> {
    let href = address.without(&["runId", "page"]).href(PATH);
    let run = address.get("runId").map(|run| Chip { label: "Failed in run".into(), value: run.into(), href });
    run.into_iter().collect()
}

fn cells(row: &Brief, subdomain: Option<&str>, address: &Address, zone: Tz, may_read: bool) -> Vec<Cell> {
    let id = row.source_id.map_or_else(|| "no id".into(), |id| id.to_string());
    let source = subdomain.zip(row.source_id);
    // The text is shown below the same page of the list.
    let raw = address.with("raw", &row.source_key).with("page", address.get("page").unwrap_or("1"));
    vec![
        Cell::link(id, source.map(|(name, id)| format!("https://{name}.current-rms.com/opportunities/{id}"))),
        Cell { wrap: true, ..Cell::text(reason(row)) },
        Cell::text(stamp(Some(row.first_failed_at), zone)),
        Cell::text(stamp(Some(row.failed_at), zone)),
        Cell::text(runs_met(row)),
        Cell::link("Raw JSON", Some(format!("{}#raw", raw.href(PATH)))),
        Cell { again: row.source_id.filter(|_| may_read), ..Cell::default() },
    ]
}

/// The key at fault and what is wrong with it.
pub(super) fn reason(row: &Brief) -> String {
    match &row.field {
        Some(field) if !row.reason.starts_with(field.as_str()) => format!("{field}: {}", row.reason),
        _ => row.reason.clone(),
    }
}

pub(super) fn runs_met(row: &Brief) -> String {
    match (row.first_run_id, row.run_id) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (None, None) => "—".into(),
        (first, last) => last.or(first).unwrap_or_default().to_string(),
    }
}
