//! A person's notifications: listed, counted, marked as read. Row-level security shows nobody another's.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::Error;

use crate::db::TenantTx;
use crate::identity::{Change, PersonId};
use crate::live::Topic;
use crate::services::Services;

/// One as it stands.
#[derive(Debug, Clone)]
pub struct NotificationRow {
    pub id: i64,
    pub kind: String,
    pub title: String,
    pub body: String,
    pub href: String,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// How many there are, and how many of them are unread.
pub struct Totals {
    pub all: i64,
    pub unread: i64,
}

/// What is read is kept so long.
pub const DAYS: i32 = 90;

/// A page, what changed last first.
pub async fn page(
    tx: &mut TenantTx,
    person: PersonId,
    unread_only: bool,
    page: i64,
    limit: i64,
) -> Result<Vec<NotificationRow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        NotificationRow,
        "select id, kind, title, body, href, created_at, changed_at, read_at from notifications
         where tenant_id = $1 and person_id = $2 and (read_at is null or not $3)
         order by changed_at desc, id desc limit $4 offset $5",
        tenant,
        person.0,
        unread_only,
        limit,
        (page - 1).saturating_mul(limit)
    )
    .fetch_all(tx.connection())
    .await
}

pub async fn totals(tx: &mut TenantTx, person: PersonId) -> Result<Totals, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Totals,
        r#"select count(*) as "all!", count(*) filter (where read_at is null) as "unread!" from notifications
        where tenant_id = $1 and person_id = $2"#,
        tenant,
        person.0
    )
    .fetch_one(tx.connection())
    .await
}

/// For the bell; counted up to 100.
pub async fn unread(tx: &mut TenantTx, person: PersonId) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "unread!" from (
            select from notifications where tenant_id = $1 and person_id = $2 and read_at is null limit 100) n"#,
        tenant,
        person.0
    )
    .fetch_one(tx.connection())
    .await
}

/// Marks these as read, or all of the person's without `ids`; gives how many were unread before.
async fn mark_read(tx: &mut TenantTx, person: PersonId, ids: Option<&[i64]>) -> Result<u64, Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update notifications set read_at = now()
         where tenant_id = $1 and person_id = $2 and read_at is null and ($3::bigint[] is null or id = any ($3))",
        tenant,
        person.0,
        ids as Option<&[i64]>
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// The same at somebody's request: without ids all. Other pages of the person follow.
pub async fn read_now(services: &Services, change: &Change<'_>, person: PersonId, ids: &[i64]) -> Result<u64, Error> {
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let count = mark_read(&mut tx, person, (!ids.is_empty()).then_some(ids)).await?;
    if count > 0 {
        let which = if let [one] = ids { one.to_string() } else { "many".into() };
        change.record(&mut tx, ("notification", &which), "read", None, Some(json!({"count": count}))).await?;
    }
    tx.commit().await?;
    if count > 0 {
        services.changes.mark(change.caller.tenant, &[Topic::Notifications]);
    }
    Ok(count)
}

/// Deletes the tenant's old ones; gives how many.
pub async fn delete_old(tx: &mut TenantTx) -> Result<u64, Error> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "delete from notifications where tenant_id = $1 and changed_at < now() - make_interval(days => $2)",
        tenant,
        DAYS
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
