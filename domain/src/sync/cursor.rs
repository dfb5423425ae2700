//! Up to where the mirror is whole, by the source's clock.

use chrono::{DateTime, Duration, Utc};

use super::connection::PROVIDER;
use super::run::RunKind;
use crate::db::TenantTx;

/// How far behind the cursor an incremental run begins: a record's `updated_at` is set before its change can be read.
pub const OVERLAP: Duration = Duration::seconds(60);

/// Where the next incremental run begins, without the overlap, and the source's clock when the last run began.
pub async fn read(tx: &mut TenantTx) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>), sqlx::Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select cursor_at, source_clock_at from sync_cursors where tenant_id = $1 and provider = $2",
        tenant,
        PROVIDER
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map_or((None, None), |row| (row.cursor_at, row.source_clock_at)))
}

/// The newest version that the mirror has.
pub async fn newest(tx: &mut TenantTx) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select max(updated_at_rms) from opportunities where tenant_id = $1", tenant)
        .fetch_one(tx.connection())
        .await
}

/// Moves the cursor at the end of a run: to the run's start by the source's clock, or to the newest version that was known
/// when it began, whichever is earlier. The second is the source's own clock as its records show it, also where its `Date`
/// header is another machine's or missing; both keep what changed during the run for the next one.
pub async fn advance(
    tx: &mut TenantTx,
    kind: RunKind,
    to: DateTime<Utc>,
    clock: Option<DateTime<Utc>>,
) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into sync_cursors (tenant_id, provider, cursor_at, source_clock_at, initial_completed_at)
         values ($1, $2, $3, $5, case when $4 then now() end)
         on conflict (tenant_id, provider) do update set cursor_at = excluded.cursor_at,
            source_clock_at = excluded.source_clock_at, updated_at = now(),
            initial_completed_at = coalesce(sync_cursors.initial_completed_at, excluded.initial_completed_at)",
        tenant,
        PROVIDER,
        to,
        kind == RunKind::Initial,
        clock
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
