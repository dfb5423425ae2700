//! A list of the screen as a file: read in batches, written beside, and kept in the transaction that completes the job.

use std::fs::File;
use std::io::Read;
use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::json;

use crate::db::{Actor, Db};
use crate::identity::{Persona, tenant};
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::opportunities::list_build::ListError;
use crate::reports::book::{Book, BookError, MOST_LINES};
use crate::reports::{Format, Report, store};
use crate::services::Services;

/// Bytes of a piece: what a download holds at a time.
const PIECE: usize = 256 * 1024;
/// Between two signs of how far it is.
const SHOWN: Duration = Duration::from_millis(500);

pub fn kind(services: &Services) -> JobType {
    let db = services.db.clone();
    JobType::new("report_generation", move |attempt, report| run(db.clone(), attempt, report)).at_once(2)
}

async fn run(db: Db, attempt: Attempt, report: Report) -> Result<Done, JobError> {
    let (file, rows) = write(&db, &attempt, &report).await?;
    let bytes = i64::try_from(file.metadata().map_err(BookError::from)?.len()).unwrap_or(i64::MAX);
    let name = format!("{}-{}.{}", report.list.as_str(), Utc::now().format("%Y-%m-%d"), report.format.as_str());
    let job = attempt.lease.job;
    let mut tx = attempt.begin().await?;
    store::insert(&mut tx, job, &report, "the job queue").await?;
    let (mut file, mut number) = (file, 0);
    loop {
        let (piece, rest) = piece(file).await?;
        file = rest;
        if piece.is_empty() {
            break;
        }
        store::add_piece(&mut tx, job, number, &piece).await?;
        number += 1;
    }
    store::finish(&mut tx, job, &name, rows, bytes).await?;
    let result = json!({"reportId": job, "rows": rows, "bytes": bytes, "name": name});
    attempt.complete_in(&mut tx, &result).await?;
    tx.commit().await?;
    Ok(Done::Committed)
}

/// Writes the file and counts its rows. Each batch has a transaction of its own: a long list holds none open.
async fn write(db: &Db, attempt: &Attempt, report: &Report) -> Result<(File, i64), JobError> {
    // What may be read is the same for all who may read.
    let reader = Actor { tenant: attempt.tenant(), persona: Persona::Service, person: None };
    let mut tx = db.tenant_tx(&reader).await?;
    let tenant = tenant::view(&mut tx).await?;
    let mut rows = match report.begin(&mut tx, &tenant).await {
        Ok(rows) => rows,
        Err(ListError::Fault(fault)) => return Err(JobError::Permanent(format!("query: {fault}"))),
        Err(ListError::Db(error)) => return Err(error.into()),
    };
    drop(tx);
    let total = rows.left();
    if report.format == Format::Xlsx && total + 3 > MOST_LINES {
        let message =
            format!("{total} rows are more than a workbook holds ({MOST_LINES}): ask for CSV or narrow the list");
        return Err(JobError::Permanent(message));
    }
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    attempt.progress(0, Some(count(total))).await?;
    let (book, mut shown) = (Book::begin(report.format), Instant::now());
    loop {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        let mut tx = db.tenant_tx(&reader).await?;
        let Some(batch) = rows.next(&mut tx).await? else { break };
        drop(tx);
        book.add(batch).await;
        if shown.elapsed() > SHOWN {
            attempt.progress(count(total - rows.left()), Some(count(total))).await?;
            shown = Instant::now();
        }
    }
    Ok((book.end().await?, count(total)))
}

/// The next bytes of the file, read where waiting for the disk is no harm.
async fn piece(mut file: File) -> Result<(Vec<u8>, File), JobError> {
    let read = tokio::task::spawn_blocking(move || {
        let mut piece = Vec::with_capacity(PIECE);
        file.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        Ok((piece, file))
    });
    Ok(read.await.map_err(|_| BookError::Thread)?.map_err(BookError::Io)?)
}

impl From<BookError> for JobError {
    fn from(error: BookError) -> Self {
        JobError::Retry(error.to_string())
    }
}
