//! When a rule is looked at.

use serde_json::{Value, json};

use super::facts::Facts;
use super::shape::Shape;
use crate::inbox::current_rms;
use crate::money::Money;
use crate::params::Fault;
use crate::reconciliation::Kind;

/// Words of one list.
const MOST: usize = 50;
const LONGEST: usize = 60;

/// What makes a rule fire, if its conditions hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An event has been followed up.
    Event(EventTrigger),
    /// A job has no attempt left; without types any.
    JobFailed { job_types: Vec<String> },
    /// An endpoint has had nothing for longer than its limit.
    EndpointSilent,
    /// A list of the reconciliation is longer than it was; without one any.
    ReconciliationGrew { list: Option<String> },
}

/// Which events. What is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventTrigger {
    pub action_types: Vec<String>,
    /// With either status the event must have changed it.
    pub from_status: Option<String>,
    pub to_status: Option<String>,
    /// Of the value before tax.
    pub min_value: Option<Money>,
    /// Whether a replay counts too. A test delivery never does.
    pub on_replay: bool,
}

impl Trigger {
    /// Every type, with its words.
    pub const TYPES: [(&'static str, &'static str); 4] = [
        ("event", "An event was followed up"),
        ("job_failed", "A job failed"),
        ("endpoint_silent", "An endpoint went silent"),
        ("reconciliation_grew", "A list of the reconciliation grew"),
    ];

    pub const fn kind(&self) -> &'static str {
        match self {
            Trigger::Event(_) => "event",
            Trigger::JobFailed { .. } => "job_failed",
            Trigger::EndpointSilent => "endpoint_silent",
            Trigger::ReconciliationGrew { .. } => "reconciliation_grew",
        }
    }

    /// Reads what was sent or stored.
    pub fn read(value: Value) -> Result<Trigger, Fault> {
        let mut shape = Shape::of("trigger", value)?;
        let kind = shape.needed("type", LONGEST)?;
        let trigger = match kind.as_str() {
            "event" => Trigger::Event(EventTrigger {
                action_types: actions(&mut shape)?,
                from_status: shape.text("fromStatus", LONGEST)?,
                to_status: shape.text("toStatus", LONGEST)?,
                min_value: amount(&mut shape, "minValue")?,
                on_replay: shape.flag("onReplay")?.unwrap_or(false),
            }),
            "job_failed" => Trigger::JobFailed { job_types: shape.texts("jobTypes", MOST, LONGEST)? },
            "endpoint_silent" => Trigger::EndpointSilent,
            "reconciliation_grew" => Trigger::ReconciliationGrew { list: list(&mut shape)? },
            _ => {
                let types = Trigger::TYPES.map(|(kind, _)| kind).join(", ");
                return Err(shape.fault("type", format!("expected one of {types}")));
            }
        };
        shape.end()?;
        Ok(trigger)
    }

    /// As it is stored and shown.
    pub fn to_value(&self) -> Value {
        match self {
            Trigger::Event(event) => json!({
                "type": self.kind(),
                "actionTypes": event.action_types,
                "fromStatus": event.from_status,
                "toStatus": event.to_status,
                "minValue": event.min_value,
                "onReplay": event.on_replay,
            }),
            Trigger::JobFailed { job_types } => json!({"type": self.kind(), "jobTypes": job_types}),
            Trigger::EndpointSilent => json!({"type": self.kind()}),
            Trigger::ReconciliationGrew { list } => json!({"type": self.kind(), "list": list}),
        }
    }

    /// Whether it is about this. What kind of cause it is, the facts themselves say.
    pub fn fits(&self, facts: &Facts, is_replay: bool) -> bool {
        match self {
            Trigger::Event(event) => facts.event_id.is_some() && (event.on_replay || !is_replay) && event.fits(facts),
            Trigger::JobFailed { job_types } => {
                let of_type = |kind: &String| job_types.is_empty() || job_types.contains(kind);
                facts.job_type.as_ref().is_some_and(of_type)
            }
            Trigger::EndpointSilent => facts.endpoint_id.is_some(),
            Trigger::ReconciliationGrew { list } => {
                facts.list.as_ref().is_some_and(|grown| list.as_ref().is_none_or(|list| list == grown))
            }
        }
    }

    /// In a sentence, for lists.
    pub fn words(&self) -> String {
        match self {
            Trigger::Event(event) => event.words(),
            Trigger::JobFailed { job_types } if job_types.is_empty() => "A job failed".into(),
            Trigger::JobFailed { job_types } => format!("A job failed: {}", job_types.join(", ")),
            Trigger::EndpointSilent => "An endpoint went silent".into(),
            Trigger::ReconciliationGrew { list: None } => "A list of the reconciliation grew".into(),
            Trigger::ReconciliationGrew { list: Some(list) } => format!("The list {list} grew"),
        }
    }
}

impl EventTrigger {
    fn fits(&self, facts: &Facts) -> bool {
        let same = |asked: &Option<String>, is: &Option<String>| {
            asked.as_ref().is_none_or(|asked| is.as_ref().is_some_and(|is| same_word(asked, is)))
        };
        let acted = |action: &String| self.action_types.is_empty() || self.action_types.contains(action);
        let about_status = self.from_status.is_some() || self.to_status.is_some();
        facts.action_type.as_ref().is_some_and(acted)
            && (!about_status || facts.previous_status != facts.new_status)
            && same(&self.from_status, &facts.previous_status)
            && same(&self.to_status, &facts.new_status)
            && self.min_value.is_none_or(|least| facts.charge_total.is_some_and(|value| value >= least))
    }

    fn words(&self) -> String {
        let mut words = match self.action_types.as_slice() {
            [] => "Any event".to_owned(),
            actions => actions.join(", "),
        };
        if let Some(from) = &self.from_status {
            words = format!("{words}, from {from}");
        }
        if let Some(to) = &self.to_status {
            words = format!("{words}, to {to}");
        }
        if let Some(least) = self.min_value {
            words = format!("{words}, from {least} up");
        }
        words
    }
}

/// Words of people: in whatever case.
pub(super) fn same_word(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn list(shape: &mut Shape) -> Result<Option<String>, Fault> {
    let Some(list) = shape.text("list", LONGEST)? else { return Ok(None) };
    match Kind::parse(&list) {
        Some(_) => Ok(Some(list)),
        None => {
            let lists = Kind::ALL.map(Kind::as_str).join(", ");
            Err(shape.fault("list", format!("expected one of {lists}")))
        }
    }
}

fn actions(shape: &mut Shape) -> Result<Vec<String>, Fault> {
    let actions = shape.texts("actionTypes", MOST, LONGEST)?;
    match actions.iter().position(|action| !current_rms::is_action(action)) {
        Some(n) => Err(shape.fault(&format!("actionTypes.{n}"), "is no action of Current RMS's opportunities")),
        None => Ok(actions),
    }
}

/// An amount, as a decimal text or a number.
fn amount(shape: &mut Shape, field: &str) -> Result<Option<Money>, Fault> {
    let Some(value) = shape.take(field) else { return Ok(None) };
    money(&value).map(Some).ok_or_else(|| shape.fault(field, "expected an amount such as 1201.40"))
}

pub(super) fn money(value: &Value) -> Option<Money> {
    match value {
        Value::String(text) => Money::parse(text).ok(),
        Value::Number(number) => Money::parse(&number.to_string()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(action: &str, before: &str, after: &str) -> Facts {
        Facts {
            event_id: Some("evt_1_2".into()),
            action_type: Some(action.into()),
            previous_status: Some(before.into()),
            new_status: Some(after.into()),
            charge_total: Some(Money::from_minor(100_000)),
            ..Facts::default()
        }
    }

    fn read(value: Value) -> Trigger {
        Trigger::read(value).unwrap()
    }

    #[test]
    fn an_event_must_be_of_the_kind_that_is_asked_for() {
        let facts = facts("mark_as_reserved", "Provisional", "Reserved");
        for (trigger, fits) in [
            (json!({"type": "event"}), true),
            (json!({"type": "event", "actionTypes": ["mark_as_reserved", "update"]}), true),
            (json!({"type": "event", "actionTypes": ["update"]}), false),
            (json!({"type": "event", "toStatus": "reserved"}), true),
            (json!({"type": "event", "fromStatus": "Provisional", "toStatus": "Reserved"}), true),
            (json!({"type": "event", "fromStatus": "Lost"}), false),
            (json!({"type": "event", "minValue": "1000.00"}), true),
            (json!({"type": "event", "minValue": 1000.01}), false),
            (json!({"type": "job_failed"}), false),
            (json!({"type": "endpoint_silent"}), false),
        ] {
            assert_eq!(read(trigger.clone()).fits(&facts, false), fits, "{trigger}");
        }
    }

    #[test]
    fn a_status_that_did_not_change_is_no_change_of_status() {
        let trigger = read(json!({"type": "event", "toStatus": "Reserved"}));
        assert!(!trigger.fits(&facts("update", "Reserved", "Reserved"), false));
    }

    #[test]
    fn a_replay_counts_only_where_the_rule_says_so() {
        let facts = facts("update", "Open", "Open");
        assert!(!read(json!({"type": "event"})).fits(&facts, true));
        assert!(read(json!({"type": "event", "onReplay": true})).fits(&facts, true));
    }

    #[test]
    fn what_is_wrong_names_its_place() {
        for (trigger, place) in [
            (json!([]), "trigger"),
            (json!({}), "trigger.type"),
            (json!({"type": "moon"}), "trigger.type"),
            (json!({"type": "event", "colour": 1}), "trigger.colour"),
            (json!({"type": "event", "actionTypes": ["update", "frobnicate"]}), "trigger.actionTypes.1"),
            (json!({"type": "event", "actionTypes": "update"}), "trigger.actionTypes"),
            (json!({"type": "event", "minValue": "much"}), "trigger.minValue"),
            (json!({"type": "event", "onReplay": "yes"}), "trigger.onReplay"),
            (json!({"type": "event", "fromStatus": "a\u{0}"}), "trigger.fromStatus"),
            (json!({"type": "job_failed", "actionTypes": []}), "trigger.actionTypes"),
            (json!({"type": "reconciliation_grew", "list": "moon"}), "trigger.list"),
        ] {
            assert_eq!(Trigger::read(trigger.clone()).unwrap_err().field, place, "{trigger}");
        }
    }

    #[test]
    fn it_is_stored_as_it_is_read() {
        for trigger in [
            json!({"type": "event", "actionTypes": ["update"], "toStatus": "Lost", "minValue": "10", "onReplay": true}),
            json!({"type": "job_failed", "jobTypes": ["sync"]}),
            json!({"type": "endpoint_silent"}),
            json!({"type": "reconciliation_grew", "list": "unaugmented"}),
        ] {
            let trigger = read(trigger);
            assert_eq!(read(trigger.to_value()), trigger);
        }
    }
}
