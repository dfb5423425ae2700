//! The proofs of the mirror: what the newest comparison says, the drift, the comparisons.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::RUNS;
use crate::calendar::moment;
use crate::dashboard::Tone;
use crate::dashboard::bars::{self, Layer};
use crate::db::{QueryError, TenantTx};
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::{Cell, Head};
use crate::reconciliation::mirror::{MirrorRun, MirrorStatus, store};

/// Runs in the drawing and in the table beside it.
const MOST_RUNS: i64 = 30;
/// Bars that the drawing has room for at least.
const LEAST_BARS: usize = 14;
/// Bars that a phone has room for.
const PHONE_BARS: usize = 6;
/// The proofs of the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofView {
    pub tone: Tone,
    /// "Proved equal at 03:00: 10,000 records."
    pub words: String,
    /// Whether a run is under way: then the browser reads the page again by itself.
    pub under_way: bool,
    pub may_run: bool,
    /// An SVG of ours; its labels are days; empty without a run.
    pub bars: String,
    /// The newest alone, for a narrow screen.
    pub newest: String,
    pub heads: Vec<Head>,
    pub runs: Vec<Vec<Cell>>,
}

impl ProofView {
    pub(super) async fn read(
        tx: &mut TenantTx,
        caller: &Caller,
        now: DateTime<Utc>,
        zone: Tz,
    ) -> Result<ProofView, QueryError> {
        let (runs, _) = store::recent(tx, 1, MOST_RUNS).await?;
        let under_way = runs.first().is_some_and(|run| run.status == MirrorStatus::Running);
        let compared: Vec<&MirrorRun> = runs.iter().filter(|run| run.status == MirrorStatus::Completed).collect();
        let last = compared.first().copied();
        let (tone, words) = standing(last, now, zone);
        let heads = ["Begun", "State", "Compared", "Altered", "Missing", "Gone", "Repaired"];
        let number = |label: &str| Head { number: !["Begun", "State"].contains(&label), ..Head::fixed(label) };
        Ok(ProofView {
            tone,
            words,
            under_way,
            may_run: caller.may(Permission::RunSync),
            bars: drift(&compared, zone, LEAST_BARS, 1130.0),
            newest: drift(&compared[..compared.len().min(PHONE_BARS)], zone, PHONE_BARS, 330.0),
            heads: heads.map(number).into(),
            runs: runs.iter().map(|run| run_line(run, now, zone)).collect(),
        })
    }
}

/// What the newest comparison that came to its end says of the mirror.
pub fn standing(last: Option<&MirrorRun>, now: DateTime<Utc>, zone: Tz) -> (Tone, String) {
    let Some(run) = last else {
        return (Tone::Info, "The mirror was not compared with Current RMS yet.".into());
    };
    let at = moment(run.completed_at.unwrap_or(run.started_at), now, zone);
    let found = i64::from(run.counts.all());
    let count = |n: i64, what: &str| format!("{} {what}{}", grouped(n.unsigned_abs()), if n == 1 { "" } else { "s" });
    match found {
        0 => (Tone::Ok, format!("Proved equal at {at}: {}.", count(run.checked, "record"))),
        _ if run.repaired >= found => {
            (Tone::Info, format!("{} differed at {at} and were repaired; not compared since.", count(found, "record")))
        }
        _ => (
            Tone::Warn,
            format!("{} of {} differed at {at}.", count(found - run.repaired, "record"), count(run.checked, "record")),
        ),
    }
}

/// Differences run by run, the newest at the right; a few are no thicker than `least`.
fn drift(runs: &[&MirrorRun], zone: Tz, least: usize, width: f32) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let empty = least.saturating_sub(runs.len());
    let oldest_first = || runs.iter().rev();
    let layer = |name, pick: fn(&MirrorRun) -> i32| Layer {
        name,
        values: std::iter::repeat_n(0.0, empty).chain(oldest_first().map(|run| f64::from(pick(run)))).collect(),
    };
    let day = |run: &&MirrorRun| run.started_at.with_timezone(&zone).format("%-d %b").to_string();
    let labels = std::iter::repeat_n(String::new(), empty).chain(oldest_first().map(day)).collect();
    let layers = vec![
        layer("altered", |run| run.counts.altered),
        layer("missing", |run| run.counts.missing),
        layer("gone", |run| run.counts.gone),
    ];
    bars::svg(labels, layers, width).unwrap_or_default()
}

pub(super) fn state(run: &MirrorRun) -> (&'static str, Tone) {
    match run.status {
        MirrorStatus::Running => ("Under way", Tone::Info),
        MirrorStatus::Failed => ("Failed", Tone::Bad),
        MirrorStatus::Completed if run.counts.all() == 0 => ("Equal", Tone::Ok),
        MirrorStatus::Completed => ("Differs", Tone::Warn),
    }
}

fn run_line(run: &MirrorRun, now: DateTime<Utc>, zone: Tz) -> Vec<Cell> {
    let number = |count: i64| Cell { number: true, ..Cell::text(grouped(count.unsigned_abs())) };
    let (word, tone) = state(run);
    let counts = run.counts;
    vec![
        Cell::link(moment(run.started_at, now, zone), Some(format!("{RUNS}/{}", run.id))),
        Cell { tone: Some(tone), ..Cell::text(word) },
        number(run.checked),
        number(counts.altered.into()),
        number(counts.missing.into()),
        number(counts.gone.into()),
        number(run.repaired),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconciliation::mirror::Counts;

    fn run(checked: i64, altered: i32, repaired: i64) -> MirrorRun {
        MirrorRun {
            id: 7,
            status: MirrorStatus::Completed,
            started_at: "2026-11-21T03:00:00Z".parse().unwrap(),
            completed_at: Some("2026-11-21T03:01:00Z".parse().unwrap()),
            checked,
            counts: Counts { altered, ..Counts::default() },
            repaired,
            code: None,
            error: None,
        }
    }

    #[test]
    fn it_says_what_was_proved_and_what_was_not() {
        let words = |run: Option<&MirrorRun>| standing(run, "2026-11-21T12:00:00Z".parse().unwrap(), Tz::UTC).1;
        assert_eq!(words(Some(&run(10_000, 0, 0))), "Proved equal at 03:01: 10,000 records.");
        assert_eq!(words(Some(&run(10_000, 15, 14))), "1 record of 10,000 records differed at 03:01.");
        assert_eq!(
            words(Some(&run(10_000, 15, 15))),
            "15 records differed at 03:01 and were repaired; not compared since."
        );
        assert_eq!(words(None), "The mirror was not compared with Current RMS yet.");
    }
}
