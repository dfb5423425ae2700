//! The page of reports in words and figures ready to be shown, in the tenant's zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::store::{self, ReportRow};
use super::{Format, List, Report};
use crate::calendar::zone_or_utc;
use crate::dashboard::Tone;
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::jobs::ProgressView;
use crate::money::grouped;
use crate::opportunities::list_build::ListError;
use crate::opportunities::{Chip, Choice};

/// Files that the page shows; REST has the rest.
const SHOWN: i64 = 100;

const BEING_MADE: &str = "Being made";

/// What an address asks for: a list's own link says which list and how it is narrowed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub list: String,
    pub query: String,
    pub format: String,
    /// Set where the page is not to be read again by itself.
    pub still: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportsView {
    /// None for who may only read.
    pub form: Option<ReportForm>,
    pub reports: Vec<ReportLine>,
    /// Whether one of them waits or is being made.
    pub under_way: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportForm {
    /// Of the list that somebody came from; without it one is chosen.
    pub narrowed: Option<Narrowed>,
    pub lists: Vec<Choice>,
    pub formats: Vec<Choice>,
}

/// A list as it stood on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    pub list: List,
    pub query: String,
    pub filters: Vec<Chip>,
    /// The list with these filters.
    pub href: String,
}

/// A file, or what is becoming one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    pub id: i64,
    /// "Opportunities".
    pub list: String,
    /// "Excel".
    pub format: String,
    /// "Kind: Open · Starts: from 2026-11-01"; empty for all rows.
    pub filters: String,
    pub state: &'static str,
    pub tone: Tone,
    /// Its name and its size, once it is there.
    pub file: Option<(String, String)>,
    /// "1,204 rows", "asked for by Ana on 21 Nov 14:05" and the like.
    pub facts: Vec<String>,
    pub progress: Option<ProgressView>,
    pub error: Option<String>,
}

impl ReportsView {
    pub async fn read(tx: &mut TenantTx, wanted: &Wanted, caller: &Caller) -> Result<ReportsView, ListError> {
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let form = if caller.may(Permission::MakeReports) { Some(ReportForm::of(wanted)?) } else { None };
        let (rows, _) = store::page(tx, 1, SHOWN).await?;
        Ok(ReportsView {
            form,
            under_way: rows.iter().any(is_under_way),
            reports: rows.iter().map(|row| line(row, zone)).collect(),
        })
    }
}

impl ReportForm {
    fn of(wanted: &Wanted) -> Result<ReportForm, ListError> {
        let format = Format::parse(&wanted.format).unwrap_or(Format::Xlsx);
        let narrowed = match List::parse(&wanted.list) {
            Some(list) => Some(Narrowed::read(&Report::read(list.as_str(), &wanted.query, format.as_str())?)?),
            None => None,
        };
        let choice = |value: &str, label: &str, chosen| Choice { value: value.into(), label: label.into(), chosen };
        Ok(ReportForm {
            narrowed,
            lists: List::ALL.map(|list| choice(list.as_str(), list.word(), false)).into(),
            formats: [Format::Xlsx, Format::Csv].map(|one| choice(one.as_str(), one.word(), one == format)).into(),
        })
    }
}

impl Narrowed {
    fn read(report: &Report) -> Result<Narrowed, ListError> {
        let path = report.list.path();
        let href = if report.query.is_empty() { path.into() } else { format!("{path}?{}", report.query) };
        Ok(Narrowed { list: report.list, query: report.query.clone(), filters: report.filters()?, href })
    }
}

fn is_under_way(row: &ReportRow) -> bool {
    row.name.is_none() && matches!(row.status.as_deref(), Some("pending" | "processing"))
}

fn line(row: &ReportRow, zone: Tz) -> ReportLine {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%-d %b %H:%M").to_string();
    let (state, tone) = match (&row.name, row.status.as_deref()) {
        (Some(_), _) => ("Ready", Tone::Ok),
        (None, Some("pending")) => ("Waiting", Tone::Info),
        (None, Some("processing")) => (BEING_MADE, Tone::Warn),
        (None, Some("failed")) => ("Failed", Tone::Bad),
        (None, Some("cancelled")) => ("Cancelled", Tone::Info),
        (None, _) => ("Not made", Tone::Bad),
    };
    let rows =
        row.rows.map(|rows| format!("{} {}", grouped(rows.unsigned_abs()), if rows == 1 { "row" } else { "rows" }));
    let asked = format!("asked for by {} on {}", row.asked_by, time(row.created_at));
    let kept = row.name.is_some().then(|| format!("kept until {}", time(row.expires_at)));
    ReportLine {
        id: row.id,
        list: List::parse(&row.list).map_or(row.list.clone(), |list| list.word().into()),
        format: Format::parse(&row.format).map_or(row.format.clone(), |format| format.word().into()),
        filters: filters(row),
        state,
        tone,
        file: row.name.clone().map(|name| (name, size(row.bytes.unwrap_or_default()))),
        facts: rows.into_iter().chain([asked]).chain(kept).collect(),
        progress: (state == BEING_MADE).then(|| ProgressView::of(row.progress.as_ref())),
        error: if row.name.is_none() { row.error.clone() } else { None },
    }
}

/// In words; what cannot be read stands as it is.
fn filters(row: &ReportRow) -> String {
    let report = Report::read(&row.list, &row.query, &row.format).and_then(|report| report.filters());
    let words = |chips: Vec<Chip>| chips.into_iter().map(|chip| format!("{}: {}", chip.label, chip.value));
    report.map_or_else(|_| row.query.clone(), |chips| words(chips).collect::<Vec<_>>().join(" · "))
}

/// "84 kB", "1.2 MB".
fn size(bytes: i64) -> String {
    let kilo = bytes.max(0).unsigned_abs().div_ceil(1000);
    if kilo < 1000 { format!("{kilo} kB") } else { format!("{}.{} MB", grouped(kilo / 1000), kilo % 1000 / 100) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row() -> ReportRow {
        let at = |text: &str| text.parse().unwrap();
        ReportRow {
            id: 7,
            list: "opportunities".into(),
            query: "kind=open&q=tent".into(),
            format: "xlsx".into(),
            asked_by: "Ana".into(),
            created_at: at("2026-11-21T23:05:00Z"),
            expires_at: at("2026-11-28T23:05:00Z"),
            name: None,
            rows: None,
            bytes: None,
            status: Some("processing".into()),
            progress: Some(json!({"done": 1500, "total": 4000})),
            error: None,
        }
    }

    #[test]
    fn a_report_under_way_says_how_far_it_is_and_what_is_in_it() {
        let line = line(&row(), Tz::Europe__Berlin);
        assert_eq!((line.state, line.progress.unwrap().words.as_str()), ("Being made", "1,500 of 4,000"));
        assert_eq!((line.list.as_str(), line.format.as_str()), ("Opportunities", "Excel"));
        assert_eq!(line.filters, "Contains: tent · Kind: Open: quoted or ordered");
        assert_eq!(line.facts, ["asked for by Ana on 22 Nov 00:05"]);
    }

    #[test]
    fn a_file_says_how_large_it_is_and_how_long_it_stays() {
        let (name, rows) = (Some("opportunities-2026-11-21.xlsx".into()), Some(1204));
        let line =
            line(&ReportRow { name, rows, bytes: Some(1_234_567), error: Some("once".into()), ..row() }, Tz::UTC);
        assert_eq!((line.state, line.progress, line.error), ("Ready", None, None));
        assert_eq!(line.file.unwrap().1, "1.2 MB");
        assert_eq!(line.facts, ["1,204 rows", "asked for by Ana on 21 Nov 23:05", "kept until 28 Nov 23:05"]);
    }

    #[test]
    fn the_link_of_a_list_is_told_in_words_and_one_that_cannot_be_read_is_refused() {
        let wanted = |query: &str| Wanted { list: "changes".into(), query: query.into(), ..Wanted::default() };
        let form = ReportForm::of(&wanted("?kind=deleted")).unwrap();
        let narrowed = form.narrowed.unwrap();
        assert_eq!((narrowed.href.as_str(), narrowed.filters[0].value.as_str()), ("/changes?kind=deleted", "Deleted"));
        assert!(form.formats[0].chosen);
        assert!(ReportForm::of(&wanted("kind=lost")).is_err());
        assert!(ReportForm::of(&Wanted { list: "people".into(), ..Wanted::default() }).unwrap().narrowed.is_none());
    }
}
