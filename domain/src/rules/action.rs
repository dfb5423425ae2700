//! What a rule does.

use serde_json::{Value, json};

use super::additions::Additions;
use super::message;
use super::shape::{Shape, list};
use crate::identity::Role;
use crate::params::Fault;
use crate::sync::client::base_url;
use crate::workflows::templates;

/// Actions of a rule.
const MOST: usize = 10;
const LONGEST_URL: usize = 500;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Tell people here, by the bell and, where they want it, by mail.
    Notify { to: Recipient, message: Option<String> },
    /// Tell the tenant's Slack-compatible webhook.
    Slack { message: Option<String> },
    /// Post to a receiver, signed.
    Webhook { url: String },
    /// Start a workflow of this template's code on the opportunity.
    StartWorkflow { workflow_type: String },
    /// Set what the business adds to the opportunity.
    SetAugmentation { set: Additions },
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    Role(Role),
    /// The person here who has the name of the opportunity's owner.
    Owner,
}

impl Recipient {
    pub const fn as_str(self) -> &'static str {
        match self {
            Recipient::Role(role) => role.as_str(),
            Recipient::Owner => "owner",
        }
    }

    pub fn parse(text: &str) -> Option<Recipient> {
        if text == "owner" { Some(Recipient::Owner) } else { Role::parse(text).map(Recipient::Role) }
    }
}

/// Where actions wait that are done in the database.
pub const HERE: &str = "here";

impl Action {
    /// Every type, with its words.
    pub const TYPES: [(&'static str, &'static str); 5] = [
        ("notify", "Notify people"),
        ("slack", "Write to Slack"),
        ("webhook", "Post to a webhook"),
        ("start_workflow", "Start a workflow"),
        ("set_augmentation", "Set workflow, risk and health"),
    ];

    pub const fn kind(&self) -> &'static str {
        match self {
            Action::Notify { .. } => "notify",
            Action::Slack { .. } => "slack",
            Action::Webhook { .. } => "webhook",
            Action::StartWorkflow { .. } => "start_workflow",
            Action::SetAugmentation { .. } => "set_augmentation",
        }
    }

    /// Whether it needs an opportunity: only events have one.
    pub const fn is_on_opportunity(&self) -> bool {
        matches!(self, Action::StartWorkflow { .. } | Action::SetAugmentation { .. })
    }

    /// Where it waits: a receiver that is away keeps nobody else waiting.
    pub fn lane(&self, rule: i64, position: usize) -> String {
        match self {
            Action::Notify { .. } | Action::StartWorkflow { .. } | Action::SetAugmentation { .. } => HERE.into(),
            Action::Slack { .. } | Action::Webhook { .. } => format!("{rule}:{position}"),
        }
    }

    /// Reads what was sent or stored.
    pub fn read(at: &str, value: Value) -> Result<Action, Fault> {
        let mut shape = Shape::of(at, value)?;
        let kind = shape.needed("type", 60)?;
        let action = match kind.as_str() {
            "notify" => {
                let to = shape.needed("to", 60)?;
                let to = Recipient::parse(&to);
                let to = to.ok_or_else(|| shape.fault("to", "expected admin, manager, rep or owner"))?;
                Action::Notify { to, message: words(&mut shape)? }
            }
            "slack" => Action::Slack { message: words(&mut shape)? },
            "webhook" => {
                let url = shape.needed("url", LONGEST_URL)?;
                let refuse = |error: &dyn std::fmt::Display| {
                    let reason = error.to_string();
                    shape.fault("url", reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason))
                };
                let url = base_url(&url).map_err(|error| refuse(&error))?;
                Action::Webhook { url: url.into() }
            }
            "start_workflow" => Action::StartWorkflow { workflow_type: workflow_type(&mut shape)? },
            "set_augmentation" => {
                let set = shape.take("set").ok_or_else(|| shape.fault("set", "is missing"))?;
                Action::SetAugmentation { set: Additions::read(&shape.place("set"), set)? }
            }
            _ => {
                let types = Action::TYPES.map(|(kind, _)| kind).join(", ");
                return Err(shape.fault("type", format!("expected one of {types}")));
            }
        };
        shape.end()?;
        Ok(action)
    }

    /// As it is stored and shown.
    pub fn to_value(&self) -> Value {
        match self {
            Action::Notify { to, message } => json!({"type": self.kind(), "to": to.as_str(), "message": message}),
            Action::Slack { message } => json!({"type": self.kind(), "message": message}),
            Action::Webhook { url } => json!({"type": self.kind(), "url": url}),
            Action::StartWorkflow { workflow_type } => json!({"type": self.kind(), "workflowType": workflow_type}),
            Action::SetAugmentation { set } => json!({"type": self.kind(), "set": set.to_value()}),
        }
    }

    /// In a sentence, for lists and dry runs.
    pub fn words(&self) -> String {
        match self {
            Action::Notify { to: Recipient::Owner, .. } => "Notify the opportunity's owner".into(),
            Action::Notify { to: Recipient::Role(role), .. } => format!("Notify every {}", role.as_str()),
            Action::Slack { .. } => "Write to Slack".into(),
            Action::Webhook { url } => format!("Post to {url}"),
            Action::StartWorkflow { workflow_type } => format!("Start the workflow {workflow_type}"),
            Action::SetAugmentation { set } => set.words(),
        }
    }
}

/// Reads the actions of a rule.
pub fn read_all(value: Value) -> Result<Vec<Action>, Fault> {
    let items = list("actions", value, MOST)?;
    if items.is_empty() {
        return Err(Fault::new("actions", "expected at least one"));
    }
    items.into_iter().enumerate().map(|(n, item)| Action::read(&format!("actions.{n}"), item)).collect()
}

fn workflow_type(shape: &mut Shape) -> Result<String, Fault> {
    let code = shape.needed("workflowType", 60)?;
    if templates::is_code(&code) { Ok(code) } else { Err(shape.fault("workflowType", "is no code of a template")) }
}

fn words(shape: &mut Shape) -> Result<Option<String>, Fault> {
    let message = shape.text("message", message::LONGEST)?;
    if let Some(text) = &message {
        message::check(&shape.place("message"), text)?;
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_stored_as_it_is_read() {
        for action in [
            json!({"type": "notify", "to": "owner", "message": "{opportunity}!"}),
            json!({"type": "notify", "to": "rep"}),
            json!({"type": "slack"}),
            json!({"type": "webhook", "url": "https://hooks.example/backline"}),
            json!({"type": "start_workflow", "workflowType": "onboarding"}),
            json!({"type": "set_augmentation", "set": {"riskLevel": "HIGH", "riskNotes": null, "financialHealthScore": 20}}),
        ] {
            let read = Action::read("a", action).unwrap();
            assert_eq!(Action::read("a", read.to_value()).unwrap(), read);
        }
    }

    #[test]
    fn what_is_wrong_names_its_place() {
        for (action, place) in [
            (json!({}), "actions.0.type"),
            (json!({"type": "shout"}), "actions.0.type"),
            (json!({"type": "notify"}), "actions.0.to"),
            (json!({"type": "notify", "to": "everybody"}), "actions.0.to"),
            (json!({"type": "notify", "to": "admin", "message": "{colour}"}), "actions.0.message"),
            (json!({"type": "slack", "url": "https://x.example"}), "actions.0.url"),
            (json!({"type": "webhook"}), "actions.0.url"),
            (json!({"type": "webhook", "url": "ftp://x.example"}), "actions.0.url"),
            (json!({"type": "webhook", "url": "https://a:b@x.example"}), "actions.0.url"),
            (json!({"type": "start_workflow"}), "actions.0.workflowType"),
            (json!({"type": "start_workflow", "workflowType": "No Code"}), "actions.0.workflowType"),
            (json!({"type": "set_augmentation"}), "actions.0.set"),
            (json!({"type": "set_augmentation", "set": {}}), "actions.0.set"),
            (json!({"type": "set_augmentation", "set": {"riskLevel": "low"}}), "actions.0.set.riskLevel"),
            (json!({"type": "set_augmentation", "set": {"riskLevel": 5}}), "actions.0.set.riskLevel"),
            (json!({"type": "set_augmentation", "set": {"colour": 5}}), "actions.0.set.colour"),
            (
                json!({"type": "set_augmentation", "set": {"financialHealthScore": 101}}),
                "actions.0.set.financialHealthScore",
            ),
        ] {
            assert_eq!(read_all(json!([action])).unwrap_err().field, place, "{action}");
        }
        assert_eq!(read_all(json!([])).unwrap_err().field, "actions");
    }

    #[test]
    fn each_receiver_has_a_lane_of_its_own() {
        let webhook = Action::Webhook { url: "https://x.example/".into() };
        assert_eq!(webhook.lane(7, 2), "7:2");
        assert_eq!(Action::Notify { to: Recipient::Owner, message: None }.lane(7, 2), HERE);
    }
}
