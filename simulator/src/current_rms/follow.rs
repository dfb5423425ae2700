//! What follows from a change: the account keeps names, nested people and totals in step with the keys they hang on.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::lifecycle::{state_name, status_name};
use super::people::People;
use super::record::{nested, tax};
use crate::json_text::{OrderedObject, money, pence, quote, stamp};

/// The text with the patch's keys set, what depends on them brought in step, and `updated_at` at `now`; keys that the
/// patch sets itself are left as it sets them. `None` when the text is no JSON object.
pub(crate) fn patched(text: &str, patch: &Map<String, Value>, people: &People, now: DateTime<Utc>) -> Option<String> {
    let mut object = OrderedObject::parse(text)?;
    for (key, value) in patch {
        object.set(key, value.to_string());
    }
    let mut derived: Vec<(&str, String)> = vec![("updated_at", quote(&stamp(now)))];
    names(patch, &mut derived);
    nested_people(patch, people, &mut derived);
    totals(&object, patch, &mut derived);
    for (key, json) in derived {
        if !patch.contains_key(key) {
            object.set(key, json);
        }
    }
    Some(object.render())
}

fn names(patch: &Map<String, Value>, derived: &mut Vec<(&str, String)>) {
    let number = |key| patch.get(key).and_then(Value::as_i64);
    derived.extend(number("state").and_then(state_name).map(|name| ("state_name", quote(name))));
    derived.extend(number("status").and_then(status_name).map(|name| ("status_name", quote(name))));
}

fn nested_people(patch: &Map<String, Value>, people: &People, derived: &mut Vec<(&str, String)>) {
    for (key, embedded) in [("owned_by", "owner"), ("member_id", "member"), ("venue_id", "venue")] {
        let Some(id) = patch.get(key) else { continue };
        let member = id.as_i64().and_then(|id| people.find(id));
        if id.is_null() || member.is_some() {
            derived.push((embedded, nested(member).to_owned()));
        }
    }
}

/// A new `charge_total` moves the rental, the tax and the totals with and without tax.
fn totals(object: &OrderedObject, patch: &Map<String, Value>, derived: &mut Vec<(&str, String)>) {
    let Some(net) = patch.get("charge_total").and_then(Value::as_str).and_then(pence) else { return };
    let part = |key| object.value(key).and_then(|value| pence(value.as_str()?)).unwrap_or(0);
    let rental = net - part("service_charge_total") - part("sale_charge_total") - part("surcharge_total");
    let mut set = |key, pence| derived.push((key, quote(&money(pence))));
    set("charge_excluding_tax_total", net);
    set("charge_including_tax_total", net + tax(net));
    set("tax_total", tax(net));
    if rental >= 0 {
        set("rental_charge_total", rental);
    }
}
