//! A row's values as people read them, in the tenant's zone.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use super::{OpportunityRow, State, Status};
use crate::dashboard::Tone;
use crate::money::{Money, grouped};

/// "48,200.50"; a dash for an amount that the source does not give.
pub fn money(amount: Option<Money>) -> String {
    let Some(amount) = amount else { return "—".into() };
    let minor = amount.minor().unsigned_abs();
    let sign = if amount.minor() < 0 { "−" } else { "" };
    format!("{sign}{}.{:02}", grouped(minor / 100), minor % 100)
}

/// "3 Jul 2026 – 6 Jul 2026", with a year only where it is told apart by one.
pub fn span(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>, zone: Tz) -> String {
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    match (from.map(day), to.map(day)) {
        (None, None) => "no dates".into(),
        (Some(only), None) => only.format("%-d %b %Y").to_string(),
        (None, Some(end)) => format!("until {}", end.format("%-d %b %Y")),
        (Some(start), Some(end)) if start == end => start.format("%-d %b %Y").to_string(),
        (Some(start), Some(end)) if start.year() == end.year() => {
            format!("{} – {}", start.format("%-d %b"), end.format("%-d %b %Y"))
        }
        (Some(start), Some(end)) => format!("{} – {}", start.format("%-d %b %Y"), end.format("%-d %b %Y")),
    }
}

/// "2026-07-03 14:05", so that it also sorts; a dash for never.
pub fn stamp(at: Option<DateTime<Utc>>, zone: Tz) -> String {
    at.map_or_else(|| "—".into(), |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
}

/// "Order · Active": our word for the state, the source's for the status.
pub fn status_words(row: &OpportunityRow) -> String {
    let state = row
        .state
        .map(|code| State::from_code(code).map_or_else(|| format!("State {code}"), |state| state.word().into()));
    let status = row.opportunity_status.clone().or_else(|| {
        row.status
            .map(|code| Status::from_code(code).map_or_else(|| format!("Status {code}"), |status| status.word().into()))
    });
    let words: Vec<String> = [state, status].into_iter().flatten().collect();
    if words.is_empty() { "—".into() } else { words.join(" · ") }
}

/// What the badge of a status repeats in colour.
pub fn status_tone(row: &OpportunityRow) -> Tone {
    match (row.state.and_then(State::from_code), row.status.and_then(Status::from_code)) {
        _ if row.deleted_at.is_some() => Tone::Bad,
        (_, Some(status)) if status.is_off() => Tone::Bad,
        (Some(State::Order), _) => Tone::Ok,
        (Some(State::Quotation), Some(Status::Provisional | Status::Reserved | Status::Active | Status::Completed)) => {
            Tone::Info
        }
        _ => Tone::Warn,
    }
}

/// "starts_at" → "Starts at".
pub fn field_words(key: &str) -> String {
    let text = key.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// At most so many letters of a text, on one line.
pub fn brief(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// What a kind of change is called, and the tone of its badge.
pub fn change_words(kind: &str) -> (&'static str, Tone) {
    match kind {
        "created" => ("Added", Tone::Ok),
        "deleted" => ("Deleted", Tone::Bad),
        "restored" => ("Restored", Tone::Warn),
        _ => ("Updated", Tone::Info),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_names_each_day_once_in_the_zone() {
        let at = |text: &str| Some(text.parse().unwrap());
        let zone = Tz::America__New_York;
        assert_eq!(span(at("2026-07-04T02:00:00Z"), at("2026-07-04T03:59:00Z"), zone), "3 Jul 2026");
        assert_eq!(span(at("2026-07-04T12:00:00Z"), at("2026-07-06T12:00:00Z"), zone), "4 Jul – 6 Jul 2026");
        assert_eq!(span(at("2026-12-31T12:00:00Z"), at("2027-01-02T12:00:00Z"), zone), "31 Dec 2026 – 2 Jan 2027");
        assert_eq!(
            (span(None, None, zone), span(None, at("2026-01-02T12:00:00Z"), zone)),
            ("no dates".into(), "until 2 Jan 2026".into())
        );
    }

    #[test]
    fn amounts_are_exact() {
        let told = |text: &str| money(Some(Money::parse(text).unwrap()));
        assert_eq!((told("123904.4"), told("-0.05"), money(None)), ("123,904.40".into(), "−0.05".into(), "—".into()));
    }
}
