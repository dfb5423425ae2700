//! The list of failed records as a file.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::build::{chips, reason, runs_met};
use super::query::Query;
use super::store::{self, Brief};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::export::{self, Cell, Export, Head, Lines};
use crate::identity::TenantView;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::stamp;
use crate::params::Params;

const LABELS: [&str; 6] = ["Record", "Reason", "First seen", "Last seen", "Runs", "Attempts"];

/// Failed records, each on one line. What they say fits in memory: it is read when the file begins.
pub struct FailureLines(Tz);

impl Lines for FailureLines {
    type Key = Brief;

    async fn lines(&self, _: &mut TenantTx, rows: &[Brief]) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        Ok(rows.iter().map(|row| cells(row, self.0)).collect())
    }
}

/// Begins the file of what an address asks for; paging is of no account.
pub async fn begin(
    tx: &mut TenantTx,
    params: Params,
    search: &str,
    tenant: &TenantView,
    now: DateTime<Utc>,
) -> Result<Export<FailureLines>, ListError> {
    let query = Query::read(params)?;
    let zone = zone_or_utc(&tenant.timezone);
    let head = Head {
        what: "Failed records",
        tenant: &tenant.name,
        at: now.with_timezone(&zone),
        filters: &chips(&Address::parse(search)),
        sorted_by: "-failed_at",
        labels: LABELS.map(str::to_owned).into(),
    };
    Ok(Export::new(FailureLines(zone), store::briefs(tx, query.run, None, 0).await?, head))
}

fn cells(row: &Brief, zone: Tz) -> Vec<Cell> {
    let seen = [row.first_failed_at, row.failed_at].map(|at| Cell::Plain(stamp(Some(at), zone)));
    let texts = [row.source_key.clone(), reason(row)].map(export::text);
    texts.into_iter().chain(seen).chain([export::text(runs_met(row)), Cell::Plain(row.attempts.to_string())]).collect()
}
