//! The sealer: gives rows their place in the chain soon after they are written. Writers wait for nobody.

use sqlx::Error;

use super::chain::{self, End, GROUND, Kept};
use crate::db::{Db, TenantTx};
use crate::hex::hex;
use crate::identity::TenantId;

/// Rows of one transaction.
const MOST: i64 = 1000;

/// Seals whatever waits, of all tenants.
pub async fn seal_all(db: &Db) -> Result<(), Error> {
    for tenant in db.unsealed_tenants().await? {
        // A chain that was tampered with stops its own tenant only.
        if let Err(error) = seal_tenant(db, tenant).await {
            tracing::error!(tenant = %tenant.0, %error, "the audit log could not be sealed; run `backline audit verify`");
        }
    }
    Ok(())
}

async fn seal_tenant(db: &Db, tenant: TenantId) -> Result<(), Error> {
    loop {
        let mut tx = db.worker_tx(tenant).await?;
        let more = seal(&mut tx).await?;
        tx.commit_aside().await?;
        if !more {
            return Ok(());
        }
    }
}

/// Writes the ends of all chains into the log, where no database reaches them.
pub async fn tell_heads(db: &Db) -> Result<(), Error> {
    for (tenant, number, hash) in db.audit_chain_heads().await? {
        tracing::info!(tenant = %tenant.0, number, hash = hex(&hash), "the end of the audit chain");
    }
    Ok(())
}

/// Seals the oldest rows that wait; whether more may wait. What no host wrote stays out of the chain, where a check finds it.
async fn seal(tx: &mut TenantTx) -> Result<bool, Error> {
    let tenant = tx.tenant();
    let free = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('audit chain of ' || $1::uuid, 0)) as "free!""#,
        tenant
    )
    .fetch_one(tx.connection())
    .await?;
    if !free {
        return Ok(false);
    }
    let mut end = match chain::head(tx).await? {
        Some((end, true)) => end,
        Some((_, false)) => {
            tracing::error!(%tenant, "the end of the audit chain was not written by Backline: nothing is sealed; run `backline audit verify`");
            return Ok(false);
        }
        None => match first(tx).await? {
            Some(end) => end,
            None => return Ok(false),
        },
    };
    let (rows, waiting) = waiting(tx).await?;
    let (mut numbers, mut ids, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for kept in rows {
        let (row, mac) = kept.row(tenant);
        if !chain::ours(tx.audit_key(), &row, mac.as_deref(), end.legacy_through) {
            tracing::error!(%tenant, row = row.id, "a row of the audit log was not written by Backline");
            continue;
        }
        end.number += 1;
        end.hash = chain::hash(&end.hash, end.number, &row);
        numbers.push(end.number);
        ids.push(row.id);
        hashes.push(end.hash.clone());
    }
    let sealed = sqlx::query!(
        "insert into audit_chain (tenant_id, number, audit_id, hash)
         select $1, m.* from unnest($2::bigint[], $3::bigint[], $4::bytea[]) m",
        tenant,
        &numbers,
        &ids,
        &hashes
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if sealed > 0 {
        keep(tx, &end).await?;
    }
    sqlx::query!("delete from audit_unsealed where tenant_id = $1 and audit_id = any($2)", tenant, &waiting)
        .execute(tx.connection())
        .await?;
    Ok(i64::try_from(waiting.len()).is_ok_and(|count| count == MOST))
}

/// Where a chain begins; none where its end was taken away.
async fn first(tx: &mut TenantTx) -> Result<Option<End>, Error> {
    let tenant = tx.tenant();
    let found = sqlx::query!(
        r#"select exists (select from audit_chain where tenant_id = $1) as "begun!",
            coalesce((select max(id) from audit_log where tenant_id = $1 and mac is null), 0) as "legacy!""#,
        tenant
    )
    .fetch_one(tx.connection())
    .await?;
    if found.begun {
        tracing::error!(%tenant, "the end of the audit chain is missing: nothing is sealed; run `backline audit verify`");
        return Ok(None);
    }
    Ok(Some(End { number: 0, hash: GROUND.to_vec(), legacy_through: found.legacy }))
}

/// The oldest that wait and are there, and the ids of all that wait among them. A row that is in the chain already waits no more.
async fn waiting(tx: &mut TenantTx) -> Result<(Vec<Kept>, Vec<i64>), Error> {
    let tenant = tx.tenant();
    let waiting = sqlx::query_scalar!(
        "select audit_id from audit_unsealed where tenant_id = $1 order by audit_id limit $2",
        tenant,
        MOST
    )
    .fetch_all(tx.connection())
    .await?;
    let rows = sqlx::query_as!(
        Kept,
        "select id, at, actor_kind, actor_id, actor_name, source, request_id, entity_type, entity_id, action, before::text, after::text, mac
         from audit_log a where tenant_id = $1 and id = any($2)
            and not exists (select from audit_chain c where c.tenant_id = $1 and c.audit_id = a.id)
         order by id",
        tenant,
        &waiting
    )
    .fetch_all(tx.connection())
    .await?;
    Ok((rows, waiting))
}

async fn keep(tx: &mut TenantTx, end: &End) -> Result<(), Error> {
    let tenant = tx.tenant();
    let mac = tx.audit_key().code(&end.bytes(tenant));
    sqlx::query!(
        "insert into audit_heads (tenant_id, number, hash, legacy_through, mac) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update set number = excluded.number, hash = excluded.hash, mac = excluded.mac, sealed_at = now()",
        tenant,
        end.number,
        end.hash,
        end.legacy_through,
        mac
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
