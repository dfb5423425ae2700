//! A rule as the fields of a plain form, and back. Rows that are left empty are no part of the rule.

mod fill;
mod read;

pub use fill::{new, of};
pub use read::{Read, read};

use std::collections::BTreeMap;

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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};

    use super::*;
    use crate::rules::trigger::Trigger;
    use crate::rules::{Rule, action, condition};

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
