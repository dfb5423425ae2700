//! What people change about metrics: a definition is made, changed and made to count, each with its row in the audit.
//!
//! A change makes the next version, one more than the highest there ever was, and that one counts from then on, unless it is to
//! stay a draft, has no formula, or fails a stored test. The code's row is locked meanwhile: no number is given twice.

use chrono::Utc;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::code::MetricCode;
use super::content::{Checked, Content};
use super::definition::{Definition, State};
use super::draft::Draft;
use super::error::MetricError;
use super::now::Now;
use super::put::{self, Head};
use super::stored_test::Failed;
use super::{sent, store};
use crate::audit::difference;
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::identity::{Change, Principal, tenant};
use crate::services::Services;

/// Codes of a tenant, deprecated ones too.
pub const MOST: i64 = 10_000;

/// What became of a change.
#[derive(Debug)]
pub struct Changed {
    /// The version that was made, or the one that stands as it was asked for.
    pub definition: Definition,
    /// For people.
    pub message: String,
    /// The newest version before it.
    pub previous_version: i32,
    /// Stored tests that keep the new version from counting.
    pub failed_tests: Vec<Failed>,
}

/// Makes a definition. A code that was deprecated goes on with its numbering.
pub async fn create(services: &Services, change: &Change<'_>, draft: Draft) -> Result<Changed, MetricError> {
    let content = draft.over(None);
    let (code, checked) = match (draft.code, content.check()) {
        (Some(code), Ok(checked)) if draft.problems.is_empty() => (code, checked),
        (_, checked) => return Err(refused(draft.problems, checked.err())),
    };
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let (version, before) = first_version(&mut tx, &code).await?;
    let now = now(&mut tx).await?;
    let save = Save { code: &code, content: &content, checked, draft: draft.draft, by: by(change) };
    let saved = save.write(&mut tx, version, None, &now).await?;
    let definition = store::version(&mut tx, &code, version).await?.ok_or_else(|| gone(&code))?;
    let (_, after) = difference(None, fields(&definition));
    change.record(&mut tx, ("metric", code.as_str()), "create", before, Some(after)).await?;
    tx.commit().await?;
    let message = saved.message(version, "Metric definition created");
    Ok(Changed { definition, message, previous_version: version - 1, failed_tests: saved.failed })
}

/// The number of the version that a new definition begins with, and what the audit says of the life before.
pub(super) async fn first_version(tx: &mut TenantTx, code: &MetricCode) -> Result<(i32, Option<Json>), MetricError> {
    if put::open(tx, code).await? {
        return if put::count(tx).await? > MOST { Err(MetricError::TooMany(MOST)) } else { Ok((1, None)) };
    }
    match put::lock_one(tx, code).await? {
        Some(head) if head.state == State::Deprecated => {
            Ok((head.newest_version + 1, Some(json!({"state": "deprecated", "version": head.newest_version}))))
        }
        _ => Err(MetricError::CodeTaken(code.to_string())),
    }
}

/// Changes a definition. Unchanged, it makes no version; but saved without `draft` it lets one that waits count.
pub async fn change(
    services: &Services,
    change: &Change<'_>,
    code: &MetricCode,
    draft: Draft,
) -> Result<Changed, MetricError> {
    if draft.problems.is_empty() && !draft.says_something {
        return Err(MetricError::NothingSaid);
    }
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let head = put::lock_one(&mut tx, code).await?.filter(|head| head.state != State::Deprecated);
    let head = head.ok_or_else(|| MetricError::NotFound(code.to_string()))?;
    if let Some(yours) = draft.expected_version.filter(|expected| *expected != head.newest_version) {
        return Err(MetricError::Conflict { current: head.newest_version, yours });
    }
    let asked = Asked { code, head, by: by(change) };
    let done = match draft.activate {
        Some(version) if draft.problems.is_empty() => asked.activate(&mut tx, version).await?,
        _ => asked.save(&mut tx, draft).await?,
    };
    let Done { changed, action: Some(action), before } = done else { return Ok(done.changed) };
    let (before, after) = difference(Some(before), fields(&changed.definition));
    change.record(&mut tx, ("metric", code.as_str()), action, before, Some(after)).await?;
    tx.commit().await?;
    Ok(changed)
}

/// A change of a code whose row is locked.
struct Asked<'a> {
    code: &'a MetricCode,
    head: Head,
    by: Option<Uuid>,
}

struct Done {
    changed: Changed,
    /// None: nothing was written.
    action: Option<&'static str>,
    before: Map<String, Json>,
}

impl Asked<'_> {
    async fn version(&self, tx: &mut TenantTx, version: i32) -> Result<Definition, MetricError> {
        let code = || self.code.to_string();
        store::version(tx, self.code, version).await?.ok_or_else(|| MetricError::NoVersion { code: code(), version })
    }

    /// The next version, if it says something new.
    async fn save(self, tx: &mut TenantTx, draft: Draft) -> Result<Done, MetricError> {
        let newest = self.version(tx, self.head.newest_version).await?;
        let base = match draft.restore {
            Some(version) => self.version(tx, version).await?,
            None => newest.clone(),
        };
        let content = draft.over(Some(&Content::of(&base)));
        let checked = match content.check() {
            Ok(checked) if draft.problems.is_empty() => checked,
            checked => return Err(refused(draft.problems, checked.err())),
        };
        if content.same(&Content::of(&newest)) {
            let waits = !newest.is_active() && !draft.draft && checked.formula.is_some();
            return if waits { self.let_count(tx, newest, checked).await } else { Ok(unchanged(newest)) };
        }
        let now = now(tx).await?;
        let (previous, version) = (self.head.newest_version, self.head.newest_version + 1);
        let save = Save { code: self.code, content: &content, checked, draft: draft.draft, by: self.by };
        let saved = save.write(tx, version, self.head.active_version, &now).await?;
        let definition = self.version(tx, version).await?;
        let message = saved.message(version, "Metric definition updated");
        let changed = Changed { definition, message, previous_version: previous, failed_tests: saved.failed };
        Ok(Done { changed, action: Some("change"), before: fields(&newest) })
    }

    /// A version that waits counts from now on.
    async fn activate(self, tx: &mut TenantTx, version: i32) -> Result<Done, MetricError> {
        let definition = self.version(tx, version).await?;
        if definition.is_active() {
            return Ok(unchanged(definition));
        }
        if let Some(active) = self.head.active_version.filter(|active| *active > version) {
            return Err(MetricError::Older { version, active });
        }
        let checked = Content::of(&definition).check().map_err(MetricError::Problems)?;
        if checked.formula.is_none() {
            return Err(MetricError::NoFormula(self.code.to_string()));
        }
        let done = self.let_count(tx, definition, checked).await?;
        match done.changed.failed_tests.is_empty() {
            true => Ok(done),
            false => Err(MetricError::TestsFail { version, failed: done.changed.failed_tests }),
        }
    }

    async fn let_count(self, tx: &mut TenantTx, waiting: Definition, checked: Checked) -> Result<Done, MetricError> {
        let (version, now) = (waiting.version, now(tx).await?);
        let failed = checked.failed(&now);
        if !failed.is_empty() {
            let saved = Saved { active: false, failed };
            let mut done = unchanged(waiting);
            done.changed.message = saved.message(version, "Metric definition unchanged");
            done.changed.failed_tests = saved.failed;
            return Ok(done);
        }
        put::stand(tx, self.code, self.head.newest_version, Some(version)).await?;
        let definition = self.version(tx, version).await?;
        let message = format!("Metric definition activated: version {version} counts from now on.");
        let previous_version = self.head.active_version.unwrap_or(version);
        let changed = Changed { definition, message, previous_version, failed_tests: Vec::new() };
        Ok(Done { changed, action: Some("activate"), before: fields(&waiting) })
    }
}

fn unchanged(definition: Definition) -> Done {
    let previous_version = definition.version;
    let message = "Metric definition unchanged: nothing differs, so there is no new version.".into();
    let changed = Changed { definition, message, previous_version, failed_tests: Vec::new() };
    Done { changed, action: None, before: Map::new() }
}

/// A version to be written.
pub(super) struct Save<'a> {
    pub code: &'a MetricCode,
    pub content: &'a Content,
    pub checked: Checked,
    pub draft: bool,
    pub by: Option<Uuid>,
}

/// How a version stands that was written.
pub(super) struct Saved {
    pub active: bool,
    pub failed: Vec<Failed>,
}

impl Save<'_> {
    /// Writes it under this number; `active` is the one that counted until now.
    pub async fn write(
        self,
        tx: &mut TenantTx,
        version: i32,
        active: Option<i32>,
        now: &Now,
    ) -> Result<Saved, MetricError> {
        let failed = self.checked.failed(now);
        let counts = !self.draft && self.checked.formula.is_some() && failed.is_empty();
        put::version(tx, self.code, version, self.content, self.by).await?;
        put::stand(tx, self.code, version, if counts { Some(version) } else { active }).await?;
        Ok(Saved { active: counts, failed })
    }
}

impl Saved {
    fn message(&self, version: i32, done: &str) -> String {
        match (self.active, self.failed.len()) {
            (true, _) => format!("{done}: version {version} counts from now on."),
            (false, 0) => format!("{done}: version {version} is a draft."),
            (false, 1) => format!("{done}: version {version} stays a draft, because a stored test fails."),
            (false, many) => format!("{done}: version {version} stays a draft, because {many} stored tests fail."),
        }
    }
}

/// The moment of a change, in the tenant's zone.
pub(super) async fn now(tx: &mut TenantTx) -> Result<Now, MetricError> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    Ok(Now::of(Utc::now(), zone))
}

/// The person or the key.
pub(super) fn by(change: &Change<'_>) -> Option<Uuid> {
    Some(match &change.caller.principal {
        Principal::Person { id, .. } => id.0,
        Principal::Key { id, .. } => *id,
    })
}

/// What the audit tells of a version and its code.
pub(super) fn fields(definition: &Definition) -> Map<String, Json> {
    let mut fields = Content::of(definition).fields();
    fields.insert("version".into(), json!(definition.version));
    fields.insert("state".into(), json!(definition.state));
    fields.insert("activeVersion".into(), json!(definition.active_version));
    fields
}

fn refused(problems: Vec<super::Problem>, more: Option<Vec<super::Problem>>) -> MetricError {
    MetricError::Problems(sent::all(problems, more.unwrap_or_default()))
}

fn gone(code: &MetricCode) -> MetricError {
    MetricError::NotFound(code.to_string())
}
