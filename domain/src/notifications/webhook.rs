//! The tenant's Slack-compatible incoming webhook: `POST {"text": …}`. Its address is a secret: it is sealed like a provider's
//! key, and no log, answer or audit row has it. It must lie on the public internet, whenever it is called.

use chrono::{DateTime, Utc};
use reqwest::{StatusCode, Url};
use serde_json::json;

use super::{NotificationError, WebhookView};
use crate::calendar::{moment, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::{Change, tenant};
use crate::jobs::kind::JobError;
use crate::params::Fault;
use crate::seal::Sealer;
use crate::services::Services;
use crate::sync::client::{Http, base_url};
use crate::sync::public_address;

const FIELD: &str = "url";

fn place(tx: &TenantTx) -> String {
    format!("{}/notification webhook", tx.tenant())
}

/// Keeps an address, sealed.
pub async fn set(services: &Services, change: &Change<'_>, text: &str) -> Result<(), NotificationError> {
    let text = text.trim();
    let refuse = |error: &dyn std::fmt::Display| {
        let reason = error.to_string();
        Fault::new(FIELD, reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason))
    };
    let url = base_url(text).map_err(|error| refuse(&error))?;
    if text.len() > 500 {
        return Err(Fault::new(FIELD, "must have at most 500 characters").into());
    }
    if !services.allow_private_targets {
        public_address::check(text).await.map_err(|error| refuse(&error))?;
    }
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let (tenant, sealed) = (tx.tenant(), services.sealer.seal(url.as_str(), &place(&tx))?);
    sqlx::query!(
        "insert into notification_webhooks (tenant_id, sealed_url) values ($1, $2)
         on conflict (tenant_id) do update set sealed_url = excluded.sealed_url, updated_at = now()",
        tenant,
        sealed
    )
    .execute(tx.connection())
    .await?;
    let after = json!({"host": url.host_str(), "url": "(redacted)"});
    change.record(&mut tx, ("notification webhook", "slack"), "set", None, Some(after)).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets the address; whether there was one.
pub async fn remove(services: &Services, change: &Change<'_>) -> Result<bool, NotificationError> {
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let tenant = tx.tenant();
    let done =
        sqlx::query!("delete from notification_webhooks where tenant_id = $1", tenant).execute(tx.connection()).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    change.record(&mut tx, ("notification webhook", "slack"), "remove", None, None).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether there is one, and since when.
pub async fn view(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Option<WebhookView>, sqlx::Error> {
    let tenant = tx.tenant();
    let at = sqlx::query_scalar!("select updated_at from notification_webhooks where tenant_id = $1", tenant)
        .fetch_optional(tx.connection())
        .await?;
    let Some(at) = at else { return Ok(None) };
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    Ok(Some(WebhookView { entered: moment(at, now, zone) }))
}

/// The address; none when the tenant has none.
pub async fn address(tx: &mut TenantTx, sealer: &Sealer) -> Result<Option<String>, NotificationError> {
    let tenant = tx.tenant();
    let sealed = sqlx::query_scalar!("select sealed_url from notification_webhooks where tenant_id = $1", tenant)
        .fetch_optional(tx.connection())
        .await?;
    Ok(sealed.map(|sealed| sealer.open(&sealed, &place(tx))).transpose()?)
}

/// Tells the webhook; `guarded`: only where it lies on the public internet now.
pub async fn post(http: &Http, address: &str, text: &str, guarded: bool) -> Result<(), JobError> {
    let url: Url = address.parse().map_err(|_| JobError::Permanent("the address cannot be read".into()))?;
    let client = http.to(&url, guarded).map_err(|_| JobError::Permanent("the address is not public".into()))?;
    // An error of reqwest has the address in it.
    let sent = client.post(url).json(&json!({"text": text})).send().await;
    let status = sent.map_err(|_| JobError::Retry("the webhook could not be reached".into()))?.status();
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Err(answered(status, JobError::Retry)),
        status if status.is_server_error() => Err(answered(status, JobError::Retry)),
        status => Err(answered(status, JobError::Permanent)),
    }
}

fn answered(status: StatusCode, verdict: fn(String) -> JobError) -> JobError {
    verdict(format!("the webhook answered {}", status.as_u16()))
}

/// As Slack reads it: three characters mean something.
pub fn message(title: &str, body: &str, link: Option<&str>) -> String {
    let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let title = match link {
        Some(link) => format!("<{link}|{}>", plain(&title.replace('|', "/"))),
        None => plain(title),
    };
    if body.is_empty() { title } else { format!("{title}\n{}", plain(body)) }
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn what_a_job_says_is_no_markup() {
        let text = message("Job 7 failed: sync", "a <!channel> & b", Some("https://b.example/jobs/7"));
        assert_eq!(text, "<https://b.example/jobs/7|Job 7 failed: sync>\na &lt;!channel&gt; &amp; b");
        assert_eq!(message("<x>", "", None), "&lt;x&gt;");
    }
}
