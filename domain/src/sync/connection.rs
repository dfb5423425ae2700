//! A tenant's Current RMS account: where it is, and its sealed key.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use serde::Serialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::ConnectionView;
use super::client::{self, BadAddress, Client};
use super::error::{SourceError, SyncError};
use crate::audit::{Request, Source};
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
        "subdomain: is fixed at \"{0}\" because records of that account are mirrored; start over first, or give the other account a tenant of its own"
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
    request: &Request<'_>,
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
        "insert into connections (tenant_id, provider, base_url, subdomain, sealed_token, from_screen) values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, provider) do update set base_url = excluded.base_url, subdomain = excluded.subdomain,
             sealed_token = excluded.sealed_token, from_screen = excluded.from_screen, updated_at = now()",
        tenant,
        PROVIDER,
        base.as_str(),
        new.subdomain,
        sealed,
        matches!(request.source, Source::Screen | Source::Api)
    )
    .execute(tx.connection())
    .await?;
    let fields =
        |base_url: &str, subdomain: &str| json!({"base_url": base_url, "subdomain": subdomain, "token": "(redacted)"});
    let before = before.map(|row| fields(&row.base_url, &row.subdomain));
    record(tx, request, "set", before, fields(base.as_str(), new.subdomain)).await?;
    Ok(())
}

/// Writes down that somebody tested the connection, and how it went.
pub async fn record_test(tx: &mut TenantTx, request: &Request<'_>, tested: &Tested) -> Result<(), sqlx::Error> {
    record(tx, request, "test", None, json!({"ok": tested.ok, "code": tested.code})).await
}

async fn record(
    tx: &mut TenantTx,
    request: &Request<'_>,
    action: &str,
    before: Option<Value>,
    after: Value,
) -> Result<(), sqlx::Error> {
    request.record(tx, ("connection", PROVIDER), action, before, Some(after)).await
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

/// What is kept of a connection, opened.
pub(super) struct Stored {
    pub base: Url,
    pub subdomain: String,
    pub token: String,
    /// A person entered the address, not the operator.
    pub from_screen: bool,
}

/// The tenant's connection with its key.
pub(super) async fn stored(tx: &mut TenantTx, sealer: &Sealer) -> Result<Stored, SyncError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select base_url, subdomain, sealed_token, from_screen from connections where tenant_id = $1 and provider = $2",
        tenant,
        PROVIDER
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(SyncError::NotConnected)?;
    let token = sealer.open(&row.sealed_token, &place(tx))?;
    let base = client::base_url(&row.base_url).map_err(|_| SyncError::NotConnected)?;
    Ok(Stored { base, subdomain: row.subdomain, token, from_screen: row.from_screen })
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

/// How long a person waits for the answer of a test: less than a request may take in all.
const TEST: Duration = Duration::from_secs(10);

/// Asks for one member, as most clients of this API do: 200 and 404 both prove the credentials (contract section 4).
pub async fn test(client: &Client, cancel: &CancellationToken) -> Tested {
    let passed = Tested { ok: true, code: "OK", message: "Current RMS accepts the credentials".into() };
    let probe = tokio::time::timeout(TEST, client.probe("members/1", cancel)).await;
    match probe.unwrap_or(Err(SourceError::Timeout(TEST))) {
        Ok(()) => passed,
        // A wrong path answers 404 too, but names the route.
        Err(SourceError::NotFound(message)) if !message.contains("No route matches") => passed,
        Err(error) => Tested { ok: false, code: error.code(), message: error.to_string() },
    }
}
