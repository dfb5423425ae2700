//! What the fields of a form say.

use serde_json::{Map, Value, json};

use super::{ACTIONS, ADDITIONS, CONDITIONS, Fields};
use crate::rules::facts::{Field, FieldKind};

/// A form as a rule is sent, and which rows its lists came from.
pub struct Read {
    pub body: Value,
    conditions: Vec<usize>,
    actions: Vec<usize>,
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
