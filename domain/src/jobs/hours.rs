//! The last 24 hours of a tenant's jobs: how many ended, and how long they had waited.

use std::fmt::Write;

use chrono::{DateTime, Duration, Timelike, Utc};
use chrono_tz::Tz;

use super::view::HoursView;
use crate::dashboard::bars::{self, Layer};
use crate::db::{QueryError, TenantTx};
use crate::money::grouped;

const HOURS: usize = 24;

/// What ended in one hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hour {
    pub completed: i64,
    pub failed: i64,
    /// Of all that ended, from the time a job was due to the start of its last attempt.
    pub wait_ms: i64,
    pub longest_wait_ms: i64,
}

impl Hour {
    pub fn ended(&self) -> i64 {
        self.completed + self.failed
    }

    /// Of one job; 0 where none ended.
    pub fn mean_wait_ms(&self) -> i64 {
        self.wait_ms.checked_div(self.ended()).unwrap_or(0)
    }

    fn and(self, other: &Hour) -> Hour {
        Hour {
            completed: self.completed + other.completed,
            failed: self.failed + other.failed,
            wait_ms: self.wait_ms + other.wait_ms,
            longest_wait_ms: self.longest_wait_ms.max(other.longest_wait_ms),
        }
    }
}

/// The hours of the tenant's clock, this one last.
#[derive(Debug, Clone)]
pub struct Hours {
    pub first: DateTime<Utc>,
    pub hours: Vec<Hour>,
}

/// When the first of the hours began. Zones differ from UTC by quarters of an hour, so the minutes are those of the zone.
fn first(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let into = i64::from(now.with_timezone(&zone).minute()) * 60 + i64::from(now.second());
    let this = now - Duration::seconds(into) - Duration::nanoseconds(now.timestamp_subsec_nanos().into());
    this - Duration::hours(i64::try_from(HOURS).unwrap_or(0) - 1)
}

impl Hours {
    pub async fn read(tx: &mut TenantTx, now: DateTime<Utc>, zone: Tz) -> Result<Hours, QueryError> {
        let (tenant, first) = (tx.tenant(), first(now, zone));
        let rows = sqlx::query!(
            r#"select floor(extract(epoch from minute - $2) / 3600)::int as "hour!", sum(completed) as "completed!",
                sum(failed) as "failed!", sum(wait_ms)::bigint as "wait_ms!", max(longest_wait_ms) as "longest_wait_ms!"
             from job_minutes where tenant_id = $1 and minute >= $2 group by 1"#,
            tenant,
            first
        )
        .fetch_all(tx.connection())
        .await?;
        let mut hours = vec![Hour::default(); HOURS];
        for row in rows {
            // A minute ahead of this clock belongs to the last hour.
            let at = usize::try_from(row.hour).unwrap_or(0).min(HOURS - 1);
            let hour = Hour {
                completed: row.completed,
                failed: row.failed,
                wait_ms: row.wait_ms,
                longest_wait_ms: row.longest_wait_ms,
            };
            hours[at] = hours[at].and(&hour);
        }
        Ok(Hours { first, hours })
    }

    pub fn all(&self) -> Hour {
        self.hours.iter().fold(Hour::default(), Hour::and)
    }

    /// What ended, and the waits.
    pub fn charts(&self, zone: Tz) -> Vec<HoursView> {
        vec![self.throughput(zone), self.waits(zone)]
    }

    fn throughput(&self, zone: Tz) -> HoursView {
        let layer = |name, pick: fn(&Hour) -> i64| Layer { name, values: self.values(|hour| number(pick(hour))) };
        let layers = vec![layer("completed", |hour| hour.completed), layer("failed", |hour| hour.failed)];
        HoursView {
            title: "Throughput".into(),
            basis: "jobs that ended, by hour".into(),
            keys: vec!["completed".into(), "failed".into()],
            bars: bars::svg(self.labels(zone), layers, 550.0).unwrap_or_default(),
            lines: self.lines(zone, |hour| [count(hour.completed), count(hour.failed)]),
        }
    }

    fn waits(&self, zone: Tz) -> HoursView {
        let (unit, ms) = unit(self.all().longest_wait_ms);
        let layers = vec![
            Layer { name: "mean", values: self.values(|hour| number(hour.mean_wait_ms()) / ms) },
            Layer {
                name: "longest",
                values: self.values(|hour| number(hour.longest_wait_ms - hour.mean_wait_ms()) / ms),
            },
        ];
        HoursView {
            title: "Wait".into(),
            basis: format!("{unit} from when a job was due to its start, by hour"),
            keys: vec!["mean".into(), "longest".into()],
            bars: bars::svg(self.labels(zone), layers, 550.0).unwrap_or_default(),
            lines: self.lines(zone, |hour| match hour.ended() {
                0 => ["—".into(), "—".into()],
                _ => [wait(hour.mean_wait_ms()), wait(hour.longest_wait_ms)],
            }),
        }
    }

    fn values(&self, value: impl Fn(&Hour) -> f64) -> Vec<f64> {
        self.hours.iter().map(value).collect()
    }

    fn labels(&self, zone: Tz) -> Vec<String> {
        (0..HOURS).map(|at| self.local(at, zone, "%H")).collect()
    }

    fn local(&self, at: usize, zone: Tz, format: &str) -> String {
        let at = self.first + Duration::hours(i64::try_from(at).unwrap_or(0));
        at.with_timezone(&zone).format(format).to_string()
    }

    /// The newest first.
    fn lines(&self, zone: Tz, cells: impl Fn(&Hour) -> [String; 2]) -> String {
        let mut lines = String::new();
        for (at, hour) in self.hours.iter().enumerate().rev() {
            let [first, second] = cells(hour);
            let _ = write!(
                lines,
                "<tr><th scope=\"row\">{}</th><td class=\"num\">{first}</td><td class=\"num\">{second}</td></tr>",
                self.local(at, zone, "%a %H:%M")
            );
        }
        lines
    }
}

/// The unit in which the longest of some times is a number that can be read, and its milliseconds.
fn unit(longest_ms: i64) -> (&'static str, f64) {
    match longest_ms {
        ..10_000 => ("milliseconds", 1.0),
        10_000..600_000 => ("seconds", 1e3),
        _ => ("minutes", 6e4),
    }
}

/// "4 ms", "2.5 s", "3 min 5 s".
pub fn wait(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{} ms", ms.max(0)),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => crate::calendar::length(ms / 1_000),
    }
}

fn count(number: i64) -> String {
    grouped(number.unsigned_abs())
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

    #[test]
    fn hours_are_those_of_the_tenants_clock() {
        assert_eq!(first(at("2026-11-21T12:40:59.5Z"), Tz::UTC), at("2026-11-20T13:00:00Z"));
        // A quarter to six behind the hour.
        assert_eq!(first(at("2026-11-21T12:40:00Z"), Tz::Asia__Kathmandu), at("2026-11-20T13:15:00Z"));
    }

    #[test]
    fn drawings_and_lines_hold_every_hour() {
        let mut hours = vec![Hour::default(); HOURS];
        hours[22] = Hour { completed: 1_200, failed: 3, wait_ms: 2_406, longest_wait_ms: 12_000 };
        let charts = Hours { first: at("2026-11-20T13:00:00Z"), hours }.charts(Tz::UTC);
        assert_eq!(charts[0].lines.matches("<tr>").count(), 24);
        assert!(
            charts[0].lines.starts_with("<tr><th scope=\"row\">Sat 12:00</th><td class=\"num\">0</td>"),
            "{}",
            charts[0].lines
        );
        assert!(charts[0].lines.contains("Sat 11:00</th><td class=\"num\">1,200</td><td class=\"num\">3</td>"));
        assert!(charts[1].lines.contains("Sat 11:00</th><td class=\"num\">2 ms</td><td class=\"num\">12.0 s</td>"));
        assert!(charts[1].basis.starts_with("seconds"), "{}", charts[1].basis);
        assert!(charts[0].bars.starts_with("<svg") && !charts[1].bars.contains("NaN"));
    }
}
