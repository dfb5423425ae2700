//! Carrying actions to the addresses that were registered for them: tried up to six times over half a day, and as unreliable
//! as the faults say: lost, late and so out of order, or twice.

use std::time::Duration;

use chrono::Utc;
use tokio::sync::mpsc;

use super::hooks::{DeliveryRecord, Due, Webhook, WebhookIn};
use super::{CurrentRms, Faults};

/// Tries of a delivery.
const TRIES: u32 = 6;
/// The wait after the first; each further one is four times as long. Together half a day.
const FIRST_WAIT: Duration = Duration::from_secs(130);
/// Tries that are remembered.
const LOGGED: usize = 200_000;
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

impl CurrentRms {
    /// Takes up the actions from now on, and delivers them until dropped.
    pub(crate) async fn deliver(&self) {
        let (outbox, mut due) = mpsc::unbounded_channel();
        self.0.state().hooks.outbox = Some(outbox);
        // reqwest is built without a provider of its own; a second call finds it in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Ok(http) = reqwest::Client::builder().no_proxy().timeout(ANSWER).build() else { return };
        while let Some(due) = due.recv().await {
            let (copies, late, faults) = self.luck();
            for _ in 0..copies {
                let (account, http, due, faults) = (self.clone(), http.clone(), due.clone(), faults.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(late).await;
                    account.carry(&http, &due, &faults).await;
                });
            }
        }
    }

    /// How often and how late.
    fn luck(&self) -> (usize, Duration, Faults) {
        let mut state = self.0.state();
        let faults = state.faults.clone();
        let lost = state.dice.chance(faults.webhook_loss);
        let twice = state.dice.chance(faults.webhook_duplicate);
        let most = i64::try_from(faults.webhook_late).unwrap_or(i64::MAX);
        let late = if most > 0 { state.dice.between(0, most) } else { 0 };
        let copies = if lost { 0 } else { 1 + usize::from(twice) };
        (copies, Duration::from_millis(late.unsigned_abs()), faults)
    }

    async fn carry(&self, http: &reqwest::Client, due: &Due, faults: &Faults) {
        let mut wait = faults.webhook_retry.map_or(FIRST_WAIT, Duration::from_millis);
        for attempt in 1..=TRIES {
            let sent =
                http.post(&due.url).header("content-type", "application/json").body(due.body.clone()).send().await;
            let status = sent.ok().map(|answer| answer.status().as_u16());
            let (url, body) = (due.url.clone(), due.body.clone());
            self.note(DeliveryRecord { url, body, status, at: Utc::now() });
            if status.is_some_and(|status| (200..300).contains(&status)) || attempt == TRIES {
                return;
            }
            tokio::time::sleep(wait).await;
            wait *= 4;
        }
    }

    fn note(&self, tried: DeliveryRecord) {
        let mut state = self.0.state();
        if state.deliveries.len() < LOGGED {
            state.deliveries.push(tried);
        }
    }

    /// Every try of a delivery so far, oldest first; the first 200,000.
    pub fn deliveries(&self) -> Vec<DeliveryRecord> {
        self.0.state().deliveries.clone()
    }

    /// The registered webhooks, oldest first.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.0.state().hooks.list.clone()
    }

    /// Registers a webhook, as a person would through the API.
    pub fn register_webhook(&self, event: &str, target_url: &str) {
        let new = WebhookIn {
            name: Some(event.to_owned()),
            event: Some(event.to_owned()),
            target_url: Some(target_url.to_owned()),
            active: None,
        };
        // Nothing is missing.
        let _ = self.0.state().hooks.register(new);
    }

    /// Switches a webhook on or off.
    pub fn switch_webhook(&self, id: i64, active: bool) {
        self.0.state().hooks.change(id, WebhookIn { active: Some(active), ..WebhookIn::default() });
    }

    /// Removes a webhook.
    pub fn remove_webhook(&self, id: i64) {
        self.0.state().hooks.list.retain(|webhook| webhook.id != id);
    }
}
