//! Telling admins and managers that more differs than at the comparison before.

use super::store;
use crate::db::{QueryError, TenantTx};
use crate::money::grouped;
use crate::reconciliation::view::RUNS;

/// Writes the notifications into the transaction that ends the run; whether there are any.
pub(super) async fn tell(tx: &mut TenantTx, run: i64, found: usize, before: i64) -> Result<bool, QueryError> {
    let found = i64::try_from(found).unwrap_or(i64::MAX);
    if found <= before {
        return Ok(false);
    }
    let tenant = tx.tenant();
    let told = sqlx::query!(
        "insert into notifications (tenant_id, person_id, kind, title, body, href, collected)
         select $1, m.person_id, 'mirror', $2, $3, $4, 0 from memberships m
         left join notification_settings s on s.tenant_id = m.tenant_id and s.person_id = m.person_id
         where m.tenant_id = $1 and m.disabled_at is null and m.role in ('admin', 'manager')
            and not 'mirror' = any (coalesce(s.kinds_off, '{}'))",
        tenant,
        title(found),
        "The comparison lists them field by field, and can have them repaired.",
        format!("{RUNS}/{run}")
    )
    .execute(tx.connection())
    .await?;
    Ok(told.rows_affected() > 0)
}

/// Differences of the newest comparison that came to its end, without those that were repaired.
pub(super) async fn known(tx: &mut TenantTx) -> Result<i64, QueryError> {
    let last = store::last_completed(tx).await?;
    Ok(last.map_or(0, |run| i64::from(run.counts.all()) - run.repaired))
}

fn title(found: i64) -> String {
    let records = if found == 1 { "record" } else { "records" };
    format!("The mirror differs from Current RMS in {} {records}", grouped(found.unsigned_abs()))
}
