//! A delivery as it came in, what a look at it found, and what it is answered.

use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::envelope::Unreadable;
use super::{EventState, Provider};
use crate::hex::hex;
use crate::identity::TenantId;

/// Where a delivery came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    pub tenant: TenantId,
    pub endpoint: i64,
    pub provider: Provider,
    /// The endpoint's name among people.
    pub label: String,
}

/// A delivery with its body.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub door: Door,
    /// The last part of the address, where the provider's events have addresses of their own.
    pub event_name: Option<String>,
    pub body: Bytes,
    pub at: DateTime<Utc>,
    /// When its last byte was there.
    pub received: Instant,
    pub is_test: bool,
}

/// What a provider's reader found in a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The provider's own id of what happened; a delivery with the same one is the same.
    pub action_id: Option<String>,
    /// What kind of event it is, in the provider's words.
    pub event_type: String,
    pub action_type: Option<String>,
    pub opportunity_id: Option<i64>,
    pub opportunity_name: Option<String>,
    pub customer_name: Option<String>,
    pub user_id: Option<i64>,
    pub user_name: Option<String>,
    /// Why nothing follows from it; none: something does.
    pub ignored: Option<String>,
}

/// A delivery that has been looked at, ready to be kept.
#[derive(Debug, Clone)]
pub struct Looked {
    pub delivery: Delivery,
    pub envelope: Envelope,
    pub state: EventState,
    /// For who reads the event: why it was ignored or kept aside.
    pub reason: Option<String>,
    pub dedupe_key: String,
    pub event_id: String,
}

/// What a delivery is answered once it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub event_id: String,
    pub duplicate: bool,
    pub state: EventState,
    pub reason: Option<String>,
}

/// Where a body's key counts for a day only.
const BODY: &str = "body:";
const ACTION: &str = "action:";

impl Looked {
    /// Looks at a delivery as its provider writes.
    pub fn at(delivery: Delivery) -> Looked {
        let read = match delivery.door.provider {
            Provider::CurrentRms => super::current_rms::read(&delivery.body, delivery.event_name.as_deref()),
            Provider::EmailBison => super::envelope::read(&delivery.body).map(|_| Envelope {
                event_type: delivery.event_name.clone().unwrap_or_else(|| "unknown".into()),
                ignored: Some("nothing follows from Email Bison's events yet".into()),
                ..Envelope::default()
            }),
        };
        let (envelope, state, reason) = match read {
            Ok(envelope) => match envelope.ignored.clone() {
                Some(why) => (envelope, EventState::Ignored, Some(why)),
                None => (envelope, EventState::Received, None),
            },
            Err(why) => (
                Envelope { event_type: kind_of(&why).into(), ..Envelope::default() },
                EventState::Quarantined,
                Some(why.to_string()),
            ),
        };
        let hash = || hex(&Sha256::digest(&delivery.body));
        let (dedupe_key, name) = match &envelope.action_id {
            Some(id) => (format!("{ACTION}{id}"), id.clone()),
            None => {
                let hash = hash();
                (format!("{BODY}{hash}"), hash[..12].to_owned())
            }
        };
        let mut looked = Looked { delivery, envelope, state, reason, dedupe_key, event_id: String::new() };
        looked.name(&name);
        looked
    }

    fn name(&mut self, name: &str) {
        self.event_id = format!("evt_{name}_{}", self.delivery.at.timestamp_millis());
    }

    /// Another id for the event: two doors of a tenant met in a millisecond.
    pub(super) fn rename(&mut self) {
        self.delivery.at += chrono::Duration::milliseconds(1);
        let name = self.event_id.trim_start_matches("evt_").rsplit_once('_').map_or("", |(name, _)| name).to_owned();
        self.name(&name);
    }
}

fn kind_of(why: &Unreadable) -> &'static str {
    match why {
        Unreadable::NotUtf8 | Unreadable::NoJson(_) => "no_json",
        Unreadable::TooDeep => "too_deep",
        Unreadable::Shape(..) => "wrong_shape",
    }
}

/// An id of a provider's as a part of keys and names: as it is where it is short and plain, else its hash.
pub(super) fn plain_id(id: &str) -> String {
    let plain = id.len() <= 60 && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'));
    if plain { id.to_owned() } else { hex(&Sha256::digest(id))[..32].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(body: &str) -> Looked {
        let door = Door {
            tenant: TenantId(uuid::Uuid::nil()),
            endpoint: 1,
            provider: Provider::CurrentRms,
            label: "x".into(),
        };
        let at = "2026-11-21T10:00:00Z".parse().unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        Looked::at(Delivery { door, event_name: None, body, at, received: Instant::now(), is_test: false })
    }

    #[test]
    fn an_action_is_known_by_its_id_and_else_by_its_bytes() {
        let with = looked(r#"{"action": {"id": 77, "subject_id": 5, "action_type": "update"}}"#);
        assert_eq!((with.dedupe_key.as_str(), with.event_id.as_str()), ("action:77", "evt_77_1795255200000"));
        let without = looked(r#"{"action": {"subject_id": 5, "action_type": "update"}}"#);
        assert!(without.dedupe_key.starts_with("body:") && without.dedupe_key.len() == 69, "{}", without.dedupe_key);
        assert_eq!(without.event_id, format!("evt_{}_1795255200000", &without.dedupe_key[5..17]));
    }

    #[test]
    fn what_cannot_be_understood_is_kept_aside_with_its_reason() {
        let bad = looked("{");
        assert_eq!((bad.state, bad.envelope.event_type.as_str()), (EventState::Quarantined, "no_json"));
        assert!(bad.reason.unwrap().starts_with("the body is no JSON"));
    }

    #[test]
    fn another_name_keeps_the_id() {
        let mut looked = looked(r#"{"action": {"id": "a_b", "subject_id": 5, "action_type": "update"}}"#);
        looked.rename();
        assert_eq!(looked.event_id, "evt_a_b_1795255200001");
    }

    #[test]
    fn an_id_that_is_no_plain_word_becomes_a_hash() {
        assert_eq!(plain_id("1364"), "1364");
        assert_eq!(plain_id("a b").len(), 32);
        assert_eq!(plain_id(&"9".repeat(500)).len(), 32);
    }
}
