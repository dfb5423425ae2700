//! Definitions and records as the pages show them.

use app::metrics::Standing;
use app::metrics::editor::RowLine;
use domain::calendar::{moment, zone_or_utc};
use domain::dashboard::Tone;
use domain::identity::Caller;
use domain::metrics::diff::Changed;
use domain::metrics::run::{Record, listed};
use domain::metrics::sentence::upper_first;
use domain::metrics::{Author, Definition, Formula, Problem, State, names, spoken};

/// The states of a metric.
pub fn standing(of: &Definition) -> Vec<Standing> {
    let badge = |tone, word: String| Standing { tone, word };
    let mut badges = Vec::new();
    match (of.state, of.active_version) {
        (State::Deprecated, _) => badges.push(badge(Tone::Warn, "Deprecated".into())),
        (_, Some(version)) => badges.push(badge(Tone::Ok, format!("Active v{version}"))),
        (_, None) => badges.push(badge(Tone::Info, format!("Draft v{}", of.newest_version))),
    }
    if let Some(version) = of.draft_version {
        badges.push(badge(Tone::Info, format!("Draft v{version}")));
    }
    badges
}

/// "Rowan Hill"; what came with Backline has nobody.
pub fn who(author: Option<&Author>) -> String {
    author.map_or_else(|| "Backline".to_owned(), |author| author.full_name.clone())
}

pub fn when(at: chrono::DateTime<chrono::Utc>, caller: &Caller) -> String {
    moment(at, chrono::Utc::now(), zone_or_utc(&caller.tenant_view.timezone))
}

/// With what would help.
pub fn problem(problem: &Problem) -> String {
    let end = |text: &str| {
        if text.is_empty() || text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
    };
    format!("{} {}", upper_first(&end(&problem.message)), end(&problem.fix)).trim_end().to_owned()
}

/// A part that changed between two versions.
pub fn changed(of: Changed) -> String {
    match (of.before, of.after) {
        (Some(before), Some(after)) => format!("Changed: {before} → {after}"),
        (Some(before), None) => format!("Removed: {before}"),
        (None, Some(after)) => format!("Added: {after}"),
        (None, None) => String::new(),
    }
}

/// Labels of a list, and whether their columns hold numbers.
pub fn heads(formula: &Formula) -> Vec<(String, bool)> {
    listed(formula).iter().map(|field| (upper_first(field.label), field.kind.is_number())).collect()
}

pub fn lines(formula: &Formula, records: &[Record], currency: &str) -> Vec<RowLine> {
    let fields = listed(formula);
    let line = |record: &Record| {
        let mut cells: Vec<String> = fields
            .iter()
            .zip(&record.values)
            .map(|(field, value)| spoken::value(field, value.as_ref(), currency))
            .collect();
        if let Some(name) = cells.first_mut().filter(|name| *name == spoken::NOTHING) {
            *name = format!("No name ({})", record.id);
        }
        RowLine { id: record.id, href: names::address(formula.entity, record.id), cells }
    };
    records.iter().map(line).collect()
}

/// "412 customers".
pub fn counted(count: i64, formula: &Formula) -> String {
    let plural = formula.entity.plural().to_lowercase();
    let noun = if count == 1 { formula.entity.as_str() } else { &plural };
    format!("{} {noun}", domain::money::grouped(count.unsigned_abs()))
}
