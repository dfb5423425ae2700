//! Lists as files that the queue writes, kept for a week. A report is named by the job that makes it.

pub mod book;
pub mod store;
mod view;

pub use view::{Narrowed, ReportForm, ReportLine, ReportsView, Wanted};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::{Db, QueryError, TenantTx};
use crate::export::{Cell, Export};
use crate::identity::{Change, TenantView};
use crate::jobs::{EnqueueError, Jobs, JobsError, NewJob};
use crate::opportunities::Chip;
use crate::opportunities::address::Address;
use crate::opportunities::changes;
use crate::opportunities::changes::export::ChangeLines;
use crate::opportunities::export::OpportunityLines;
use crate::opportunities::list_build::ListError;
use crate::params::{Fault, Params};
use crate::sync::failures;
use crate::sync::failures::export::FailureLines;

/// Reports of a tenant that may wait or be under way: a button that is held down must not fill the queue.
const MOST_OPEN: i64 = 20;

/// The screens that can become a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum List {
    Opportunities,
    Changes,
    Failures,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Csv,
    Xlsx,
}

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub list: List,
    /// What stands behind the question mark of the list.
    #[serde(default)]
    pub query: String,
    pub format: Format,
}

impl List {
    pub const ALL: [List; 3] = [List::Opportunities, List::Changes, List::Failures];

    pub const fn as_str(self) -> &'static str {
        match self {
            List::Opportunities => "opportunities",
            List::Changes => "changes",
            List::Failures => "failures",
        }
    }

    /// As people call it.
    pub const fn word(self) -> &'static str {
        match self {
            List::Opportunities => "Opportunities",
            List::Changes => "Changes",
            List::Failures => "Failed records",
        }
    }

    /// Where it is on the screen.
    pub const fn path(self) -> &'static str {
        match self {
            List::Opportunities => crate::opportunities::list_build::PATH,
            List::Changes => changes::build::PATH,
            List::Failures => failures::build::PATH,
        }
    }

    pub fn parse(text: &str) -> Option<List> {
        List::ALL.into_iter().find(|list| list.as_str() == text)
    }
}

impl Format {
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Xlsx => "Excel",
        }
    }

    pub fn parse(text: &str) -> Option<Format> {
        [Format::Csv, Format::Xlsx].into_iter().find(|format| format.as_str() == text)
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The rows of a report, whatever its list is.
pub enum Rows {
    Opportunities(Export<OpportunityLines>),
    Changes(Export<ChangeLines>),
    Failures(Export<FailureLines>),
}

impl Report {
    /// From the words of a request.
    pub fn read(list: &str, query: &str, format: &str) -> Result<Report, Fault> {
        let list =
            List::parse(list).ok_or_else(|| Fault::new("list", "expected opportunities, changes or failures"))?;
        let format = Format::parse(format).ok_or_else(|| Fault::new("format", "expected csv or xlsx"))?;
        if query.len() > 4000 || query.contains('\0') {
            return Err(Fault::new("query", "is longer than 4000 bytes or contains U+0000"));
        }
        Ok(Report { list, query: query.trim_start_matches('?').to_owned(), format })
    }

    /// Begins to read; the keys of the rows are fixed here.
    pub async fn begin(&self, tx: &mut TenantTx, tenant: &TenantView) -> Result<Rows, ListError> {
        let (params, now) = (Params::parse(&self.query), chrono::Utc::now());
        Ok(match self.list {
            List::Opportunities => {
                Rows::Opportunities(crate::opportunities::export::begin(tx, params, &self.query, tenant, now).await?)
            }
            List::Changes => Rows::Changes(changes::export::begin(tx, params, &self.query, tenant, now).await?),
            List::Failures => Rows::Failures(failures::export::begin(tx, params, &self.query, tenant, now).await?),
        })
    }

    /// Every filter that is set, in words; refused where the list cannot read its query.
    pub fn filters(&self) -> Result<Vec<Chip>, Fault> {
        let (params, address) = (Params::parse(&self.query), Address::parse(&self.query));
        Ok(match self.list {
            List::Opportunities => {
                use crate::opportunities::{form, list_build::NEWEST, query::Query};
                form::chips(&address, &Query::read(params, NEWEST)?, self.list.path())
            }
            List::Changes => {
                changes::query::Query::read(params)?;
                changes::build::chips(&address)
            }
            List::Failures => {
                failures::query::Query::read(params)?;
                failures::build::chips(&address)
            }
        })
    }
}

impl Rows {
    pub fn left(&self) -> usize {
        match self {
            Rows::Opportunities(export) => export.left(),
            Rows::Changes(export) => export.left(),
            Rows::Failures(export) => export.left(),
        }
    }

    /// The next rows, the head's first; none at the end.
    pub async fn next(&mut self, tx: &mut TenantTx) -> Result<Option<Vec<Vec<Cell>>>, QueryError> {
        match self {
            Rows::Opportunities(export) => export.rows(tx).await,
            Rows::Changes(export) => export.rows(tx).await,
            Rows::Failures(export) => export.rows(tx).await,
        }
    }
}

/// Has a report made, and gives its job.
pub async fn ask(db: &Db, jobs: &Jobs, change: &Change<'_>, report: &Report) -> Result<i64, JobsError> {
    report.filters()?;
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    if store::open(&mut tx).await? >= MOST_OPEN {
        let message = format!("{MOST_OPEN} reports are waiting already: take these first");
        return Err(JobsError::Refused { code: "TOO_MANY_REPORTS", message });
    }
    let payload = serde_json::to_value(report).unwrap_or_default();
    let job = jobs.enqueue_job(&mut tx, &NewJob::new("report_generation", payload)).await?;
    store::insert(&mut tx, job, report, &change.caller.name).await?;
    let after = json!({"list": report.list, "query": report.query, "format": report.format});
    change.record(&mut tx, ("report", &job.to_string()), "create", None, Some(after)).await?;
    tx.commit().await?;
    jobs.ring(change.caller.tenant);
    Ok(job)
}

impl From<ListError> for JobsError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Fault(fault) => EnqueueError::Invalid(fault).into(),
            ListError::Db(error) => error.into(),
        }
    }
}
