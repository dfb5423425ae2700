//! The rows of `mirror_items`: what a run found, and what became of it.

use serde::Serialize;
use serde_json::Value;

use crate::db::{QueryError, TenantTx};
use crate::reconciliation::mirror::Difference;
use crate::reconciliation::mirror::compare::FieldDifference;

/// A record that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MirrorItem {
    pub opportunity_id: i64,
    pub opportunity_name: Option<String>,
    pub kind: String,
    pub fields: Value,
    /// found, repaired or failed.
    pub state: String,
    pub error: Option<String>,
}

/// A difference that a run found.
pub(crate) struct NewItem {
    pub opportunity: i64,
    pub kind: Difference,
    pub name: Option<String>,
    pub fields: Vec<FieldDifference>,
}

/// Keeps what a run found.
pub(super) async fn insert(tx: &mut TenantTx, run: i64, found: &[NewItem]) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = found.iter().map(|item| item.opportunity).collect();
    let kinds: Vec<&str> = found.iter().map(|item| item.kind.as_str()).collect();
    let names: Vec<Option<&str>> = found.iter().map(|item| item.name.as_deref()).collect();
    let fields: Vec<Value> = found.iter().map(|item| serde_json::json!(item.fields)).collect();
    sqlx::query!(
        "insert into mirror_items (tenant_id, run_id, opportunity_id, kind, name, fields)
         select $1, $2, m.* from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[]) m",
        tenant,
        run,
        &ids,
        &kinds as &[&str],
        &names as &[Option<&str>],
        &fields
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What a run found, in order of ids; a page, from 1.
pub async fn items(tx: &mut TenantTx, run: i64, page: i64, limit: i64) -> Result<Vec<MirrorItem>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        MirrorItem,
        "select opportunity_id, name as opportunity_name, kind, fields, state, error from mirror_items
         where tenant_id = $1 and run_id = $2 order by opportunity_id limit $3 offset $4",
        tenant,
        run,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await
}

/// What a run found and nobody has repaired.
pub struct OpenItem {
    pub opportunity_id: i64,
    pub name: Option<String>,
    pub organisation_name: Option<String>,
    kind: String,
    fields: Value,
}

impl OpenItem {
    /// How it differs, in words.
    pub fn reason(&self) -> String {
        let fields = self.fields.as_array().into_iter().flatten().filter_map(|field| field["field"].as_str());
        match self.kind.as_str() {
            "missing" => "Current RMS has it, the mirror does not".into(),
            "gone" => "the mirror has it, Current RMS does not".into(),
            _ => format!("the mirror has it otherwise: {}", fields.take(10).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// In order of ids; a page, from 1.
pub async fn open_items(tx: &mut TenantTx, run: i64, page: i64, limit: i64) -> Result<Vec<OpenItem>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        OpenItem,
        r#"select i.opportunity_id, i.name, o.organisation_name as "organisation_name?", i.kind, i.fields
           from mirror_items i left join opportunities o on o.tenant_id = $1 and o.id = i.opportunity_id
           where i.tenant_id = $1 and i.run_id = $2 and i.state <> 'repaired' order by i.opportunity_id limit $3 offset $4"#,
        tenant,
        run,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await
}

/// What is not repaired yet, in order of ids, behind one.
pub(crate) async fn open(tx: &mut TenantTx, run: i64, after: i64, most: i64) -> Result<Vec<(i64, String)>, QueryError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select opportunity_id, kind from mirror_items
         where tenant_id = $1 and run_id = $2 and opportunity_id > $3 and state <> 'repaired' order by opportunity_id limit $4",
        tenant,
        run,
        after,
        most
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.opportunity_id, row.kind)).collect())
}

/// Notes what became of a repair: without an error it is done.
pub(crate) async fn settle(
    tx: &mut TenantTx,
    run: i64,
    opportunity: i64,
    error: Option<&str>,
) -> Result<(), QueryError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update mirror_items set state = case when $4::text is null then 'repaired' else 'failed' end, error = $4
         where tenant_id = $1 and run_id = $2 and opportunity_id = $3",
        tenant,
        run,
        opportunity,
        error
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
