//! Writing rows.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::mac::Row;
use super::{AuditKey, Entry};
use crate::db::TenantTx;

/// Writes the row into the change's own transaction: both happen or neither.
pub async fn record(tx: &mut TenantTx, entry: &Entry<'_>) -> Result<(), sqlx::Error> {
    let (key, tenant) = (tx.audit_key().clone(), tx.tenant());
    write(tx.connection(), &key, tenant, entry).await
}

/// The same on the operator's connection, which stands above tenants.
pub(crate) async fn write(
    connection: &mut PgConnection,
    key: &AuditKey,
    tenant: Uuid,
    entry: &Entry<'_>,
) -> Result<(), sqlx::Error> {
    // The database names the row and says how it will write its JSON: the code covers both.
    let made = sqlx::query!(
        r#"select nextval('audit_log_id_seq') as "id!", clock_timestamp() as "at!", ($1::jsonb)::text as before, ($2::jsonb)::text as after"#,
        entry.before.clone(),
        entry.after.clone()
    )
    .fetch_one(&mut *connection)
    .await?;
    let row = row(tenant, entry, (made.id, made.at), entry.entity.1, (made.before, made.after));
    let mac = key.code(&row.bytes());
    sqlx::query!(
        "insert into audit_log (tenant_id, id, at, actor_kind, actor_id, actor_name, source, request_id, entity_type, entity_id, action, before, after, mac)
         overriding system value values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        row.tenant,
        row.id,
        row.at,
        row.actor_kind,
        row.actor_id,
        row.actor_name,
        row.source,
        row.request_id,
        row.entity_type,
        row.entity_id,
        row.action,
        entry.before.clone(),
        entry.after.clone(),
        mac,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a row for each of many entities of one kind that one act made: `(id, after)`.
pub async fn record_many(tx: &mut TenantTx, entry: &Entry<'_>, made: &[(String, Value)]) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    let (ids, after): (Vec<String>, Vec<Value>) = made.iter().cloned().unzip();
    let named = sqlx::query!(
        r#"select nextval('audit_log_id_seq') as "id!", clock_timestamp() as "at!", m.id as "entity!", m.after::text as after
           from unnest($1::text[], $2::jsonb[]) with ordinality m (id, after, place) order by place"#,
        &ids,
        &after
    )
    .fetch_all(tx.connection())
    .await?;
    let rows: Vec<Row> = named
        .into_iter()
        .map(|made| row(tenant, entry, (made.id, made.at), &made.entity, (None, made.after)))
        .collect();
    let codes: Vec<Vec<u8>> = rows.iter().map(|row| tx.audit_key().code(&row.bytes())).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let times: Vec<DateTime<Utc>> = rows.iter().map(|row| row.at).collect();
    sqlx::query!(
        "insert into audit_log (tenant_id, actor_kind, actor_id, actor_name, source, request_id, entity_type, action, id, at, entity_id, after, mac)
         overriding system value select $1, $2, $3, $4, $5, $6, $7, $8, m.*
         from unnest($9::bigint[], $10::timestamptz[], $11::text[], $12::jsonb[], $13::bytea[]) m",
        tenant,
        entry.actor.kind,
        entry.actor.id,
        entry.actor.name,
        entry.source.as_str(),
        entry.request_id,
        entry.entity.0,
        entry.action,
        &numbers,
        &times,
        &ids,
        &after,
        &codes,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn row(
    tenant: Uuid,
    entry: &Entry<'_>,
    (id, at): (i64, DateTime<Utc>),
    entity_id: &str,
    (before, after): (Option<String>, Option<String>),
) -> Row {
    Row {
        tenant,
        id,
        at,
        actor_kind: entry.actor.kind.into(),
        actor_id: entry.actor.id,
        actor_name: entry.actor.name.into(),
        source: entry.source.as_str().into(),
        request_id: entry.request_id.map(str::to_owned),
        entity_type: entry.entity.0.into(),
        entity_id: entity_id.into(),
        action: entry.action.into(),
        before,
        after,
    }
}
