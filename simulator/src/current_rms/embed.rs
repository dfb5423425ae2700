//! `include[]`: once a request names an association, only the named ones are embedded.

use crate::json_text::OrderedObject;

const ASSOCIATIONS: &[&str] =
    &["owner", "member", "billing_address", "venue", "destination", "opportunity_surcharges", "participants"];

/// The record with no other associations than these; text that is no object stays as it is.
pub(crate) fn only(text: &str, names: &[String]) -> String {
    let Some(mut object) = OrderedObject::parse(text) else { return text.to_owned() };
    object.retain(|key| !ASSOCIATIONS.contains(&key) || names.iter().any(|name| name == key));
    object.render()
}
