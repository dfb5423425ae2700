//! A tenant's Current RMS account: where it is, and its sealed key.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::ConnectionView;
use super::client::{self, BadAddress, Client};
use super::error::{SourceError, SyncError};
use super::limiter::Limiter;
use crate::audit::{self, By, Entry, Source};
use crate::calendar::{moment, zone_or_utc};
use crate::db::TenantTx;
use crate::opportunities::store as rows;
use crate::seal::{CannotOpen, Sealer};

pub const PROVIDER: &str = "current-rms";
/// One host for all accounts; the subdomain goes in a header (contract section 1).
pub const DEFAULT_BASE_URL: &str = "https://api.current-rms.com/api/v1";

/// What connects a tenant.
pub struct Credentials<'a> {
    pub base_url: &'a str,
    pub subdomain: &'a str,
    pub token: &'a str,
}

/// Why a connection was not kept.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error(transparent)]
    BaseUrl(#[from] BadAddress),
    #[error("subdomain: must be the part before .current-rms.com, of letters, digits and hyphens")]
    Subdomain,
    #[error("token: must be one line of 1 to 500 visible characters")]
    Token,
    #[error(
        "subdomain: is fixed at \"{0}\" because records of that account are mirrored; another account needs a tenant of its own"
    )]
    SubdomainFixed(String),
    #[error(transparent)]
    Seal(#[from] CannotOpen),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// How a connection test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tested {
    pub ok: bool,
    pub code: &'static str,
    pub message: String,
}

fn place(tx: &TenantTx) -> String {
    format!("{}/connection/{PROVIDER}", tx.tenant())
}

/// Keeps the credentials, sealed; the audit row names what changed, never the key.
pub async fn set(
    tx: &mut TenantTx,
    sealer: &Sealer,
    new: &Credentials<'_>,
    by: By<'_>,
    source: Source,
) -> Result<(), ConnectionError> {
    let base = client::base_url(new.base_url)?;
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !(1..=63).contains(&new.subdomain.len()) || !plain(new.subdomain) {
        return Err(ConnectionError::Subdomain);
    }
    if !(1..=500).contains(&new.token.len()) || !new.token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(ConnectionError::Token);
    }
    let tenant = tx.tenant();
    let before = sqlx::query!(
        "select base_url, subdomain from connections where tenant_id = $1 and provider = $2 for update",
        tenant,
        PROVIDER
    )
    .fetch_optional(tx.connection())
    .await?;
    let mirrored = rows::any(tx).await?;
    if let Some(before) = before.as_ref().filter(|before| mirrored && before.subdomain != new.subdomain) {
        return Err(ConnectionError::SubdomainFixed(before.subdomain.clone()));
    }
    let sealed = sealer.seal(new.token, &place(tx))?;
    sqlx::query!(
        "insert into connections (tenant_id, provider, base_url, subdomain, sealed_token) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, provider) do update set base_url = excluded.base_url, subdomain = excluded.subdomain,
             sealed_token = excluded.sealed_token, updated_at = now()",
        tenant,
        PROVIDER,
        base.as_str(),
        new.subdomain,
        sealed
    )
    .execute(tx.connection())
    .await?;
    let fields = |base_url: &str, subdomain: &str| serde_json::json!({"base_url": base_url, "subdomain": subdomain, "token": "(redacted)"});
    let entry = Entry {
        actor: by,
        source,
        request_id: None,
        entity: ("connection", PROVIDER),
        action: "set",
        before: before.map(|row| fields(&row.base_url, &row.subdomain)),
        after: Some(fields(base.as_str(), new.subdomain)),
    };
    audit::record(tx, &entry).await?;
    Ok(())
}

/// Where the tenant's account is, if one is connected.
pub async fn view(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Option<ConnectionView>, sqlx::Error> {
    let zone = zone_or_utc(&crate::identity::tenant::view(tx).await?.timezone);
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select base_url, subdomain, updated_at from connections where tenant_id = $1 and provider = $2",
        tenant,
        PROVIDER
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| ConnectionView {
        base_url: row.base_url,
        subdomain: row.subdomain,
        updated: moment(row.updated_at, now, zone),
    }))
}

/// The tenant's client; the limiter is shared by all clients of the tenant.
pub async fn open(
    tx: &mut TenantTx,
    sealer: &Sealer,
    http: &reqwest::Client,
    limiter: Arc<Limiter>,
) -> Result<Client, SyncError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select base_url, subdomain, sealed_token from connections where tenant_id = $1 and provider = $2",
        tenant,
        PROVIDER
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(SyncError::NotConnected)?;
    let token = sealer.open(&row.sealed_token, &place(tx))?;
    let base = client::base_url(&row.base_url).map_err(|_| SyncError::NotConnected)?;
    Ok(Client::new(http.clone(), base, row.subdomain, token, limiter))
}

/// Whether the tenant has an account connected.
pub async fn subdomain(tx: &mut TenantTx) -> Result<Option<String>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!("select subdomain from connections where tenant_id = $1 and provider = $2", tenant, PROVIDER)
        .fetch_optional(tx.connection())
        .await
}

/// Whether an account is connected.
pub async fn exists(tx: &mut TenantTx) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select exists (select from connections where tenant_id = $1 and provider = $2) as "any!""#,
        tenant,
        PROVIDER
    )
    .fetch_one(tx.connection())
    .await
}

/// Asks for one member, as most clients of this API do: 200 and 404 both prove the credentials (contract section 4).
pub async fn test(client: &Client, cancel: &CancellationToken) -> Tested {
    let passed = Tested { ok: true, code: "OK", message: "Current RMS accepts the credentials".into() };
    match client.probe("members/1", cancel).await {
        Ok(()) => passed,
        // A wrong path answers 404 too, but names the route.
        Err(SourceError::NotFound(message)) if !message.contains("No route matches") => passed,
        Err(error) => Tested { ok: false, code: error.code(), message: error.to_string() },
    }
}
