//! What a change made different.

use serde_json::{Map, Value};

/// The fields that a change made different, as they were and as they are; of a new record those that hold something.
pub fn difference(before: Option<Map<String, Value>>, after: Map<String, Value>) -> (Option<Value>, Value) {
    let Some(before) = before else {
        return (None, Value::Object(after.into_iter().filter(|(_, value)| !is_empty(value)).collect()));
    };
    let (mut old, mut new) = (Map::new(), Map::new());
    for (name, value) in after {
        let was = before.get(&name).cloned().unwrap_or_default();
        if was != value {
            old.insert(name.clone(), was);
            new.insert(name, value);
        }
    }
    (Some(Value::Object(old)), Value::Object(new))
}

/// The same of what belongs to an opportunity: whose it is stands on both sides, so that the opportunity's trail has the row.
pub fn difference_of(
    opportunity: i64,
    before: Option<Map<String, Value>>,
    after: Map<String, Value>,
) -> (Option<Value>, Value) {
    let (old, new) = difference(before, after);
    let told = |mut side: Value| {
        side["opportunity_id"] = opportunity.into();
        side
    };
    (old.map(told), told(new))
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let fields = |value: Value| value.as_object().cloned().unwrap();
        let (before, after) =
            difference(Some(fields(json!({"a": 1, "b": null}))), fields(json!({"a": 1, "b": "x", "c": {}})));
        assert_eq!((before, after), (Some(json!({"b": null, "c": null})), json!({"b": "x", "c": {}})));
        assert_eq!(difference(None, fields(json!({"a": 1, "b": null, "c": {}}))), (None, json!({"a": 1})));
    }

    #[test]
    fn whose_it_is_stands_on_both_sides() {
        let fields = |value: Value| value.as_object().cloned().unwrap();
        let told = |value: Value| Some(fields(json!({"step": value})));
        let (before, after) = difference_of(7, told(json!("Plan")), fields(json!({"step": "Pack"})));
        assert_eq!(before, Some(json!({"step": "Plan", "opportunity_id": 7})));
        assert_eq!(after, json!({"step": "Pack", "opportunity_id": 7}));
        let (before, after) = difference_of(7, None, fields(json!({"step": "Plan"})));
        assert_eq!((before, after), (None, json!({"step": "Plan", "opportunity_id": 7})));
    }
}
