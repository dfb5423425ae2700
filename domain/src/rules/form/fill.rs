//! The fields of a rule.

use serde_json::Value;

use super::{ADDITIONS, Fields};
use crate::rules::Rule;
use crate::rules::action::Action;
use crate::rules::condition::{Condition, Operand};
use crate::rules::trigger::Trigger;

/// The fields of a rule that nobody has made yet.
pub fn new() -> Fields {
    let fields = [("enabled", "true"), ("trigger", "event"), ("action_0_type", "notify"), ("action_0_to", "admin")];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The fields of a rule.
pub fn of(rule: &Rule) -> Fields {
    let mut fields = Fields::new();
    let mut set = |name: &str, value: String| {
        if !value.is_empty() {
            fields.insert(name.to_owned(), value);
        }
    };
    set("name", rule.name.clone());
    set("enabled", if rule.enabled { "true".into() } else { String::new() });
    set("order", rule.order.to_string());
    set("version", rule.version.to_string());
    set("trigger", rule.trigger.kind().to_owned());
    match &rule.trigger {
        Trigger::Event(event) => {
            set("action_types", event.action_types.join(", "));
            set("from_status", event.from_status.clone().unwrap_or_default());
            set("to_status", event.to_status.clone().unwrap_or_default());
            set("min_value", event.min_value.map(|value| value.to_string()).unwrap_or_default());
            set("on_replay", if event.on_replay { "true".into() } else { String::new() });
        }
        Trigger::JobFailed { job_types } => set("job_types", job_types.join(", ")),
        Trigger::EndpointSilent => {}
        Trigger::ReconciliationGrew { list } => set("list", list.clone().unwrap_or_default()),
    }
    for (n, Condition { field, operator, value }) in rule.conditions.iter().enumerate() {
        set(&format!("condition_{n}_field"), field.name.to_owned());
        set(&format!("condition_{n}_operator"), operator.words().0.to_owned());
        let value = match value {
            Operand::None => String::new(),
            Operand::Text(text) => text.clone(),
            Operand::Texts(texts) => texts.join(", "),
            Operand::Number(number) => number.to_string(),
            Operand::Amount(amount) => amount.to_string(),
        };
        set(&format!("condition_{n}_value"), value);
    }
    for (n, action) in rule.actions.iter().enumerate() {
        for (name, value) in of_action(action) {
            set(&format!("action_{n}_{name}"), value);
        }
    }
    fields
}

fn of_action(action: &Action) -> Vec<(&'static str, String)> {
    let mut fields = vec![("type", action.kind().to_owned())];
    match action {
        Action::Notify { to, message } => {
            fields.push(("to", to.as_str().to_owned()));
            fields.push(("message", message.clone().unwrap_or_default()));
        }
        Action::Slack { message } => fields.push(("message", message.clone().unwrap_or_default())),
        Action::Webhook { url } => fields.push(("url", url.clone())),
        Action::StartWorkflow { workflow_type } => fields.push(("workflow", workflow_type.clone())),
        Action::SetAugmentation { set } => {
            let Value::Object(mut set) = set.to_value() else { return fields };
            for (name, field) in ADDITIONS {
                match set.remove(name) {
                    Some(Value::String(text)) => fields.push((field, text)),
                    Some(Value::Null) => drop(set.insert(name.to_owned(), Value::Null)),
                    Some(other) => fields.push((field, other.to_string())),
                    None => {}
                }
            }
            // What the form has no field for is kept as it is.
            if !set.is_empty() {
                fields.push(("kept", Value::Object(set).to_string()));
            }
        }
    }
    fields
}
