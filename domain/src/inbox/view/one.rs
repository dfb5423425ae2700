//! One event ready to be shown.

use chrono_tz::Tz;

use super::payload::Payload;
use super::timeline::{exact, timeline};
use super::{MOST_LETTERS, OPPORTUNITY, PATH, action_words, state_words, status_words};
use crate::calendar::zone_or_utc;
use crate::dashboard::Tone;
use crate::db::{QueryError, TenantTx};
use crate::identity::{Caller, Permission};
use crate::inbox::events::{self, EventRow, Replay};
use crate::inbox::{EventState, Provider};
use crate::jobs::Rows;
use crate::money::grouped;
use crate::opportunities::Cell;
use crate::opportunities::words::brief;

/// Replays of an event that its page names.
const MOST_REPLAYS: i64 = 20;

/// A name and what it stands for: texts, some of them links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFact {
    pub label: &'static str,
    pub said: Vec<Cell>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    pub id: String,
    /// What was done: "Mark as lost".
    pub title: String,
    pub state: String,
    pub tone: Tone,
    pub facts: Vec<EventFact>,
    pub timeline: Rows,
    /// None where the role does not show it, or where no bytes are kept.
    pub payload: Option<Payload>,
    /// Whether the role shows what was posted.
    pub may_read: bool,
    /// Where the bytes are, and how many.
    pub raw: Option<(String, String)>,
    /// Where the form of a replay posts to.
    pub replay: Option<String>,
    /// What came of it, for who has just replayed another event as this one.
    pub outcome: Option<(Tone, String)>,
    /// Whether its follow-up is still to come.
    pub waits: bool,
}

impl EventView {
    /// Reads an event; none for an unknown one.
    pub async fn read(tx: &mut TenantTx, id: &str, caller: &Caller) -> Result<Option<EventView>, QueryError> {
        let Some(row) = events::find(tx, id).await? else { return Ok(None) };
        let may_read = caller.may(Permission::ReadPayloads);
        let row = if may_read { row } else { row.without_people() };
        let deliveries = events::deliveries(tx, id).await?;
        let replays = events::replays(tx, &row.id, MOST_REPLAYS).await?;
        let bytes = if may_read { events::raw(tx, id).await?.flatten() } else { None };
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let (state, tone) = state_words(&row.state);
        let href = format!("{PATH}/{}", row.id);
        Ok(Some(EventView {
            title: row.action_type.as_deref().map_or_else(|| "Event".into(), action_words),
            state,
            tone,
            facts: facts(&row, &replays, zone),
            timeline: timeline(&row, &deliveries, zone),
            raw: bytes.as_ref().map(|bytes| (format!("/api{href}/raw"), size(bytes.len()))),
            payload: bytes.as_deref().map(Payload::of),
            may_read,
            replay: (caller.may(Permission::Replay) && row.bytes.is_some()).then(|| format!("{href}/replay")),
            outcome: row.replay_of.is_some().then(|| outcome(&row)),
            waits: row.state == EventState::Received.as_str(),
            id: row.id,
        }))
    }
}

fn size(bytes: usize) -> String {
    format!("{} {}", grouped(bytes as u64), if bytes == 1 { "byte" } else { "bytes" })
}

fn facts(row: &EventRow, replays: &[Replay], zone: Tz) -> Vec<EventFact> {
    let text = |text: &Option<String>| text.as_ref().map(|text| vec![Cell::text(brief(text, MOST_LETTERS * 2))]);
    let link = |text: String, path: &str, id: &str| Cell::link(text, Some(format!("{path}/{id}")));
    let opportunity = match (row.opportunity_id, &row.opportunity_name) {
        (Some(id), Some(name)) => {
            vec![Cell { note: Some(id.to_string()), ..link(brief(name, MOST_LETTERS), OPPORTUNITY, &id.to_string()) }]
        }
        (Some(id), None) => vec![link(id.to_string(), OPPORTUNITY, &id.to_string())],
        (None, name) => text(name).unwrap_or_default(),
    };
    let replay = |(id, at, state): &Replay| link(format!("{} {}", exact(*at, zone), state_words(state).0), PATH, id);
    let statuses = row.previous_status.is_some() || row.new_status.is_some();
    let status = status_words(row.previous_status.as_deref(), row.new_status.as_deref());
    let provider =
        Provider::parse(&row.provider).map_or_else(|| row.provider.clone(), |provider| provider.word().into());
    let facts = [
        ("When", Some(vec![Cell::text(exact(row.timestamp, zone))])),
        ("Action", text(&row.action_type)),
        ("Opportunity", Some(opportunity).filter(|said| !said.is_empty())),
        ("Customer", text(&row.customer_name)),
        ("Who", text(&row.user_name)),
        ("Status", statuses.then(|| vec![Cell::text(status)])),
        ("Error", text(&row.error)),
        ("Tries", Some(vec![Cell::text(row.attempts.to_string())])),
        ("From", Some(vec![Cell::text(provider)])),
        ("Event", Some(vec![Cell::text(row.id.clone())])),
        ("Replay of", row.replay_of.as_ref().map(|id| vec![link(id.clone(), PATH, id)])),
        ("Replays", (!replays.is_empty()).then(|| replays.iter().map(replay).collect())),
        ("Test", row.is_test.then(|| vec![Cell::text("Yes: no number of health counts it")])),
    ];
    facts.into_iter().filter_map(|(label, said)| Some(EventFact { label, said: said? })).collect()
}

fn outcome(row: &EventRow) -> (Tone, String) {
    let why = |words: &str| match &row.error {
        Some(error) => format!("{words}: {}", brief(error, MOST_LETTERS)),
        None => words.into(),
    };
    match EventState::parse(&row.state) {
        Some(EventState::Processed) => {
            (Tone::Ok, "Replayed, and followed up: the mirror has what the source says.".into())
        }
        Some(EventState::Received) => (Tone::Info, "Replayed. Its follow-up is still to come.".into()),
        Some(EventState::Ignored) | None => (Tone::Info, why("Replayed. Nothing follows from it")),
        Some(EventState::Quarantined) => (Tone::Bad, why("Replayed, and not understood this time either")),
        Some(EventState::Dead) => (Tone::Bad, why("Replayed, and its follow-up failed")),
    }
}
