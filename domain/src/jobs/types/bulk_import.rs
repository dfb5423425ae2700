//! An import: every row is looked at; when it is to be applied and nothing is wrong, all are written in the transaction that
//! completes the job, as the admin who asked.

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::audit::{self, By, Entry, Source};
use crate::db::{Actor, Db, QueryError, TenantTx};
use crate::identity::{PersonId, Persona, Role};
use crate::imports::ImportStatus;
use crate::imports::check::{self, Checked};
use crate::imports::sheet::Sheet;
use crate::imports::store::{self, Work};
use crate::jobs::kind::{Attempt, Done, JobError, JobType};
use crate::services::Services;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BulkImport {
    import_id: i64,
    /// Whether good rows are written; without it they are only looked at.
    #[serde(default)]
    apply: bool,
}

pub fn kind(services: &Services) -> JobType {
    let db = services.db.clone();
    JobType::new("bulk_import", move |attempt, import| run(db.clone(), attempt, import)).at_once(2)
}

async fn run(db: Db, attempt: Attempt, import: BulkImport) -> Result<Done, JobError> {
    let id = import.import_id;
    let work = store::work(&mut attempt.begin().await?, id).await?;
    let work = work.filter(|work| work.job_id == Some(attempt.lease.job));
    let Some(work) = work.filter(|work| matches!(work.status, ImportStatus::Checking | ImportStatus::Applying)) else {
        return Err(JobError::Permanent("there is no import that waits for this job".into()));
    };
    let mut tx = permitted(&db, &attempt, &work).await?;
    let against = check::against(&mut tx, work.target, work.actor.id).await?;
    // Looking takes its time: not inside a transaction. What comes meanwhile breaks a key below.
    drop(tx);
    let (checked, rows, work) = look(work, against).await?;
    let mut tx = permitted(&db, &attempt, &work).await?;
    let status = match (checked.bad_rows, import.apply) {
        (0, true) => ImportStatus::Applied,
        (0, false) => ImportStatus::Good,
        _ => ImportStatus::Bad,
    };
    if status == ImportStatus::Applied {
        write(&mut tx, &attempt, &work, id, &checked, rows).await?;
    }
    store::keep(&mut tx, id, status, &checked).await?;
    let applied = if status == ImportStatus::Applied { rows } else { 0 };
    let result = json!({"importId": id, "rows": rows, "badRows": checked.bad_rows, "applied": applied});
    attempt.complete_in(&mut tx, &result).await?;
    tx.commit().await?;
    Ok(Done::Committed)
}

/// A transaction of who asked, if they still may.
async fn permitted(db: &Db, attempt: &Attempt, work: &Work) -> Result<TenantTx, JobError> {
    let person = (work.actor.kind == "person").then_some(PersonId(work.actor.id));
    let actor = Actor { tenant: attempt.tenant(), persona: Persona::Person(Role::Admin), person };
    let mut tx = db.tenant_tx(&actor).await?;
    if store::may(&mut tx, &work.actor).await? {
        return Ok(tx);
    }
    Err(JobError::Permanent(format!("{} may not import any more", work.actor.name)))
}

/// Looks at the rows on a thread that may be busy.
async fn look(work: Work, against: check::Against) -> Result<(Checked, usize, Work), JobError> {
    let looked = tokio::task::spawn_blocking(move || {
        let sheet = Sheet::read(&work.file).map_err(|fault| JobError::Permanent(fault.to_string()))?;
        Ok((check::check(&sheet, &work.mapping, against), sheet.rows, work))
    });
    looked.await.map_err(|_| JobError::Permanent("the file could not be read".into()))?
}

/// Writes all rows, and in the audit the import and each of them.
async fn write(
    tx: &mut TenantTx,
    attempt: &Attempt,
    work: &Work,
    id: i64,
    checked: &Checked,
    rows: usize,
) -> Result<(), JobError> {
    let (entity, action) = checked.entity();
    for batch in 0..checked.batches() {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        let made = checked.write(tx, batch).await.map_err(meanwhile)?;
        audit::record_many(tx, &entry(work, (entity, ""), action), &made).await?;
    }
    let id = id.to_string();
    let digest: String = Sha256::digest(&work.file).iter().map(|byte| format!("{byte:02x}")).collect();
    let after =
        json!({"target": work.target, "file": work.file_name, "sha256": digest, "rows": rows, "mapping": work.mapping});
    audit::record(tx, &Entry { after: Some(after), ..entry(work, ("import", &id), "apply") }).await?;
    Ok(())
}

fn entry<'a>(work: &'a Work, entity: (&'a str, &'a str), action: &'a str) -> Entry<'a> {
    let kind = if work.actor.kind == "person" { "person" } else { "key" };
    Entry {
        actor: By { kind, id: Some(work.actor.id), name: &work.actor.name },
        source: if work.actor.source == "screen" { Source::Screen } else { Source::Api },
        request_id: work.actor.request_id.as_deref(),
        entity,
        action,
        before: None,
        after: None,
    }
}

/// A row that somebody else wrote since it was looked at: the next attempt sees it.
fn meanwhile(error: QueryError) -> JobError {
    match &error {
        QueryError::Database(broken) if broken.is_unique_violation() => {
            JobError::Retry("a row was added by somebody else meanwhile".into())
        }
        _ => error.into(),
    }
}
