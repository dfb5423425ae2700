//! Writing definitions: statements only, each in the caller's transaction. When they are due is in `change`.

use sqlx::Error;
use uuid::Uuid;

use super::code::MetricCode;
use super::content::Content;
use super::definition::State;
use crate::db::TenantTx;

/// How a code stands, locked until the transaction ends.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub code: String,
    pub state: State,
    pub active_version: Option<i32>,
    pub newest_version: i32,
}

/// Locks codes, always in the same order, so that two who lock several do not wait for each other.
pub(super) async fn lock(tx: &mut TenantTx, codes: &[String]) -> Result<Vec<Head>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Head,
        r#"select code, state as "state: State", active_version, newest_version
           from metric_definitions where tenant_id = $1 and code = any ($2) order by code for update"#,
        tenant,
        codes
    )
    .fetch_all(tx.connection())
    .await
}

/// One of them.
pub(super) async fn lock_one(tx: &mut TenantTx, code: &MetricCode) -> Result<Option<Head>, Error> {
    Ok(lock(tx, &[code.as_str().to_owned()]).await?.pop())
}

/// How many codes there are, deprecated ones too.
pub(super) async fn count(tx: &mut TenantTx) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(r#"select count(*) as "count!" from metric_definitions where tenant_id = $1"#, tenant)
        .fetch_one(tx.connection())
        .await
}

/// Takes a new code; false when it is there already, whatever became of it.
pub(super) async fn open(tx: &mut TenantTx, code: &MetricCode) -> Result<bool, Error> {
    let tenant = tx.tenant();
    let made = sqlx::query!(
        "insert into metric_definitions (tenant_id, code, state, newest_version) values ($1, $2, 'draft', 1) on conflict do nothing",
        tenant,
        code.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(made.rows_affected() > 0)
}

/// Writes a version.
pub(super) async fn version(
    tx: &mut TenantTx,
    code: &MetricCode,
    version: i32,
    content: &Content,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into metric_versions (tenant_id, code, version, name, description, formula, tests, note, created_by)
         values ($1, $2, $3, $4, $5, $6::text::json, $7::text::json, $8, $9)",
        tenant,
        code.as_str(),
        version,
        content.name,
        content.description,
        content.formula.as_deref().map(serde_json::value::RawValue::get),
        content.tests.get(),
        content.note,
        by
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Says which version is the newest and which one counts, if any. What was deprecated lives again.
pub(super) async fn stand(tx: &mut TenantTx, code: &MetricCode, newest: i32, active: Option<i32>) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update metric_definitions set newest_version = $3, active_version = $4,
             state = case when $4::int is null then 'draft' else 'active' end,
             deprecated_at = null, deprecated_by = null, reason = null, replaced_by = null, updated_at = now()
         where tenant_id = $1 and code = $2",
        tenant,
        code.as_str(),
        newest,
        active
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update metric_versions set effective_at = now()
         where tenant_id = $1 and code = $2 and version = $3 and effective_at is null",
        tenant,
        code.as_str(),
        active
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Retires a code with all its versions.
pub(super) async fn retire(
    tx: &mut TenantTx,
    code: &MetricCode,
    by: Option<Uuid>,
    reason: Option<&str>,
    replaced_by: Option<&str>,
) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update metric_definitions set state = 'deprecated', active_version = null, deprecated_at = now(), deprecated_by = $3,
             reason = $4, replaced_by = $5, updated_at = now()
         where tenant_id = $1 and code = $2",
        tenant,
        code.as_str(),
        by,
        reason,
        replaced_by
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
