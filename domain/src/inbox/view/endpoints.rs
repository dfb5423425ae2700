//! The endpoints of a tenant, each with its health, ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::calendar::{ago, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::QueryError;
use crate::identity::Caller;
use crate::inbox::Provider;
use crate::inbox::endpoint::{self, EndpointRow};
use crate::inbox::health::{self, EndpointHealth, HealthState};
use crate::inbox::registration::reach;
use crate::money::grouped;
use crate::services::Services;

/// The screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointsView {
    /// Those that work first.
    pub endpoints: Vec<EndpointLine>,
    /// Why no provider can reach this host, in a sentence.
    pub out_of_reach: Option<String>,
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
    /// "2 addresses work" and the like.
    pub facts: Vec<String>,
    pub works: bool,
    /// Whether a test delivery can be made up for its provider.
    pub may_test: bool,
    /// Addresses that work.
    pub addresses: i64,
}

impl EndpointsView {
    pub async fn read(services: &Services, caller: &Caller, now: DateTime<Utc>) -> Result<EndpointsView, QueryError> {
        let mut tx = services.db.tenant_tx(&caller.actor()).await?;
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let healths = health::read(&mut tx, now).await?;
        let of = |row: &EndpointRow| healths.iter().find(|health| health.id == row.id);
        let rows = endpoint::rows(&mut tx).await?;
        Ok(EndpointsView {
            endpoints: rows.iter().map(|row| line(row, of(row), now, zone)).collect(),
            out_of_reach: reach(services.public_url.as_deref()).err(),
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
}
