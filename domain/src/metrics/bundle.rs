//! All definitions as one document: what counts, what waits and what is retired, so that an import of an export changes nothing.
//! An item stands for a code; earlier versions stay where they are. How it is brought in is in `import`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::definition::{Definition, State};
use super::{MetricError, store};
use crate::db::TenantTx;

/// The form of the document.
pub const SCHEMA: i64 = 1;

/// The document.
#[derive(Debug, Serialize)]
pub struct Bundle {
    pub schema: i64,
    pub definitions: Vec<Item>,
}

/// A code: its active version, the newest where none is active.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub code: String,
    pub state: State,
    /// Told, and not read: numbers are given where it is brought in.
    pub version: i32,
    pub name: String,
    pub description: String,
    pub formula: Option<Box<RawValue>>,
    pub tests: Box<RawValue>,
    pub note: Option<String>,
    /// The newest version, where it waits behind the active one.
    pub draft: Option<Waiting>,
    pub reason: Option<String>,
    pub replaced_by: Option<String>,
}

/// A version that waits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    pub version: i32,
    pub name: String,
    pub description: String,
    pub formula: Option<Box<RawValue>>,
    pub tests: Box<RawValue>,
    pub note: Option<String>,
}

/// Everything that the tenant has defined.
pub async fn export(tx: &mut TenantTx) -> Result<Bundle, MetricError> {
    let tenant = tx.tenant();
    let keys = sqlx::query!(
        r#"select code, coalesce(active_version, newest_version) as "version!" from metric_definitions where tenant_id = $1 order by code"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    let keys: Vec<(String, i32)> = keys.into_iter().map(|row| (row.code, row.version)).collect();
    let shown = store::load(tx, &keys).await?;
    let waits = |one: &Definition| one.draft_version.map(|version| (one.code.clone(), version));
    let keys: Vec<(String, i32)> = shown.iter().filter_map(waits).collect();
    // Both lists are by code.
    let mut waiting = store::load(tx, &keys).await?.into_iter().peekable();
    let definitions = shown.into_iter().map(|one| {
        let draft = waiting.next_if(|waiting| waiting.code == one.code).map(Waiting::from);
        Item {
            code: one.code,
            state: one.state,
            version: one.version,
            name: one.name,
            description: one.description,
            formula: one.formula,
            tests: one.tests,
            note: one.note,
            draft,
            reason: one.reason,
            replaced_by: one.replaced_by,
        }
    });
    Ok(Bundle { schema: SCHEMA, definitions: definitions.collect() })
}

impl From<Definition> for Waiting {
    fn from(one: Definition) -> Waiting {
        Waiting {
            version: one.version,
            name: one.name,
            description: one.description,
            formula: one.formula,
            tests: one.tests,
            note: one.note,
        }
    }
}
