//! With what a rule signs. A new secret takes over at once; the one before signs along for a day, so that a receiver may learn
//! the new one meanwhile.

use sqlx::Error;

use super::RuleError;
use super::signature::Secret;
use crate::db::TenantTx;
use crate::seal::{CannotOpen, Sealer};

fn place(tx: &TenantTx, rule: i64) -> String {
    format!("{}/rule/{rule}", tx.tenant())
}

/// Gives a rule a new secret; the caller commits.
pub(super) async fn add(tx: &mut TenantTx, sealer: &Sealer, rule: i64) -> Result<Secret, RuleError> {
    let secret = Secret::random();
    let (tenant, sealed) = (tx.tenant(), sealer.seal(secret.reveal(), &place(tx, rule))?);
    sqlx::query!(
        "delete from rule_secrets where tenant_id = $1 and rule_id = $2 and ends_at is not null",
        tenant,
        rule
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update rule_secrets set ends_at = now() + interval '1 day' where tenant_id = $1 and rule_id = $2",
        tenant,
        rule
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!("insert into rule_secrets (tenant_id, rule_id, sealed) values ($1, $2, $3)", tenant, rule, sealed)
        .execute(tx.connection())
        .await?;
    Ok(secret)
}

/// Whether a rule has one.
pub async fn is_there(tx: &mut TenantTx, rule: i64) -> Result<bool, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select exists (select from rule_secrets where tenant_id = $1 and rule_id = $2) as "there!""#,
        tenant,
        rule
    )
    .fetch_one(tx.connection())
    .await
}

/// Those that sign now, the newest first.
pub(super) async fn live(tx: &mut TenantTx, sealer: &Sealer, rule: i64) -> Result<Vec<Secret>, RuleError> {
    let (tenant, place) = (tx.tenant(), place(tx, rule));
    let sealed = sqlx::query_scalar!(
        "select sealed from rule_secrets where tenant_id = $1 and rule_id = $2 and (ends_at is null or ends_at > now())
         order by id desc",
        tenant,
        rule
    )
    .fetch_all(tx.connection())
    .await?;
    let open = |sealed: Vec<u8>| sealer.open(&sealed, &place).map(Secret::of);
    Ok(sealed.into_iter().map(open).collect::<Result<Vec<Secret>, CannotOpen>>()?)
}
