//! What happened to an event: its deliveries, first to last, and how its follow-up went.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::dashboard::Tone;
use crate::inbox::EventState;
use crate::inbox::events::{DeliveryRow, EventRow};
use crate::jobs::Rows;
use crate::money::grouped;
use crate::opportunities::{Cell, Head};

const HEADS: [&str; 5] = ["When", "What", "Endpoint", "Took", "Remark"];

pub(super) fn timeline(event: &EventRow, deliveries: &[DeliveryRow], zone: Tz) -> Rows {
    let head = |label: &str| Head { number: label == "Took", ..Head::fixed(label) };
    let mut rows: Vec<Vec<Cell>> = deliveries.iter().map(|delivery| delivered(delivery, zone)).collect();
    if event.replay_of.is_some() {
        let remark = "from the bytes that are kept".into();
        rows.push(line(Some(event.timestamp), ("Replayed", Tone::Info), "—", None, remark, zone));
    }
    rows.push(followed_up(event, deliveries, zone));
    Rows { heads: HEADS.map(head).into(), rows }
}

fn delivered(delivery: &DeliveryRow, zone: Tz) -> Vec<Cell> {
    let what = match (delivery.success, delivery.duplicate) {
        (false, _) => ("Failed", Tone::Bad),
        (true, false) => ("Delivered", Tone::Ok),
        (true, true) => ("Delivered again", Tone::Info),
    };
    let remark = delivery.error.clone().unwrap_or_else(|| match delivery.duplicate {
        false => "kept before it was answered".into(),
        true => "the same as before: nothing followed from it".into(),
    });
    line(Some(delivery.at), what, &delivery.endpoint, delivery.processing_time_ms.map(i64::from), remark, zone)
}

fn followed_up(event: &EventRow, deliveries: &[DeliveryRow], zone: Tz) -> Vec<Cell> {
    let reason = |otherwise: &str| event.error.clone().unwrap_or_else(|| otherwise.into());
    let tries = match event.attempts {
        0 => None,
        1 => Some("after 1 try".to_owned()),
        tries => Some(format!("after {tries} tries")),
    };
    let state = EventState::parse(&event.state);
    let (what, remark) = match state {
        Some(EventState::Received) => {
            let tried = tries.map(|tries| format!("{tries}: {}", reason("it did not work yet")));
            (("Follow-up waits", Tone::Warn), tried.unwrap_or_else(|| "a job reads the opportunity back".into()))
        }
        Some(EventState::Processed) => {
            let read = "the opportunity was read back";
            (
                ("Followed up", Tone::Ok),
                tries.filter(|_| event.attempts > 1).map_or_else(|| read.into(), |tries| format!("{read}, {tries}")),
            )
        }
        Some(EventState::Dead) => {
            let tries = tries.map_or_else(String::new, |tries| format!("{tries}: "));
            (("Given up", Tone::Bad), tries + &reason("no reason is known"))
        }
        Some(EventState::Quarantined) => (("Set aside", Tone::Bad), reason("it could not be understood")),
        Some(EventState::Ignored) | None => (("Nothing follows", Tone::Info), reason("it is of no concern here")),
    };
    // From the first delivery, or from the replay, to the end.
    let first = deliveries.iter().find_map(|delivery| delivery.follow_up_ms).map(i64::from);
    let took = event.settled_at.map(|at| first.unwrap_or_else(|| (at - event.timestamp).num_milliseconds()));
    let took = took.filter(|_| matches!(state, Some(EventState::Processed | EventState::Dead)));
    line(event.settled_at, what, "—", took, remark, zone)
}

fn line(
    at: Option<DateTime<Utc>>,
    (what, tone): (&str, Tone),
    endpoint: &str,
    took: Option<i64>,
    remark: String,
    zone: Tz,
) -> Vec<Cell> {
    let took = took.map_or_else(|| "—".into(), |ms| format!("{} ms", grouped(ms.unsigned_abs())));
    vec![
        Cell::text(at.map_or_else(|| "—".into(), |at| exact(at, zone))),
        Cell { tone: Some(tone), ..Cell::text(what) },
        Cell::text(endpoint),
        Cell { number: true, ..Cell::text(took) },
        Cell { wrap: true, ..Cell::text(remark) },
    ]
}

/// To the millisecond.
pub(super) fn exact(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn event(state: &str) -> EventRow {
        EventRow {
            id: "evt_7_1".into(),
            timestamp: at("2026-11-21T11:00:00.100Z"),
            provider: "current-rms".into(),
            opportunity_id: Some(7),
            opportunity_name: None,
            customer_name: None,
            user_name: None,
            action_type: None,
            previous_status: None,
            new_status: None,
            state: state.into(),
            error: None,
            attempts: 1,
            settled_at: Some(at("2026-11-21T11:00:01.350Z")),
            replay_of: None,
            is_test: false,
            bytes: None,
        }
    }

    fn delivery(duplicate: bool, follow_up_ms: Option<i32>) -> DeliveryRow {
        DeliveryRow {
            id: 1,
            at: at("2026-11-21T11:00:00.103Z"),
            endpoint_id: 1,
            endpoint: "Current RMS".into(),
            duplicate,
            success: true,
            error: None,
            processing_time_ms: Some(3),
            follow_up_ms,
        }
    }

    fn told(rows: &Rows) -> Vec<String> {
        let texts = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("|");
        rows.rows.iter().map(texts).collect()
    }

    #[test]
    fn each_delivery_and_the_end_of_the_follow_up_have_their_time() {
        let rows =
            timeline(&event("processed"), &[delivery(false, Some(1250)), delivery(true, None)], Tz::Europe__Berlin);
        assert_eq!(
            told(&rows),
            [
                "2026-11-21 12:00:00.103|Delivered|Current RMS|3 ms|kept before it was answered",
                "2026-11-21 12:00:00.103|Delivered again|Current RMS|3 ms|the same as before: nothing followed from it",
                "2026-11-21 12:00:01.350|Followed up|—|1,250 ms|the opportunity was read back",
            ]
        );
    }

    #[test]
    fn a_replay_counts_from_itself_and_a_dead_event_says_why() {
        let replay = EventRow {
            replay_of: Some("evt_1_1".into()),
            error: Some("no route".into()),
            attempts: 5,
            ..event("dead")
        };
        assert_eq!(
            told(&timeline(&replay, &[], Tz::UTC)),
            [
                "2026-11-21 11:00:00.100|Replayed|—|—|from the bytes that are kept",
                "2026-11-21 11:00:01.350|Given up|—|1,250 ms|after 5 tries: no route",
            ]
        );
        let waits = EventRow { attempts: 0, settled_at: None, ..event("received") };
        assert_eq!(told(&timeline(&waits, &[], Tz::UTC)), ["—|Follow-up waits|—|—|a job reads the opportunity back"]);
    }
}
