//! A record of the source, read into the mirror's columns (`specs/current-rms-watcher.md`, section 4).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::scalar::{self, Raw};
use crate::money::Money;

/// Deeper records are refused: parsers further on would be.
const MAX_DEPTH: usize = 64;

/// What the mirror keeps of a record in columns, and the record itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: i64,
    pub name: String,
    pub subject: Option<String>,
    pub description: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub opportunity_status: Option<String>,
    pub state: Option<i32>,
    pub status: Option<i32>,
    pub created_at_rms: Option<DateTime<Utc>>,
    pub updated_at_rms: Option<DateTime<Utc>>,
    pub venue_name: Option<String>,
    pub organisation_id: Option<i64>,
    pub organisation_name: Option<String>,
    pub owner_id: Option<i64>,
    pub owner_name: Option<String>,
    pub charge_total: Option<Money>,
    pub total_value: Option<Money>,
    pub provisional_cost_total: Option<Money>,
    pub predicted_cost_total: Option<Money>,
    pub actual_cost_total: Option<Money>,
    /// The record's text, byte for byte.
    pub raw: String,
    /// sha256 of it.
    pub digest: [u8; 32],
}

/// A record that cannot be mirrored, kept until it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// When even the id can be read.
    pub id: Option<i64>,
    /// The key that is at fault; none when the record is no object.
    pub field: Option<&'static str>,
    pub reason: String,
    pub raw: String,
}

#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    subject: Raw<'a>,
    #[serde(borrow, default)]
    number: Raw<'a>,
    #[serde(borrow, default)]
    description: Raw<'a>,
    #[serde(borrow, default)]
    starts_at: Raw<'a>,
    #[serde(borrow, default)]
    ends_at: Raw<'a>,
    #[serde(borrow, default)]
    state: Raw<'a>,
    #[serde(borrow, default)]
    state_name: Raw<'a>,
    #[serde(borrow, default)]
    status: Raw<'a>,
    #[serde(borrow, default)]
    status_name: Raw<'a>,
    #[serde(borrow, default)]
    created_at: Raw<'a>,
    #[serde(borrow, default)]
    updated_at: Raw<'a>,
    #[serde(borrow, default)]
    venue: Raw<'a>,
    #[serde(borrow, default)]
    venue_name: Raw<'a>,
    #[serde(borrow, default)]
    member: Raw<'a>,
    #[serde(borrow, default)]
    member_id: Raw<'a>,
    #[serde(borrow, default)]
    organisation_id: Raw<'a>,
    #[serde(borrow, default)]
    organisation_name: Raw<'a>,
    #[serde(borrow, default)]
    owner: Raw<'a>,
    #[serde(borrow, default)]
    owned_by: Raw<'a>,
    #[serde(borrow, default)]
    owner_id: Raw<'a>,
    #[serde(borrow, default)]
    owner_name: Raw<'a>,
    #[serde(borrow, default)]
    charge_total: Raw<'a>,
    #[serde(borrow, default)]
    charge_including_tax_total: Raw<'a>,
    #[serde(borrow, default)]
    total_value: Raw<'a>,
    #[serde(borrow, default)]
    provisional_cost_total: Raw<'a>,
    #[serde(borrow, default)]
    predicted_cost_total: Raw<'a>,
    #[serde(borrow, default)]
    actual_cost_total: Raw<'a>,
}

#[derive(Deserialize)]
struct OnlyId<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    name: Raw<'a>,
}

type Fault = (&'static str, &'static str);

impl Record {
    /// Reads one record. What cannot be read names its field; nothing is left out in silence.
    pub fn read(raw: &RawValue) -> Result<Record, Unreadable> {
        let raw = raw.get();
        let unreadable = |id, field, reason: String| Unreadable { id, field, reason, raw: raw.to_owned() };
        // serde would take an array for the struct too, by position.
        if !raw.trim_start().starts_with('{') {
            return Err(unreadable(None, None, "is no object".into()));
        }
        let mended = scalar::mend_surrogates(raw);
        // Whatever is wrong with the rest: a record whose id is known can be asked for again.
        let known = || id_of(&mended);
        if scalar::is_deeper_than(MAX_DEPTH, raw) {
            return Err(unreadable(known(), None, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let keys: Keys<'_> = serde_json::from_str(&mended)
            .map_err(|error| unreadable(known(), None, format!("is no object that can be read: {error}")))?;
        let id = match scalar::integer(keys.id) {
            Ok(Some(id)) => id,
            Ok(None) => return Err(unreadable(None, Some("id"), "id is missing".into())),
            Err(reason) => return Err(unreadable(None, Some("id"), format!("id {reason}"))),
        };
        map(id, &keys, raw).map_err(|(field, reason)| unreadable(Some(id), Some(field), format!("{field} {reason}")))
    }
}

/// The id of a record that may be unreadable otherwise.
pub(crate) fn id_of(raw: &str) -> Option<i64> {
    serde_json::from_str::<OnlyId<'_>>(raw).ok().and_then(|keys| scalar::integer(keys.id).ok().flatten())
}

fn map(id: i64, keys: &Keys<'_>, raw: &str) -> Result<Record, Fault> {
    let text = |field, value| scalar::text(value).map_err(|reason| (field, reason));
    let integer = |field, value| scalar::integer(value).map_err(|reason| (field, reason));
    let small = |field, value| scalar::small_integer(value).map_err(|reason| (field, reason));
    let instant = |field, value| scalar::instant(value).map_err(|reason| (field, reason));
    let money = |field, value| scalar::money(value).map_err(|reason| (field, reason));

    let subject = text("subject", keys.subject)?;
    let number = text("number", keys.number)?;
    let spoken = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    Ok(Record {
        id,
        name: spoken(&subject).or_else(|| spoken(&number)).unwrap_or_else(|| format!("Opportunity {id}")),
        subject,
        description: text("description", keys.description)?,
        starts_at: instant("starts_at", keys.starts_at)?,
        ends_at: instant("ends_at", keys.ends_at)?,
        opportunity_status: text("status_name", keys.status_name)?.or(text("state_name", keys.state_name)?),
        state: small("state", keys.state)?,
        status: small("status", keys.status)?,
        created_at_rms: instant("created_at", keys.created_at)?,
        updated_at_rms: instant("updated_at", keys.updated_at)?,
        venue_name: name_of("venue.name", keys.venue)?.or(text("venue_name", keys.venue_name)?),
        organisation_id: integer("member_id", keys.member_id)?.or(integer("organisation_id", keys.organisation_id)?),
        organisation_name: name_of("member.name", keys.member)?.or(text("organisation_name", keys.organisation_name)?),
        owner_id: integer("owned_by", keys.owned_by)?.or(integer("owner_id", keys.owner_id)?),
        owner_name: name_of("owner.name", keys.owner)?.or(text("owner_name", keys.owner_name)?),
        charge_total: money("charge_total", keys.charge_total)?,
        total_value: money("charge_including_tax_total", keys.charge_including_tax_total)?
            .or(money("total_value", keys.total_value)?),
        provisional_cost_total: money("provisional_cost_total", keys.provisional_cost_total)?,
        predicted_cost_total: money("predicted_cost_total", keys.predicted_cost_total)?,
        actual_cost_total: money("actual_cost_total", keys.actual_cost_total)?,
        raw: raw.to_owned(),
        digest: Sha256::digest(raw.as_bytes()).into(),
    })
}

/// The `name` of an embedded member; what is no object has none.
fn name_of(field: &'static str, raw: Raw<'_>) -> Result<Option<String>, Fault> {
    match raw.map(|raw| serde_json::from_str::<Named<'_>>(raw.get())) {
        Some(Ok(named)) => scalar::text(named.name).map_err(|reason| (field, reason)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Record, Unreadable> {
        Record::read(&serde_json::from_str::<Box<RawValue>>(json).unwrap())
    }

    #[test]
    fn a_record_is_mapped_and_kept_byte_for_byte() {
        let json = r#"{ "id":7,"subject":"Gala","starts_at":"2026-07-03T06:00:00.000Z","state":3,"status":20,"status_name":"Active",
            "member_id":410,"member":{"name":"Northlight"},"owned_by":1,"owner":{"name":"A"},"charge_total":"4820.5","x":1e400}"#;
        let record = read(json).unwrap();
        assert_eq!((record.id, record.name.as_str(), record.status), (7, "Gala", Some(20)));
        assert_eq!(record.organisation_name.as_deref(), Some("Northlight"));
        assert_eq!(record.charge_total, Some(Money::from_minor(482_050)));
        assert_eq!(record.raw, json);
    }

    #[test]
    fn a_name_is_never_empty() {
        assert_eq!(read(r#"{"id":7,"subject":null,"number":"0007"}"#).unwrap().name, "0007");
        assert_eq!(read(r#"{"id":7,"subject":" "}"#).unwrap().name, "Opportunity 7");
    }

    #[test]
    fn zero_and_empty_are_not_null() {
        let record = read(r#"{"id":7,"subject":"","charge_total":0,"status":0}"#).unwrap();
        assert_eq!(
            (record.subject.as_deref(), record.charge_total, record.status),
            (Some(""), Some(Money::default()), Some(0))
        );
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let fault = |json: &str| read(json).map_err(|e| (e.id, e.field)).unwrap_err();
        assert_eq!(fault(r#"{"id":7,"charge_total":"abc"}"#), (Some(7), Some("charge_total")));
        assert_eq!(fault(r#"{"id":7,"starts_at":"tomorrow"}"#), (Some(7), Some("starts_at")));
        assert_eq!(fault(r#"{"id":"seven"}"#), (None, Some("id")));
        assert_eq!(fault(r#"{"subject":"x"}"#), (None, Some("id")));
        assert_eq!(fault("[]"), (None, None));
        assert_eq!(fault(&format!("{{\"id\":7,\"x\":{}1{}}}", "[".repeat(70), "]".repeat(70))), (Some(7), None));
        assert_eq!(fault(r#"{"id":7,"subject":"a","subject":"b"}"#), (Some(7), None));
    }

    #[test]
    fn odd_but_legal_json_is_taken() {
        let record =
            read(r#"{"id":7,"subject":"a\u0000b \ud800","venue":[],"member":null,"\udfff":9007199254740993}"#).unwrap();
        assert_eq!(record.subject.as_deref(), Some("a\u{fffd}b \u{fffd}"));
        assert!(record.raw.contains(r"\ud800"));
    }
}
