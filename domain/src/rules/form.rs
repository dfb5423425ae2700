//! A rule as the fields of a plain form, and back. Rows that are left empty are no part of the rule.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Rule;
use super::action::Action;
use super::condition::{Condition, Operand};
use super::facts::{Field, FieldKind};
use super::trigger::Trigger;
use crate::opportunities::words::field_words;

/// Names with what stands in them.
pub type Fields = BTreeMap<String, String>;

/// Rows that a form may have.
const CONDITIONS: usize = 20;
const ACTIONS: usize = 10;

/// Fields of an augmentation, in JSON and in the form.
const ADDITIONS: [(&str, &str); 4] = [
    ("workflowStatus", "workflow_status"),
    ("riskLevel", "risk_level"),
    ("riskNotes", "risk_notes"),
    ("financialHealthScore", "health"),
];

/// A form as a rule is sent, and which rows its lists came from.
pub struct Read {
    pub body: Value,
    conditions: Vec<usize>,
    actions: Vec<usize>,
}

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

/// How many rows of conditions and of actions a form shows: those that are used, and some to be filled.
pub fn rows(fields: &Fields) -> (usize, usize) {
    let filled = |name: String| fields.get(&name).is_some_and(|value| !value.trim().is_empty());
    let used = |list: &str, parts: &[&str], most: usize| {
        let used = (0..most).rev().find(|n| parts.iter().any(|part| filled(format!("{list}_{n}_{part}"))));
        used.map_or(0, |last| last + 1)
    };
    let conditions = used("condition", &["field", "value"], CONDITIONS);
    let actions = used("action", &["type"], ACTIONS);
    ((conditions + 2).min(CONDITIONS), (actions + 1).min(ACTIONS))
}

/// What people call a field of the form.
pub fn label(field: &str) -> String {
    let parts: Vec<&str> = field.splitn(3, '_').collect();
    let nth = |n: &str| n.parse::<usize>().map_or(0, |n| n + 1);
    match parts.as_slice() {
        ["condition", n, part] => format!("Condition {}, {part}", nth(n)),
        ["action", n, "to"] => format!("Action {}, to whom", nth(n)),
        ["action", n, "url"] => format!("Action {}, address", nth(n)),
        ["action", n, part] => format!("Action {}, {}", nth(n), part.replace('_', " ")),
        _ => match field {
            "order" => "Place among the rules".into(),
            "trigger" => "What happens".into(),
            "action_types" => "Actions".into(),
            "from_status" => "Status before".into(),
            "to_status" => "Status after".into(),
            "min_value" => "Least value before tax".into(),
            "job_types" => "Types of jobs".into(),
            other => field_words(other),
        },
    }
}

/// What a form says; whether it is a rule, the rule's own reader says.
pub fn read(fields: &Fields) -> Read {
    let of = |name: &str| fields.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let (conditions, rows_of_conditions) = conditions(fields);
    let (actions, rows_of_actions) = actions(fields);
    let mut body = json!({
        "name": of("name").unwrap_or_default(),
        "enabled": of("enabled").is_some(),
        "trigger": trigger(fields),
        "conditions": conditions,
        "actions": actions,
    });
    for (name, field) in [("order", "order"), ("expectedVersion", "version")] {
        if let Some(text) = of(field) {
            body[name] = number(text);
        }
    }
    Read { body, conditions: rows_of_conditions, actions: rows_of_actions }
}

impl Read {
    /// The field of the form that a place in the body came from.
    pub fn field(&self, place: &str) -> String {
        let parts: Vec<&str> = place.split('.').collect();
        let row =
            |rows: &[usize], n: &str| n.parse::<usize>().ok().and_then(|n| rows.get(n).copied()).unwrap_or_default();
        match parts.as_slice() {
            ["conditions", n, part, ..] => format!("condition_{}_{part}", row(&self.conditions, n)),
            ["conditions", ..] => "condition_0_field".into(),
            ["actions", n, "set", part, ..] => {
                let field =
                    ADDITIONS.iter().find(|(name, _)| name == part).map_or("workflow_status", |(_, field)| field);
                format!("action_{}_{field}", row(&self.actions, n))
            }
            ["actions", n, "set"] => format!("action_{}_workflow_status", row(&self.actions, n)),
            ["actions", n, "workflowType"] => format!("action_{}_workflow", row(&self.actions, n)),
            ["actions", n, part, ..] => format!("action_{}_{part}", row(&self.actions, n)),
            ["actions", ..] => "action_0_type".into(),
            ["trigger", part, ..] => match *part {
                "actionTypes" => "action_types",
                "fromStatus" => "from_status",
                "toStatus" => "to_status",
                "minValue" => "min_value",
                "jobTypes" => "job_types",
                "list" => "list",
                _ => "trigger",
            }
            .into(),
            _ => place.into(),
        }
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// A whole number as one; anything else as it was typed, to be refused where numbers are wanted.
fn number(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
}

fn trigger(fields: &Fields) -> Value {
    let of = |name: &str| fields.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let kind = of("trigger").unwrap_or_default();
    match kind {
        "event" => json!({
            "type": kind,
            "actionTypes": words(of("action_types").unwrap_or_default()),
            "fromStatus": of("from_status"),
            "toStatus": of("to_status"),
            "minValue": of("min_value"),
            "onReplay": of("on_replay").is_some(),
        }),
        "job_failed" => json!({"type": kind, "jobTypes": words(of("job_types").unwrap_or_default())}),
        "reconciliation_grew" => json!({"type": kind, "list": of("list")}),
        _ => json!({"type": kind}),
    }
}

fn conditions(fields: &Fields) -> (Vec<Value>, Vec<usize>) {
    let of = |n: usize, part: &str| fields.get(&format!("condition_{n}_{part}")).map_or("", |value| value.trim());
    let (mut conditions, mut rows) = (Vec::new(), Vec::new());
    for n in 0..CONDITIONS {
        let (field, operator, typed) = (of(n, "field"), of(n, "operator"), of(n, "value"));
        if field.is_empty() && typed.is_empty() {
            continue;
        }
        let value = match (Field::parse(field).map(|field| field.kind), operator) {
            _ if typed.is_empty() => Value::Null,
            (_, "isOneOf") => json!(words(typed)),
            (Some(FieldKind::Number), _) => number(typed),
            _ => json!(typed),
        };
        conditions.push(json!({"field": field, "operator": operator, "value": value}));
        rows.push(n);
    }
    (conditions, rows)
}

fn actions(fields: &Fields) -> (Vec<Value>, Vec<usize>) {
    let (mut actions, mut rows) = (Vec::new(), Vec::new());
    for n in 0..ACTIONS {
        let of = |part: &str| {
            fields.get(&format!("action_{n}_{part}")).map(|value| value.trim()).filter(|value| !value.is_empty())
        };
        let Some(kind) = of("type") else { continue };
        actions.push(match kind {
            "notify" => json!({"type": kind, "to": of("to"), "message": of("message")}),
            "slack" => json!({"type": kind, "message": of("message")}),
            "webhook" => json!({"type": kind, "url": of("url")}),
            "start_workflow" => json!({"type": kind, "workflowType": of("workflow")}),
            "set_augmentation" => {
                let kept = of("kept").and_then(|kept| serde_json::from_str::<Map<String, Value>>(kept).ok());
                let mut set = kept.unwrap_or_default();
                for (name, field) in ADDITIONS {
                    if let Some(text) = of(field) {
                        set.insert(name.into(), if field == "health" { number(text) } else { json!(text) });
                    }
                }
                json!({"type": kind, "set": set})
            }
            _ => json!({"type": kind}),
        });
        rows.push(n);
    }
    (actions, rows)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::rules::{action, condition};

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn rule(trigger: Value, conditions: Value, actions: Value) -> Rule {
        let trigger = Trigger::read(trigger).unwrap();
        Rule {
            id: 1,
            name: "r".into(),
            enabled: true,
            order: 2,
            conditions: condition::read_all(conditions, &trigger).unwrap(),
            actions: action::read_all(actions).unwrap(),
            trigger,
            version: 3,
            fired_count: 0,
            last_fired_at: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_a_form_shows_is_what_it_sends() {
        let conditions = json!([
            {"field": "owner", "operator": "isOneOf", "value": ["Ana", "Bo"]},
            {"field": "daysToStart", "operator": "isAtMost", "value": 14},
            {"field": "chargeTotal", "operator": "isAtLeast", "value": "10.50"},
            {"field": "venue", "operator": "isEmpty", "value": null},
        ]);
        let actions = json!([
            {"type": "notify", "to": "owner", "message": "{opportunity}"},
            {"type": "webhook", "url": "https://hooks.example/x"},
            {"type": "start_workflow", "workflowType": "onboarding"},
            {"type": "set_augmentation", "set": {"riskLevel": "HIGH", "riskNotes": null, "financialHealthScore": 5, "customCalculations": {"a": 1}}},
        ]);
        let event = json!({"type": "event", "actionTypes": ["update", "cancel"], "fromStatus": "Open", "toStatus": null, "minValue": "5.00", "onReplay": true});
        let of_events = rule(event, conditions, actions);
        let of_lists =
            rule(json!({"type": "reconciliation_grew", "list": "unaugmented"}), json!([]), json!([{"type": "slack"}]));
        let of_jobs = rule(json!({"type": "job_failed", "jobTypes": ["sync"]}), json!([]), json!([{"type": "slack"}]));
        for rule in [of_events, of_lists, of_jobs] {
            let body = read(&of(&rule)).body;
            assert_eq!((&body["name"], &body["order"], &body["expectedVersion"]), (&json!("r"), &json!(2), &json!(3)));
            let trigger = Trigger::read(body["trigger"].clone()).unwrap();
            assert_eq!(condition::read_all(body["conditions"].clone(), &trigger).unwrap(), rule.conditions);
            assert_eq!(action::read_all(body["actions"].clone()).unwrap(), rule.actions);
            assert_eq!(trigger, rule.trigger);
        }
    }

    #[test]
    fn a_refused_form_grows_no_rows_and_its_fields_have_names() {
        let typed = fields(&[
            ("condition_3_field", ""),
            ("condition_3_operator", "is"),
            ("action_0_type", "slack"),
            ("action_1_type", ""),
        ]);
        assert_eq!(rows(&typed), (2, 2));
        assert_eq!(rows(&fields(&[("condition_3_value", "x")])), (6, 1));
        for (field, words) in [
            ("name", "Name"),
            ("min_value", "Least value before tax"),
            ("condition_1_value", "Condition 2, value"),
            ("action_0_url", "Action 1, address"),
            ("action_2_risk_level", "Action 3, risk level"),
            ("action_types", "Actions"),
        ] {
            assert_eq!(label(field), words);
        }
    }

    #[test]
    fn a_place_in_the_body_is_a_field_of_the_form() {
        let read = read(&fields(&[
            ("condition_2_field", "owner"),
            ("condition_2_operator", "is"),
            ("action_0_type", "notify"),
            ("action_3_type", "set_augmentation"),
        ]));
        for (place, field) in [
            ("name", "name"),
            ("trigger.actionTypes.1", "action_types"),
            ("trigger.type", "trigger"),
            ("conditions.0.value", "condition_2_value"),
            ("actions", "action_0_type"),
            ("actions.0.to", "action_0_to"),
            ("actions.1.set.riskLevel", "action_3_risk_level"),
            ("actions.1.set", "action_3_workflow_status"),
        ] {
            assert_eq!(read.field(place), field, "{place}");
        }
    }
}
