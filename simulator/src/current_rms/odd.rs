//! Odd records, which a tolerant client reads, and broken ones, which no client can.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Faults;
use super::account::State;
use super::shelf::Record;
use crate::json_text::{OrderedObject, quote, stamp};

/// Puts the faults in force; records become odd or broken as far as the faults have grown. `touched` is their new
/// `updated_at`, if they get one.
pub(crate) fn apply(state: &mut State, faults: Faults, touched: Option<DateTime<Utc>>) {
    let total = state.opportunities.ids().len();
    let odd = ((total as f64) * faults.odd).round() as usize;
    let broken = faults.broken.saturating_sub(state.broken.len());
    let odd = odd.saturating_sub(state.odd.len());
    if faults.deletions > state.faults.deletions {
        state.deletions_left += faults.deletions - state.faults.deletions;
    }
    state.faults = faults;
    let sound = candidates(state);
    for (at, id) in sound.iter().take(broken).enumerate() {
        spoil(state, *id, touched, |object| break_one(object, at, *id));
        state.broken.push(*id);
    }
    for (at, id) in sound.iter().skip(broken).take(odd).enumerate() {
        spoil(state, *id, touched, |object| make_odd(object, at));
        state.odd.push(*id);
    }
}

/// Sound records in random order, those with a date within a client's usual window first.
fn candidates(state: &mut State) -> Vec<i64> {
    let base = state.base.timestamp_millis();
    let near = |at: i64| (-25 * DAY..=360 * DAY).contains(&(at - base));
    let mut ids = state.opportunities.ids();
    let spoilt: HashSet<i64> = state.odd.iter().chain(&state.broken).copied().collect();
    ids.retain(|id| !spoilt.contains(id));
    state.dice.shuffle(&mut ids);
    ids.sort_by_key(|id| {
        let starts_at = state.opportunities.get(*id).and_then(|record| record.facets.starts_at);
        !starts_at.is_some_and(near)
    });
    ids
}

/// Changes the text and leaves what filters see as it was, so that the record still reaches the client.
fn spoil(state: &mut State, id: i64, touched: Option<DateTime<Utc>>, change: impl FnOnce(&mut OrderedObject)) {
    let Some(record) = state.opportunities.get(id) else { return };
    let Some(mut object) = OrderedObject::parse(&record.text) else { return };
    let mut facets = record.facets.clone();
    change(&mut object);
    if let Some(at) = touched {
        object.set("updated_at", quote(&stamp(at)));
        facets.touch(at);
    }
    state.opportunities.put(id, Record { text: object.render().into_boxed_str(), facets });
}

fn make_odd(object: &mut OrderedObject, kind: usize) {
    match kind % 10 {
        0 => object.set("subject", r#""Stage\u0000lighting""#),
        1 => {
            for key in ["state_name", "status_name"] {
                object.set(key, "null");
            }
            for key in ["owner", "member", "venue"] {
                null_name(object, key);
            }
        }
        2 => {
            object.set("charge_total", "1234.5");
            object.set("charge_excluding_tax_total", "1234.5");
            object.set("charge_including_tax_total", "1481.4");
            object.set("tax_total", "246.9");
            object.set("rental_charge_total", "0");
            object.set("chargeable_days", "1");
        }
        3 => {
            for key in ["ends_at", "charge_starts_at", "ordered_at", "prep_starts_at"] {
                object.set(key, r#""0001-01-01T00:00:00.000Z""#);
            }
        }
        4 => {
            object.set("charge_total", r#""999999999999.99""#);
            object.set("charge_excluding_tax_total", r#""833333333333.33""#);
            object.set("charge_including_tax_total", r#""999999999999.99""#);
            object.set("rental_charge_total", r#""-12.5""#);
        }
        5 => object.set("subject", r#""Gala \ud83d dinner""#),
        6 => {
            object.set("colour_of_van", r#"{"ral":9005,"names":["jet black",null]}"#);
            object.set("x_beta", "[[],{}]");
        }
        7 => {
            object.set("asset_serial", "9007199254740993");
            object.set("custom_fields", r#"{"serial":9007199254740993,"huge":123456789012345678901234567890}"#);
        }
        8 => object.set("number", r#""""#),
        _ => {
            for key in ["owner", "member", "billing_address", "venue", "destination", "participants"] {
                object.remove(key);
            }
        }
    }
}

fn null_name(object: &mut OrderedObject, key: &str) {
    if let Some(mut nested) = object.get(key).and_then(OrderedObject::parse) {
        nested.set("name", "null");
        object.set(key, nested.render());
    }
}

fn break_one(object: &mut OrderedObject, kind: usize, id: i64) {
    match kind % 3 {
        0 => object.set("id", quote(&format!("OPP-{id}"))),
        1 => {
            for key in ["charge_total", "charge_excluding_tax_total", "charge_including_tax_total"] {
                object.set(key, r#""abc""#);
            }
        }
        _ => object.set("starts_at", r#""tomorrow""#),
    }
}

const DAY: i64 = 24 * 3_600 * 1_000;
