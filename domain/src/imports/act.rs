//! What an admin does with imports. The work is a job's, which says in the audit what it did.

use serde_json::json;

use super::mapping::{self, Mapping};
use super::sheet::Sheet;
use super::store::{self, Actor, ImportRow, NewImport};
use super::{ImportStatus, Target};
use crate::audit::Source;
use crate::db::{Db, TenantTx};
use crate::identity::{Change, Principal};
use crate::jobs::{Jobs, JobsError, NewJob};
use crate::params::Fault;

/// Rows that are shown before anything is decided.
const PREVIEW: usize = 5;
/// Characters of a cell in the preview.
const PREVIEW_CELL: usize = 200;

/// A file that somebody brings.
pub struct Upload {
    pub target: Target,
    pub file_name: String,
    pub file: Vec<u8>,
    pub mapping: Mapping,
    /// Whether the columns are asked for later, on the screen, rather than taken or refused now.
    pub ask: bool,
    /// Whether rows that are all good are taken at once.
    pub apply: bool,
}

/// Keeps a file and has it checked; gives the import and its job. A file that cannot be read leaves nothing.
pub async fn upload(
    db: &Db,
    jobs: &Jobs,
    change: &Change<'_>,
    upload: Upload,
) -> Result<(i64, Option<i64>), JobsError> {
    let actor = actor(change, upload.target)?;
    let Upload { target, file_name, file, mapping, ask, apply } = upload;
    let read = tokio::task::spawn_blocking(move || Sheet::read(&file).map(|sheet| (sheet, file)));
    let (sheet, file) = read.await.map_err(|_| Fault::new("file", "could not be read"))??;
    let mapping = if ask { None } else { Some(mapping::complete(target, &sheet.columns, &mapping)?) };
    let cut = |cell: &String| cell.chars().take(PREVIEW_CELL).collect::<String>();
    let preview: Vec<Vec<String>> = sheet.rows().take(PREVIEW).map(|row| row.cells.iter().map(cut).collect()).collect();
    let new = NewImport {
        target,
        file_name: &file_name.chars().filter(|c| !c.is_control()).take(200).collect::<String>(),
        file: &file,
        columns: json!(sheet.columns),
        preview: json!(preview),
        rows: i32::try_from(sheet.rows).unwrap_or(i32::MAX),
        actor: &actor,
    };
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let id = store::insert(&mut tx, &new).await?;
    let job = match &mapping {
        Some(mapping) => Some(enqueue(&mut tx, jobs, id, mapping, &actor, apply).await?),
        None => None,
    };
    tx.commit().await?;
    jobs.ring(change.caller.tenant);
    Ok((id, job))
}

/// Has every row looked at, with these columns; nothing is changed. Gives the job.
pub async fn check(db: &Db, jobs: &Jobs, change: &Change<'_>, id: i64, said: &Mapping) -> Result<i64, JobsError> {
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let (row, target) = held(&mut tx, id).await?;
    let actor = actor(change, target)?;
    if !matches!(row.status(), ImportStatus::New | ImportStatus::Good | ImportStatus::Bad) && !row.is_stuck() {
        return Err(refuse(&row, "checked"));
    }
    let columns: Vec<String> = serde_json::from_value(row.columns).unwrap_or_default();
    let mapping = mapping::complete(target, &columns, said)?;
    let job = enqueue(&mut tx, jobs, id, &mapping, &actor, false).await?;
    tx.commit().await?;
    jobs.ring(change.caller.tenant);
    Ok(job)
}

/// Has all rows taken, when every one of them is still good. Gives the job.
pub async fn apply(db: &Db, jobs: &Jobs, change: &Change<'_>, id: i64) -> Result<i64, JobsError> {
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let (row, target) = held(&mut tx, id).await?;
    let actor = actor(change, target)?;
    let again = row.status() == ImportStatus::Applying && row.is_stuck();
    if row.status() != ImportStatus::Good && !again {
        return Err(refuse(&row, "applied"));
    }
    let mapping: Mapping = row.mapping.and_then(|mapping| serde_json::from_value(mapping).ok()).unwrap_or_default();
    let job = enqueue(&mut tx, jobs, id, &mapping, &actor, true).await?;
    tx.commit().await?;
    jobs.ring(change.caller.tenant);
    Ok(job)
}

async fn held(tx: &mut TenantTx, id: i64) -> Result<(ImportRow, Target), JobsError> {
    store::lock(tx, id).await?;
    let row = store::find(tx, id).await?.ok_or(JobsError::NotFound("import"))?;
    let target = Target::parse(&row.target).ok_or(JobsError::NotFound("import"))?;
    Ok((row, target))
}

async fn enqueue(
    tx: &mut TenantTx,
    jobs: &Jobs,
    id: i64,
    mapping: &Mapping,
    actor: &Actor,
    apply: bool,
) -> Result<i64, JobsError> {
    let new = NewJob::new("bulk_import", json!({"importId": id, "apply": apply}));
    let job = jobs.enqueue_job(tx, &new).await?;
    let status = if apply { ImportStatus::Applying } else { ImportStatus::Checking };
    store::hand_over(tx, id, (status, job), mapping, actor).await?;
    Ok(job)
}

fn refuse(row: &ImportRow, what: &str) -> JobsError {
    let message = match row.status() {
        ImportStatus::New => "what its columns mean is to be said first".into(),
        ImportStatus::Bad => format!("{} of its rows cannot be taken", row.bad_rows.unwrap_or_default()),
        status => format!("it is {}", status.as_str()),
    };
    JobsError::Refused { code: "IMPORT_NOT_READY", message: format!("the import cannot be {what}: {message}") }
}

fn actor(change: &Change<'_>, target: Target) -> Result<Actor, Fault> {
    let (kind, id) = match &change.caller.principal {
        Principal::Person { id, .. } => ("person", id.0),
        Principal::Key { .. } if target == Target::Views => {
            return Err(Fault::new("target", "views belong to a person: sign in to import them"));
        }
        Principal::Key { id, .. } => ("key", *id),
    };
    Ok(Actor {
        kind: kind.into(),
        id,
        name: change.caller.name.clone(),
        source: if change.source == Source::Screen { "screen" } else { "api" }.into(),
        request_id: change.request_id.map(str::to_owned),
    })
}
