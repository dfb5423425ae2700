//! Having a provider post to us: which events Backline wants, which the account has registered, and making the second the
//! first. Current RMS takes one event a webhook, by its API only (contract section 5).

use std::collections::BTreeMap;
use std::net::IpAddr;

use reqwest::{Method, Url};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Provider, endpoint};
use crate::audit::Request;
use crate::db::{Actor, QueryError, TenantTx};
use crate::identity::{IdentityError, token};
use crate::services::Services;
use crate::sync::SyncError;
use crate::sync::client::Client;

/// New, gone and changed opportunities, every change of their status, and of their items.
pub const WANTED: [&str; 21] = [
    "opportunity_create",
    "opportunity_destroy",
    "opportunity_update",
    "opportunity_convert_to_draft",
    "opportunity_convert_to_quotation",
    "opportunity_convert_to_order",
    "opportunity_mark_as_provisional",
    "opportunity_mark_as_reserved",
    "opportunity_mark_as_lost",
    "opportunity_mark_as_dead",
    "opportunity_cancel",
    "opportunity_reinstate",
    "opportunity_complete",
    "opportunity_confirm",
    "opportunity_finalise",
    "opportunity_revert_status",
    "opportunity_revert_to_quotation",
    "opportunity_create_item",
    "opportunity_update_item",
    "opportunity_destroy_item",
    "opportunity_swap_component",
];

/// How the webhooks of an account stand, by event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It posts to an address of ours that works.
    Right,
    /// There is none of ours.
    Missing,
    /// Switched off, or it posts to an address of ours that does not work.
    Wrong,
}

/// What there is, or what was done.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// Where the provider would reach us; null where that is not known.
    pub public_url: Option<String>,
    /// Why the provider cannot reach us, in a sentence.
    pub problem: Option<String>,
    /// As it was found.
    pub events: BTreeMap<&'static str, Standing>,
    /// Webhooks that were made and mended.
    pub created: usize,
    pub repaired: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("{0}")]
    Unreachable(String),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error(transparent)]
    Endpoint(#[from] IdentityError),
    #[error(transparent)]
    Db(#[from] QueryError),
}

/// A webhook of the account.
#[derive(Debug, Clone, Deserialize)]
struct Hook {
    id: i64,
    event: String,
    target_url: String,
    #[serde(default)]
    active: bool,
}

#[derive(Deserialize)]
struct HookList {
    webhooks: Vec<Hook>,
}

/// Looks at what is registered, and changes nothing.
pub async fn look(services: &Services, actor: &Actor) -> Result<Registration, RegistrationError> {
    let client = services.sync.account(actor.tenant).await?;
    let (events, _) = compare(services, actor, &hooks(&client).await?).await?;
    let problem = reach(services.public_url.as_deref()).err();
    Ok(Registration { public_url: services.public_url.clone(), problem, events, created: 0, repaired: 0 })
}

/// Registers what is missing and mends what is wrong. Where something has to be written, all of ours are moved to a new address
/// of the newest endpoint (one is made where there is none), and the older addresses end.
pub async fn register(
    services: &Services,
    actor: &Actor,
    hand: &Request<'_>,
) -> Result<Registration, RegistrationError> {
    let public = reach(services.public_url.as_deref()).map_err(RegistrationError::Unreachable)?;
    let client = services.sync.account(actor.tenant).await?;
    let (events, ours) = compare(services, actor, &hooks(&client).await?).await?;
    let mut done =
        Registration { public_url: Some(public.to_string()), problem: None, events, created: 0, repaired: 0 };
    if done.events.values().all(|standing| *standing == Standing::Right) {
        return Ok(done);
    }
    let mut tx = services.db.tenant_tx(actor).await?;
    let (endpoint, token) = new_address(&mut tx, hand).await?;
    tx.commit().await?;
    let address = endpoint::path(Provider::CurrentRms, &token);
    let mut kept = BTreeMap::new();
    for hook in &ours {
        // A second one for the same event would only post everything twice.
        let first = kept.insert(hook.event.clone(), hook.id).is_none();
        let target = format!("{}{address}/{}", public.as_str().trim_end_matches('/'), hook.event);
        let webhook = json!({"webhook": {"target_url": target, "active": first}});
        client.send(Method::PUT, &format!("webhooks/{}", hook.id), &webhook).await.map_err(SyncError::Source)?;
        done.repaired += 1;
    }
    for event in WANTED.into_iter().filter(|event| !kept.contains_key(*event)) {
        let target = format!("{}{address}/{event}", public.as_str().trim_end_matches('/'));
        let webhook = json!({"webhook": {
            "name": format!("Backline: {event}"), "event": event, "target_url": target, "active": true,
        }});
        client.send(Method::POST, "webhooks", &webhook).await.map_err(SyncError::Source)?;
        done.created += 1;
    }
    let mut tx = services.db.tenant_tx(actor).await?;
    endpoint::end_older(&mut tx, hand, endpoint).await?;
    let after = json!({"created": done.created, "repaired": done.repaired});
    hand.record(&mut tx, ("webhook endpoint", &endpoint.to_string()), "register", None, Some(after)).await?;
    tx.commit().await?;
    services.intake.forget_doors();
    Ok(done)
}

/// The newest endpoint, or a new one, with a new address.
async fn new_address(tx: &mut TenantTx, hand: &Request<'_>) -> Result<(i64, token::Token), RegistrationError> {
    let rows = endpoint::rows(tx).await?;
    let ours = rows.iter().filter(|row| row.revoked_at.is_none() && row.provider == Provider::CurrentRms.as_str());
    match ours.map(|row| row.id).max() {
        Some(id) => Ok((id, endpoint::rotate(tx, hand, id).await?.1)),
        None => Ok(endpoint::create(tx, hand, Provider::CurrentRms, None, None).await?),
    }
}

async fn hooks(client: &Client) -> Result<Vec<Hook>, SyncError> {
    let answer = client.get("webhooks", &[], &CancellationToken::new()).await?;
    let garbled = |error: serde_json::Error| {
        SyncError::Source(crate::sync::SourceError::Garbled { status: 200, reason: error.to_string() })
    };
    Ok(serde_json::from_slice::<HookList>(&answer.body).map_err(garbled)?.webhooks)
}

/// How each wanted event stands, and the webhooks that are ours: those that post to an address of this host's kind.
async fn compare(
    services: &Services,
    actor: &Actor,
    all: &[Hook],
) -> Result<(BTreeMap<&'static str, Standing>, Vec<Hook>), QueryError> {
    let base = services.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    let ours: Vec<Hook> = all.iter().filter(|hook| token_of(hook, base.as_ref()).is_some()).cloned().collect();
    let mut tx = services.db.tenant_tx(actor).await?;
    let mut events: BTreeMap<&'static str, Standing> = WANTED.map(|event| (event, Standing::Missing)).into();
    for hook in &ours {
        let Some(token) = token_of(hook, base.as_ref()) else { continue };
        let ends_so = hook.target_url.ends_with(&format!("/{}", hook.event));
        let right = hook.active && ends_so && endpoint::opens(&mut tx, &token::hash(&token)).await?;
        if let Some(standing) = events.get_mut(hook.event.as_str())
            && *standing != Standing::Right
        {
            *standing = if right { Standing::Right } else { Standing::Wrong };
        }
    }
    Ok((events, ours))
}

/// The secret in an address of ours.
fn token_of(hook: &Hook, base: Option<&Url>) -> Option<String> {
    let (target, base) = (Url::parse(&hook.target_url).ok()?, base?);
    if target.origin() != base.origin() {
        return None;
    }
    let mut parts = target.path_segments()?;
    let kind = [parts.next()?, parts.next()?, parts.next()?];
    (kind == ["api", "webhooks", Provider::CurrentRms.as_str()]).then(|| parts.next().map(str::to_owned)).flatten()
}

/// The address under which the provider reaches us, or why it cannot.
pub fn reach(public_url: Option<&str>) -> Result<Url, String> {
    let Some(url) = public_url.and_then(|url| Url::parse(url).ok()) else {
        return Err("BACKLINE_PUBLIC_URL is not set: the provider does not know where to post".into());
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let near = match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        Err(_) => host.is_empty() || host == "localhost" || host.ends_with(".localhost"),
    };
    match near {
        true => Err(format!("BACKLINE_PUBLIC_URL is {url}, which only this machine can reach")),
        false => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(target_url: &str) -> Hook {
        Hook { id: 1, event: "opportunity_update".into(), target_url: target_url.into(), active: true }
    }

    #[test]
    fn only_addresses_of_this_host_are_ours() {
        let base = Url::parse("https://backline.example.com/").unwrap();
        let token = |url: &str| token_of(&hook(url), Some(&base));
        assert_eq!(
            token("https://backline.example.com/api/webhooks/current-rms/abc/opportunity_update").as_deref(),
            Some("abc")
        );
        for other in [
            "https://elsewhere.example.com/api/webhooks/current-rms/abc/x",
            "http://backline.example.com/api/webhooks/current-rms/abc/x",
            "https://backline.example.com/hooks/abc",
            "nonsense",
        ] {
            assert_eq!(token(other), None, "{other}");
        }
    }

    #[test]
    fn an_address_that_only_this_machine_reaches_is_none() {
        assert!(reach(Some("https://backline.example.com")).is_ok());
        for url in [None, Some("http://localhost:3000"), Some("http://127.0.0.1"), Some("http://[::1]:80"), Some("x")] {
            assert!(reach(url).is_err(), "{url:?}");
        }
    }
}
