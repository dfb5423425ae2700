//! Endpoints: addresses with a secret, made, renewed and revoked by admins. The secret leaves here once and is kept nowhere.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::Error;

use super::Provider;
use crate::audit::Request;
use crate::db::TenantTx;
use crate::identity::IdentityError;
use crate::identity::token::Token;

/// Tokens of an endpoint that may be live at once: the old one goes when the provider uses the new one.
const LIVE: i64 = 2;

/// An endpoint as it is kept.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointRow {
    pub id: i64,
    pub provider: String,
    pub label: String,
    /// Without a delivery for so long it counts as silent; null: for a day.
    pub silent_after_minutes: Option<i32>,
    pub created_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub live_tokens: i64,
}

async fn record(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    id: i64,
    action: &str,
    after: Option<Value>,
) -> Result<(), Error> {
    hand.record(tx, ("webhook endpoint", &id.to_string()), action, None, after).await
}

/// Where a provider posts to, behind the host's own address.
pub fn path(provider: Provider, token: &Token) -> String {
    format!("/api/webhooks/{}/{}", provider.as_str(), token.reveal())
}

/// All endpoints, those that work first.
pub async fn rows(tx: &mut TenantTx) -> Result<Vec<EndpointRow>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        EndpointRow,
        r#"select e.id, e.provider, e.label, e.silent_after_minutes, e.created_at, e.revoked_at,
            (select count(*) from webhook_tokens k
             where k.tenant_id = $1 and k.endpoint_id = e.id and k.revoked_at is null and e.revoked_at is null) as "live_tokens!"
           from webhook_endpoints e where e.tenant_id = $1 order by e.revoked_at is not null, e.id"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// Whether a token of this hash opens a door of the tenant.
pub async fn opens(tx: &mut TenantTx, hash: &[u8; 32]) -> Result<bool, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select exists (select from webhook_tokens k join webhook_endpoints e on e.tenant_id = k.tenant_id and e.id = k.endpoint_id
            where k.tenant_id = $1 and k.token_hash = $2 and k.revoked_at is null and e.revoked_at is null) as "opens!""#,
        tenant,
        &hash[..]
    )
    .fetch_one(tx.connection())
    .await
}

/// Makes an endpoint with its first token; the caller commits.
pub async fn create(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    provider: Provider,
    label: Option<&str>,
    silent_after_minutes: Option<i32>,
) -> Result<(i64, Token), IdentityError> {
    let label = label.map(str::trim).filter(|label| !label.is_empty()).unwrap_or(provider.word());
    if label.chars().count() > 100 || label.chars().any(char::is_control) {
        return Err(IdentityError::invalid("label", "expected 1 to 100 characters without control characters"));
    }
    if silent_after_minutes.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
        return Err(IdentityError::invalid("silentAfterMinutes", "expected a number from 1 to 1440"));
    }
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "insert into webhook_endpoints (tenant_id, provider, label, silent_after_minutes) values ($1, $2, $3, $4) returning id",
        tenant,
        provider.as_str(),
        label,
        silent_after_minutes
    )
    .fetch_one(tx.connection())
    .await?;
    let token = add_token(tx, id).await?;
    let after = json!({"provider": provider.as_str(), "label": label, "silent_after_minutes": silent_after_minutes});
    record(tx, hand, id, "create", Some(after)).await?;
    Ok((id, token))
}

/// Gives an endpoint a new token; of the older ones the newest stays live, until the provider uses the new one.
pub async fn rotate(tx: &mut TenantTx, hand: &Request<'_>, id: i64) -> Result<(Provider, Token), IdentityError> {
    let provider = live(tx, id).await?;
    let token = add_token(tx, id).await?;
    let tenant = tx.tenant();
    sqlx::query!(
        "update webhook_tokens set revoked_at = now() where tenant_id = $1 and endpoint_id = $2 and revoked_at is null
            and token_hash not in (select token_hash from webhook_tokens where tenant_id = $1 and endpoint_id = $2
                and revoked_at is null order by created_at desc limit $3)",
        tenant,
        id,
        LIVE
    )
    .execute(tx.connection())
    .await?;
    record(tx, hand, id, "rotate", None).await?;
    Ok((provider, token))
}

/// Ends the older tokens of an endpoint, once the provider uses the newest.
pub async fn end_older(tx: &mut TenantTx, hand: &Request<'_>, id: i64) -> Result<u64, IdentityError> {
    live(tx, id).await?;
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update webhook_tokens set revoked_at = now() where tenant_id = $1 and endpoint_id = $2 and revoked_at is null
            and token_hash <> (select token_hash from webhook_tokens where tenant_id = $1 and endpoint_id = $2
                and revoked_at is null order by created_at desc limit 1)",
        tenant,
        id
    )
    .execute(tx.connection())
    .await?;
    record(tx, hand, id, "end older tokens", Some(json!({"ended": done.rows_affected()}))).await?;
    Ok(done.rows_affected())
}

/// Revokes an endpoint with all its tokens: the next delivery is answered 404. What arrived stays.
pub async fn revoke(tx: &mut TenantTx, hand: &Request<'_>, id: i64) -> Result<(), IdentityError> {
    live(tx, id).await?;
    let tenant = tx.tenant();
    sqlx::query!("update webhook_endpoints set revoked_at = now() where tenant_id = $1 and id = $2", tenant, id)
        .execute(tx.connection())
        .await?;
    record(tx, hand, id, "revoke", None).await?;
    Ok(())
}

/// Locks an endpoint that works, and gives its provider.
async fn live(tx: &mut TenantTx, id: i64) -> Result<Provider, IdentityError> {
    let tenant = tx.tenant();
    let provider = sqlx::query_scalar!(
        "select provider from webhook_endpoints where tenant_id = $1 and id = $2 and revoked_at is null for update",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    provider.as_deref().and_then(Provider::parse).ok_or(IdentityError::NotFound("webhook endpoint"))
}

async fn add_token(tx: &mut TenantTx, id: i64) -> Result<Token, Error> {
    let (token, tenant) = (Token::random(), tx.tenant());
    sqlx::query!(
        "insert into webhook_tokens (tenant_id, endpoint_id, token_hash, created_at) values ($1, $2, $3, clock_timestamp())",
        tenant,
        id,
        &token.hash()[..]
    )
    .execute(tx.connection())
    .await?;
    Ok(token)
}
