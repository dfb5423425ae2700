//! Registered webhooks, and the actions that are sent to them (contract section 5). Each webhook is for one event; the body is
//! the action that fired it, without a signature.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use super::Faults;
use crate::json_text::{ObjectWriter, OrderedObject};

/// One registered webhook, as `/webhooks` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    pub id: i64,
    pub name: String,
    /// `opportunity_update` and the like.
    pub event: String,
    pub target_url: String,
    pub active: bool,
}

/// What a request may set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WebhookIn {
    pub name: Option<String>,
    pub event: Option<String>,
    pub target_url: Option<String>,
    pub active: Option<bool>,
}

/// A body on its way to an address.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub url: String,
    pub body: String,
}

/// One try of a delivery, and what it was answered; none: nothing came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryRecord {
    pub url: String,
    pub body: String,
    pub status: Option<u16>,
    pub at: DateTime<Utc>,
}

/// The webhooks of an account.
#[derive(Default)]
pub(crate) struct Hooks {
    pub list: Vec<Webhook>,
    last_id: i64,
    last_action: i64,
    /// Where actions go while the account is served.
    pub outbox: Option<UnboundedSender<Due>>,
}

impl Hooks {
    /// Registers a webhook; the names of fields that are missing otherwise.
    pub fn register(&mut self, new: WebhookIn) -> Result<Webhook, Vec<&'static str>> {
        let missing = [("Name", &new.name), ("Event", &new.event), ("Target url", &new.target_url)]
            .into_iter()
            .filter(|(_, value)| value.as_ref().is_none_or(|value| value.trim().is_empty()))
            .map(|(name, _)| name)
            .collect::<Vec<_>>();
        if !missing.is_empty() {
            return Err(missing);
        }
        self.last_id += 1;
        let webhook = Webhook {
            id: self.last_id,
            name: new.name.unwrap_or_default(),
            event: new.event.unwrap_or_default(),
            target_url: new.target_url.unwrap_or_default(),
            active: new.active.unwrap_or(true),
        };
        self.list.push(webhook.clone());
        Ok(webhook)
    }

    /// Changes what is given.
    pub fn change(&mut self, id: i64, change: WebhookIn) -> Option<Webhook> {
        let webhook = self.list.iter_mut().find(|webhook| webhook.id == id)?;
        webhook.name = change.name.unwrap_or(std::mem::take(&mut webhook.name));
        webhook.event = change.event.unwrap_or(std::mem::take(&mut webhook.event));
        webhook.target_url = change.target_url.unwrap_or(std::mem::take(&mut webhook.target_url));
        webhook.active = change.active.unwrap_or(webhook.active);
        Some(webhook.clone())
    }

    /// Tells everybody who registered for it that something was done to an opportunity.
    pub fn fire(&mut self, action: &str, id: i64, text: &str, faults: &Faults, now: DateTime<Utc>) {
        self.last_action += 1;
        let Some(outbox) = &self.outbox else { return };
        let event = format!("opportunity_{action}");
        let body = body(self.last_action, action, id, text, faults, now);
        for webhook in self.list.iter().filter(|webhook| webhook.active && webhook.event == event) {
            // Nobody takes them once the account is no longer served.
            let _ = outbox.send(Due { url: webhook.target_url.clone(), body: body.clone() });
        }
    }
}

fn body(number: i64, action: &str, id: i64, text: &str, faults: &Faults, now: DateTime<Utc>) -> String {
    let record = OrderedObject::parse(text);
    let name = record.and_then(|record| record.value("subject")).and_then(|name| name.as_str().map(str::to_owned));
    let mut member = ObjectWriter::new(80);
    member.int("id", 1).text("name", "Robin Hale");
    let mut json = ObjectWriter::new(500);
    json.int("id", number)
        .int("subject_id", id)
        .text("subject_type", "Opportunity")
        .raw("source_id", "null")
        .raw("source_type", "null")
        .int("member_id", 1)
        // Two spellings are in use among working receivers, and nobody shows a capture.
        .text(if faults.webhook_capital { "Action_type" } else { "action_type" }, action)
        .text("name", name.as_deref().unwrap_or(""))
        .text("description", "")
        .time("created_at", now)
        .time("updated_at", now)
        .raw("member", &member.finish());
    format!("{{\"action\":{}}}", json.finish())
}

/// What was done, by the state and status before and after.
pub(crate) fn action_of(before: (Option<i64>, Option<i64>), after: (Option<i64>, Option<i64>)) -> &'static str {
    match (before == after, after) {
        (true, _) => "update",
        (_, (_, Some(50))) => "cancel",
        (_, (_, Some(40))) => "complete",
        (_, (_, Some(60))) => "mark_as_lost",
        (_, (_, Some(70))) => "mark_as_dead",
        (_, (Some(3), _)) if before.0 != Some(3) => "convert_to_order",
        (_, (Some(2), _)) if before.0 != Some(2) => "convert_to_quotation",
        (_, (Some(1), _)) if before.0 != Some(1) => "convert_to_draft",
        (_, (_, Some(1))) => "mark_as_provisional",
        (_, (_, Some(5))) => "mark_as_reserved",
        _ => "update",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_called_by_its_name() {
        let stage = |state, status| (Some(state), Some(status));
        assert_eq!(action_of(stage(2, 0), stage(2, 0)), "update");
        assert_eq!(action_of(stage(2, 5), stage(3, 20)), "convert_to_order");
        assert_eq!(action_of(stage(2, 0), stage(2, 60)), "mark_as_lost");
        assert_eq!(action_of(stage(0, 0), stage(2, 1)), "convert_to_quotation");
        assert_eq!(action_of(stage(2, 0), stage(2, 1)), "mark_as_provisional");
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut hooks = Hooks::default();
        let missing = hooks.register(WebhookIn { event: Some("x".into()), ..WebhookIn::default() }).unwrap_err();
        assert_eq!(missing, ["Name", "Target url"]);
    }
}
