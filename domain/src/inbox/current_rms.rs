//! What Current RMS posts (contract section 5): the action that happened, of which only ids and words are believed.

use serde_json::value::RawValue;

use super::delivery::{Envelope, plain_id};
use super::envelope::{Fields, Unreadable, read as read_json, text};

/// The documented actions of an opportunity: the six of every subject, and its own.
const ACTIONS: &[&str] = &[
    "create",
    "update",
    "destroy",
    "discuss",
    "attach",
    "detach",
    "custom_view_export",
    "allocate",
    "allocate_item",
    "auto_allocate",
    "auto_return",
    "book_out",
    "book_out_item",
    "cancel",
    "check_in",
    "check_in_item",
    "checkout",
    "clear_deal_price",
    "complete",
    "confirm",
    "convert_to_draft",
    "convert_to_order",
    "convert_to_quotation",
    "create_item",
    "destroy_item",
    "enable_auto_costing",
    "finalise",
    "mark_as_provisional",
    "mark_as_reserved",
    "mark_as_lost",
    "mark_as_dead",
    "prepare",
    "prepare_item",
    "print",
    "reinstate",
    "revert_status",
    "revert_to_quotation",
    "set_deal_price",
    "toggle_pricing_locked",
    "update_item",
    "swap_component",
];

/// Whether an action is documented.
pub(crate) fn is_action(text: &str) -> bool {
    ACTIONS.contains(&text)
}

/// Reads a body. `event_name` is the registered event when the address carries it: the body is not known to.
pub fn read(body: &[u8], event_name: Option<&str>) -> Result<Envelope, Unreadable> {
    let outer = Fields::of(read_json(body)?).ok_or(Unreadable::Shape("body", "expected an object"))?;
    let action = outer.object("action").ok_or(Unreadable::Shape("action", "expected an object"))?;
    let subject_id = action.whole("subject_id").filter(|id| *id > 0);
    let subject_id = subject_id.ok_or(Unreadable::Shape("action.subject_id", "expected a positive whole number"))?;
    let (named_subject, named_action) = event_name.map_or((None, None), named);
    let subject_type = action.text("subject_type").or_else(|| named_subject.map(str::to_owned));
    let of_opportunity = subject_type.as_deref().is_none_or(|subject| subject.eq_ignore_ascii_case("opportunity"));
    // Both spellings were seen in working receivers.
    let action_type = action.text("action_type").or_else(|| action.text("Action_type"));
    let action_type = action_type.or_else(|| named_action.map(str::to_owned));
    let subject = action.object("subject");
    let of_subject = |name: &str| subject.as_ref().and_then(|subject| subject.text(name));
    let member = action.object("member");
    let user_id = action.whole("member_id");
    let user_name = member.and_then(|member| member.text("name"));
    let ignored = match (&action_type, &subject_type) {
        (_, Some(subject)) if !of_opportunity => Some(format!("nothing follows from events of {subject}")),
        (None, _) => Some("it does not say what was done".into()),
        (Some(action), _) if !ACTIONS.contains(&action.as_str()) => {
            Some(format!("{action} is no action that is documented"))
        }
        _ => None,
    };
    Ok(Envelope {
        action_id: action.get("id").and_then(id),
        event_type: event_type(subject_type.as_deref(), action_type.as_deref()),
        opportunity_id: of_opportunity.then_some(subject_id),
        opportunity_name: action.text("name").or_else(|| of_subject("name")).filter(|_| of_opportunity),
        customer_name: of_subject("organisation_name"),
        user_name: user_name.or_else(|| user_id.map(|id| format!("User {id}"))),
        user_id,
        action_type,
        ignored,
    })
}

/// Subject and action of a registered event's name, such as `opportunity_convert_to_order`.
fn named(event: &str) -> (Option<&str>, Option<&str>) {
    match event.split_once('_') {
        Some((subject, action)) if !ACTIONS.contains(&event) => (Some(subject), Some(action)),
        _ => (None, Some(event)),
    }
}

/// The action's id as it is written: also beyond 2^53, and as a text.
fn id(value: &RawValue) -> Option<String> {
    let id = match value.get().bytes().next()? {
        b'"' => text(value)?,
        b'-' | b'0'..=b'9' => value.get().to_owned(),
        _ => return None,
    };
    Some(plain_id(id.trim()))
}

/// `opportunity_update`, as webhooks are registered; words that are no names are cut short.
fn event_type(subject: Option<&str>, action: Option<&str>) -> String {
    let word = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric() || *c == '_').take(60).collect::<String>().to_lowercase()
    };
    format!("{}_{}", word(subject.unwrap_or("opportunity")), action.map_or("unknown".into(), word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(fields: &str) -> Result<Envelope, Unreadable> {
        read(format!("{{\"action\": {{{fields}}}}}").as_bytes(), None)
    }

    #[test]
    fn a_documented_action_is_read() {
        let body = br#"{"action":{"id":1364,"subject_id":101,"subject_type":"Opportunity","member_id":1,"action_type":"convert_to_order",
            "name":"Summer Gala","member":{"name":"Ana"},"subject":{"name":"other","organisation_name":"Acme"},"new_key":[1]}}"#;
        let envelope = read(body, None).unwrap();
        let expected = Envelope {
            action_id: Some("1364".into()),
            event_type: "opportunity_convert_to_order".into(),
            action_type: Some("convert_to_order".into()),
            opportunity_id: Some(101),
            opportunity_name: Some("Summer Gala".into()),
            customer_name: Some("Acme".into()),
            user_id: Some(1),
            user_name: Some("Ana".into()),
            ignored: None,
        };
        assert_eq!(envelope, expected);
    }

    #[test]
    fn both_spellings_and_the_address_say_what_was_done() {
        assert_eq!(action(r#""id":1,"subject_id":5,"Action_type":"destroy""#).unwrap().action_type.unwrap(), "destroy");
        let named = read(br#"{"action":{"id":1,"subject_id":5}}"#, Some("opportunity_mark_as_lost")).unwrap();
        assert_eq!((named.action_type.as_deref(), named.ignored), (Some("mark_as_lost"), None));
        assert_eq!(named.event_type, "opportunity_mark_as_lost");
    }

    #[test]
    fn what_nothing_follows_from_is_ignored_with_its_reason() {
        let other = action(r#""id":1,"subject_id":5,"subject_type":"Invoice","action_type":"create""#).unwrap();
        assert_eq!((other.event_type.as_str(), other.opportunity_id), ("invoice_create", None));
        assert!(other.ignored.unwrap().contains("Invoice"));
        assert!(action(r#""id":1,"subject_id":5,"action_type":"frobnicate""#).unwrap().ignored.is_some());
        assert!(action(r#""id":1,"subject_id":5"#).unwrap().ignored.is_some());
    }

    #[test]
    fn a_wrong_shape_names_its_field() {
        for (body, field) in [
            ("[]", "body"),
            ("{}", "action"),
            (r#"{"action": 5}"#, "action"),
            (r#"{"action": {}}"#, "action.subject_id"),
            (r#"{"action": {"subject_id": 0}}"#, "action.subject_id"),
            (r#"{"action": {"subject_id": "x"}}"#, "action.subject_id"),
            (r#"{"action": {"subject_id": 1.5}}"#, "action.subject_id"),
            (r#"{"action": {"subject_id": 99999999999999999999}}"#, "action.subject_id"),
        ] {
            let Err(Unreadable::Shape(named, _)) = read(body.as_bytes(), None) else { panic!("{body}") };
            assert_eq!(named, field, "{body}");
        }
    }

    #[test]
    fn an_id_is_taken_as_it_is_written() {
        let id = |written: &str| {
            action(&format!(r#""id":{written},"subject_id":5,"action_type":"update""#)).unwrap().action_id
        };
        assert_eq!(id("9007199254740993").as_deref(), Some("9007199254740993"));
        assert_eq!(id("\"a1\"").as_deref(), Some("a1"));
        for none in ["null", "true", "{}", "[]", "\"\"", "\"  \""] {
            assert_eq!(id(none), None, "{none}");
        }
    }
}
