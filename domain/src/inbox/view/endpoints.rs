//! The endpoints of a tenant, each with its health, ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::calendar::{ago, zone_or_utc};
use crate::dashboard::Tone;
use crate::dashboard::bars::{self, Layer};
use crate::db::QueryError;
use crate::identity::Caller;
use crate::inbox::endpoint::{self, EndpointRow};
use crate::inbox::health::{self, EndpointHealth, HealthHour, HealthState};
use crate::inbox::registration::reach;
use crate::inbox::{Provider, keeping};
use crate::money::grouped;
use crate::services::Services;

/// The screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointsView {
    /// Those that work first.
    pub endpoints: Vec<EndpointLine>,
    /// Why no provider can reach this host, in a sentence.
    pub out_of_reach: Option<String>,
    /// Days for which each provider's bytes are kept; none: for ever.
    pub keep_days: Vec<(Provider, Option<i32>)>,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointLine {
    pub id: i64,
    pub label: String,
    pub provider: String,
    pub state: &'static str,
    pub tone: Tone,
    /// What its last day was like: a name and a figure each.
    pub figures: Vec<(&'static str, String)>,
    /// Its last day hour by hour; none without a delivery.
    pub hours: Option<Hours>,
    /// "2 addresses work" and the like.
    pub facts: Vec<String>,
    pub works: bool,
    /// Whether a test delivery can be made up for its provider.
    pub may_test: bool,
    /// Addresses that work.
    pub addresses: i64,
}

/// Deliveries by hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// An SVG of ours; its labels are hours and counts.
    pub bars: String,
    /// Hour, good, failed; the newest first, those without a delivery left out.
    pub lines: Vec<(String, String, String)>,
}

impl EndpointsView {
    pub async fn read(services: &Services, caller: &Caller, now: DateTime<Utc>) -> Result<EndpointsView, QueryError> {
        let mut tx = services.db.tenant_tx(&caller.actor()).await?;
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let healths = health::read(&mut tx, now).await?;
        let of = |row: &EndpointRow| healths.iter().find(|health| health.id == row.id);
        let rows = endpoint::rows(&mut tx).await?;
        let hours = health::hours(&mut tx, now).await?;
        let days = keeping::days(&mut tx).await?;
        Ok(EndpointsView {
            endpoints: rows
                .iter()
                .map(|row| EndpointLine { hours: by_hour(row.id, &hours, now, zone), ..line(row, of(row), now, zone) })
                .collect(),
            out_of_reach: reach(services.public_url.as_deref()).err(),
            keep_days: Provider::ALL.map(|provider| (provider, days.get(provider.as_str()).copied().flatten())).into(),
        })
    }
}

fn line(row: &EndpointRow, health: Option<&EndpointHealth>, now: DateTime<Utc>, zone: Tz) -> EndpointLine {
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).format("%-d %b %Y").to_string();
    let works = row.revoked_at.is_none();
    let (state, tone) = match health.map(|health| health.state) {
        _ if !works => ("Revoked", Tone::Info),
        Some(HealthState::Healthy) => ("Healthy", Tone::Ok),
        Some(HealthState::Unhealthy) => ("Unhealthy", Tone::Bad),
        Some(HealthState::Silent) | None => ("Silent", Tone::Warn),
    };
    let addresses = match row.live_tokens {
        1 => "1 address works".to_owned(),
        count => format!("{count} addresses work"),
    };
    let silent = match row.silent_after_minutes {
        Some(1) => "silent after 1 minute".to_owned(),
        Some(minutes) => format!("silent after {minutes} minutes"),
        None => "silent after a day".into(),
    };
    let ended = row.revoked_at.map(|at| format!("revoked on {}", day(at)));
    let now_facts = works.then_some([addresses, silent]).into_iter().flatten();
    EndpointLine {
        id: row.id,
        label: row.label.clone(),
        provider: Provider::parse(&row.provider)
            .map_or_else(|| row.provider.clone(), |provider| provider.word().into()),
        state,
        tone,
        figures: health.map(|health| figures(health, now)).unwrap_or_default(),
        hours: None,
        facts: now_facts.chain([format!("made on {}", day(row.created_at))]).chain(ended).collect(),
        works,
        may_test: works && row.provider == Provider::CurrentRms.as_str(),
        addresses: row.live_tokens,
    }
}

fn figures(health: &EndpointHealth, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let number = |count: i64| grouped(count.unsigned_abs());
    let ms = |ms: Option<i32>| ms.map_or_else(|| "—".into(), |ms| format!("{ms} ms"));
    vec![
        ("Good in 24 h", health.success_rate.as_ref().map_or_else(|| "—".into(), |rate| format!("{rate} %"))),
        ("Deliveries", number(health.total24h)),
        ("Failed", number(health.failed24h)),
        ("Kept within, p50", ms(health.p50_ms)),
        ("Kept within, p99", ms(health.p99_ms)),
        ("Last delivery", health.last_delivery_at.map_or_else(|| "never".into(), |at| ago(at, now))),
    ]
}

/// From the hour in which the day began to this one.
fn by_hour(endpoint: i64, all: &[HealthHour], now: DateTime<Utc>, zone: Tz) -> Option<Hours> {
    let its: Vec<&HealthHour> = all.iter().filter(|hour| hour.endpoint == endpoint).collect();
    if its.is_empty() {
        return None;
    }
    let this = now.timestamp().div_euclid(3600);
    let starts: Vec<DateTime<Utc>> =
        (this - 24..=this).filter_map(|hour| DateTime::from_timestamp(hour * 3600, 0)).collect();
    let count = |at: &DateTime<Utc>, pick: fn(&HealthHour) -> i64| {
        its.iter().find(|hour| hour.hour == *at).map_or(0.0, |hour| number(pick(hour)))
    };
    let values = |pick: fn(&HealthHour) -> i64| starts.iter().map(|at| count(at, pick)).collect();
    let layers = vec![
        Layer { name: "good", values: values(|hour| hour.total - hour.failed) },
        Layer { name: "failed", values: values(|hour| hour.failed) },
    ];
    let labels = starts.iter().map(|at| at.with_timezone(&zone).format("%H").to_string()).collect();
    let line = |hour: &&HealthHour| {
        let count = |count: i64| grouped(count.unsigned_abs());
        let at = hour.hour.with_timezone(&zone).format("%-d %b, %H:%M").to_string();
        (at, count(hour.total - hour.failed), count(hour.failed))
    };
    Some(Hours {
        bars: bars::svg(labels, layers, 650.0).unwrap_or_default(),
        lines: its.iter().rev().map(line).collect(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a drawing; the numbers are in the table")]
fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn row() -> EndpointRow {
        EndpointRow {
            id: 3,
            provider: "current-rms".into(),
            label: "Live".into(),
            silent_after_minutes: Some(30),
            created_at: at("2026-11-20T23:30:00Z"),
            revoked_at: None,
            live_tokens: 2,
        }
    }

    #[test]
    fn an_endpoint_tells_its_last_day_in_words_and_figures() {
        let health = EndpointHealth {
            id: 3,
            provider: "current-rms".into(),
            label: "Live".into(),
            total24h: 2000,
            failed24h: 110,
            success_rate: Some("94.50".into()),
            last_delivery_at: Some(at("2026-11-21T11:58:00Z")),
            p50_ms: Some(3),
            p99_ms: None,
            state: HealthState::Unhealthy,
        };
        let line = line(&row(), Some(&health), at("2026-11-21T12:00:00Z"), Tz::Europe__Berlin);
        assert_eq!((line.state, line.tone, line.works, line.may_test), ("Unhealthy", Tone::Bad, true, true));
        let figures: Vec<&str> = line.figures.iter().map(|(_, figure)| figure.as_str()).collect();
        assert_eq!(figures, ["94.50 %", "2,000", "110", "3 ms", "—", "2 min ago"]);
        assert_eq!(line.facts, ["2 addresses work", "silent after 30 minutes", "made on 21 Nov 2026"]);
    }

    #[test]
    fn a_revoked_one_has_no_health() {
        let revoked = EndpointRow { revoked_at: Some(at("2026-11-21T10:00:00Z")), live_tokens: 0, ..row() };
        let line = line(&revoked, None, at("2026-11-21T12:00:00Z"), Tz::UTC);
        assert_eq!((line.state, line.works, line.may_test, line.figures.len()), ("Revoked", false, false, 0));
        assert_eq!(line.facts, ["made on 20 Nov 2026", "revoked on 21 Nov 2026"]);
    }

    #[test]
    fn the_hours_of_a_day_are_drawn_and_told() {
        let hour = |endpoint, hour: &str, total, failed| HealthHour { endpoint, hour: at(hour), total, failed };
        let all = [
            hour(3, "2026-11-20T12:00:00Z", 1200, 0),
            hour(4, "2026-11-21T10:00:00Z", 9, 9),
            hour(3, "2026-11-21T12:00:00Z", 40, 3),
        ];
        let hours = by_hour(3, &all, at("2026-11-21T12:34:00Z"), Tz::Europe__Berlin).unwrap();
        let line = |hour: &str, good: &str, failed: &str| (hour.to_owned(), good.to_owned(), failed.to_owned());
        assert_eq!(hours.lines, [line("21 Nov, 13:00", "37", "3"), line("20 Nov, 13:00", "1,200", "0")]);
        assert!(hours.bars.starts_with("<svg") && !hours.bars.contains("NaN"), "{}", hours.bars);
        assert_eq!(by_hour(5, &all, at("2026-11-21T12:34:00Z"), Tz::UTC), None);
    }
}
