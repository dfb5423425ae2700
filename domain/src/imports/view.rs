//! The pages of imports in words and figures ready to be shown, in the tenant's zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::mapping::{self, Mapping};
use super::store::{self, ImportRow};
use super::{ImportStatus, RowFault, Target};
use crate::calendar::zone_or_utc;
use crate::dashboard::Tone;
use crate::db::{QueryError, TenantTx};
use crate::identity::Caller;
use crate::jobs::{ProgressView, Rows};
use crate::money::grouped;
use crate::opportunities::words::field_words;
use crate::opportunities::{Cell, Choice, Head};

/// Imports that the page shows; REST has the rest.
const SHOWN: i64 = 50;

/// An import among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    pub id: i64,
    pub file_name: String,
    /// "People", "120 rows" and the like.
    pub facts: Vec<String>,
    pub state: &'static str,
    pub tone: Tone,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportView {
    pub line: ImportLine,
    /// Where it stands, 1 to 4: file, columns, check, take. 5 when all is done.
    pub step: usize,
    pub found: Found,
    /// Which column is which field; empty while or after the rows are taken.
    pub fields: Vec<FieldView>,
    /// The first rows of the file.
    pub preview: Rows,
}

/// What a look at every row led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody has looked yet.
    Nothing,
    UnderWay {
        words: &'static str,
        progress: ProgressView,
    },
    /// Its job gave up; whether all rows may be taken again without another look.
    Failed {
        why: String,
        again: bool,
    },
    /// With the word of the button.
    Good {
        take: String,
    },
    Bad {
        words: String,
        faults: Rows,
    },
    Applied {
        words: String,
        href: &'static str,
        link: &'static str,
    },
}

/// A field of the target, and the columns that it may be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldView {
    pub name: &'static str,
    pub label: String,
    pub about: &'static str,
    pub needed: bool,
    pub columns: Vec<Choice>,
}

impl ImportLine {
    /// The newest imports.
    pub async fn read(tx: &mut TenantTx, caller: &Caller) -> Result<Vec<ImportLine>, QueryError> {
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let (rows, _) = store::page(tx, 1, SHOWN).await?;
        Ok(rows.iter().map(|row| line(row, zone)).collect())
    }
}

impl ImportView {
    /// Reads an import; none for an unknown one.
    pub async fn read(tx: &mut TenantTx, id: i64, caller: &Caller) -> Result<Option<ImportView>, QueryError> {
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        Ok(store::find(tx, id).await?.map(|row| ImportView::of(&row, zone)))
    }

    fn of(row: &ImportRow, zone: Tz) -> ImportView {
        let columns: Vec<String> = serde_json::from_value(row.columns.clone()).unwrap_or_default();
        let preview: Vec<Vec<String>> = serde_json::from_value(row.preview.clone()).unwrap_or_default();
        let found = found(row);
        let mapped = !matches!(found, Found::UnderWay { .. } | Found::Applied { .. });
        ImportView {
            line: line(row, zone),
            step: match row.status() {
                ImportStatus::New => 2,
                ImportStatus::Checking | ImportStatus::Bad => 3,
                ImportStatus::Good | ImportStatus::Applying => 4,
                ImportStatus::Applied => 5,
            },
            found,
            fields: Target::parse(&row.target)
                .filter(|_| mapped)
                .map_or_else(Vec::new, |target| fields(row, target, &columns)),
            preview: Rows {
                heads: columns.iter().map(|column| Head::fixed(column)).collect(),
                rows: preview.into_iter().map(|row| row.into_iter().map(Cell::text).collect()).collect(),
            },
        }
    }

    /// Whether it is being looked at or taken just now.
    pub fn is_under_way(&self) -> bool {
        matches!(self.found, Found::UnderWay { .. })
    }
}

fn line(row: &ImportRow, zone: Tz) -> ImportLine {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%-d %b %H:%M").to_string();
    let (state, tone) = match row.status() {
        _ if row.is_stuck() => ("Failed", Tone::Bad),
        ImportStatus::New => ("Columns to be chosen", Tone::Info),
        ImportStatus::Checking => ("Being checked", Tone::Warn),
        ImportStatus::Good => ("Can be taken", Tone::Info),
        ImportStatus::Bad => ("Cannot be taken", Tone::Bad),
        ImportStatus::Applying => ("Being taken", Tone::Warn),
        ImportStatus::Applied => ("Taken", Tone::Ok),
    };
    let what = Target::parse(&row.target).map_or(row.target.clone(), |target| target.word().into());
    let brought = format!("brought by {} on {}", row.asked_by, time(row.created_at));
    let after = match row.applied_at {
        Some(at) => format!("taken on {}", time(at)),
        None => format!("kept until {}", time(row.expires_at)),
    };
    ImportLine {
        id: row.id,
        file_name: row.file_name.clone(),
        facts: vec![what, rows(row.rows), brought, after],
        state,
        tone,
    }
}

fn found(row: &ImportRow) -> Found {
    let progress = || ProgressView::of(row.progress.as_ref());
    match row.status() {
        status if row.is_stuck() => Found::Failed {
            why: row.error.clone().unwrap_or_else(|| "Its job was cancelled.".into()),
            again: status == ImportStatus::Applying,
        },
        ImportStatus::New => Found::Nothing,
        ImportStatus::Checking => Found::UnderWay { words: "Every row is being looked at", progress: progress() },
        ImportStatus::Applying => Found::UnderWay { words: "The rows are being taken", progress: progress() },
        ImportStatus::Good if row.rows == 1 => Found::Good { take: "Take this row".into() },
        ImportStatus::Good => Found::Good { take: format!("Take all {}", rows(row.rows)) },
        ImportStatus::Bad => bad(row),
        ImportStatus::Applied => applied(row),
    }
}

fn bad(row: &ImportRow) -> Found {
    let count = row.bad_rows.unwrap_or_default();
    let cells = |fault: RowFault| {
        let field = fault.field.as_deref().map_or_else(|| "The whole row".into(), field_words);
        let reason = Cell { wrap: true, ..Cell::text(fault.reason) };
        vec![Cell { number: true, ..Cell::text(fault.row.to_string()) }, Cell::text(field), reason]
    };
    let faults = row.faults.as_array().into_iter().flatten().cloned().map(serde_json::from_value::<RowFault>);
    let heads = vec![Head { number: true, ..Head::fixed("Line") }, Head::fixed("Field"), Head::fixed("What is wrong")];
    Found::Bad {
        words: format!(
            "{} of {} cannot be taken, so none is. Correct the file and bring it again, or choose other columns.",
            grouped(count.unsigned_abs().into()),
            rows(row.rows)
        ),
        faults: Rows { heads, rows: faults.flatten().map(cells).collect() },
    }
}

fn applied(row: &ImportRow) -> Found {
    let all = grouped(row.rows.unsigned_abs().into());
    let one = row.rows == 1;
    match Target::parse(&row.target) {
        Some(Target::Views) => Found::Applied {
            words: format!("{all} saved {} yours now.", if one { "view is" } else { "views are" }),
            href: crate::opportunities::list_build::PATH,
            link: "To the opportunities",
        },
        _ => Found::Applied {
            words: format!(
                "{all} {} invited. With a link, which you make on the page People, each of them sets a password.",
                if one { "person is" } else { "people are" }
            ),
            href: "/settings/people",
            link: "To the people",
        },
    }
}

fn fields(row: &ImportRow, target: Target, columns: &[String]) -> Vec<FieldView> {
    let said = |mapping: &Value| serde_json::from_value::<Mapping>(mapping.clone()).ok();
    let said = row.mapping.as_ref().and_then(said).unwrap_or_else(|| mapping::guess(target, columns));
    let view = |field: &super::Field| FieldView {
        name: field.name,
        label: field_words(field.name),
        about: field.about,
        needed: field.needed,
        columns: columns
            .iter()
            .map(|column| Choice {
                value: column.clone(),
                label: column.clone(),
                chosen: said.get(field.name) == Some(column),
            })
            .collect(),
    };
    target.fields().iter().map(view).collect()
}

fn rows(count: i32) -> String {
    format!("{} {}", grouped(count.unsigned_abs().into()), if count == 1 { "row" } else { "rows" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(status: &str, job: Option<&str>) -> ImportRow {
        let at = |text: &str| text.parse().unwrap();
        ImportRow {
            id: 3,
            target: "people".into(),
            file_name: "team.csv".into(),
            columns: json!(["E-Mail", "Full name", "Rights", "Desk"]),
            preview: json!([["a@b.example", "A", "rep", "2"]]),
            rows: 1200,
            mapping: None,
            status: status.into(),
            bad_rows: Some(2),
            faults: json!([{"row": 4, "field": "email", "reason": "must contain an @"}, {"row": 9, "field": null, "reason": "has 2 fields instead of 4"}]),
            asked_by: "Ana".into(),
            created_at: at("2026-11-21T10:00:00Z"),
            applied_at: (status == "applied").then(|| at("2026-11-21T10:05:00Z")),
            expires_at: at("2026-11-28T10:00:00Z"),
            job_id: job.map(|_| 8),
            job_status: job.map(str::to_owned),
            progress: None,
            error: Some("no route".into()),
        }
    }

    fn view(status: &str, job: Option<&str>) -> ImportView {
        ImportView::of(&row(status, job), Tz::UTC)
    }

    #[test]
    fn a_new_file_asks_for_its_columns_and_guesses_them() {
        let view = view("new", None);
        assert_eq!((view.step, &view.found, view.line.state), (2, &Found::Nothing, "Columns to be chosen"));
        let chosen = |field: &FieldView| field.columns.iter().find(|column| column.chosen).map(|one| one.value.clone());
        let guessed: Vec<Option<String>> = view.fields.iter().map(chosen).collect();
        assert_eq!(guessed, ["E-Mail", "Full name", "Rights"].map(|name| Some(name.to_owned())));
        assert_eq!(view.fields[0].label, "Email");
        assert_eq!(view.line.facts[..2], ["People", "1,200 rows"]);
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_field_and_the_columns_can_be_said_anew() {
        let view = view("bad", Some("completed"));
        let Found::Bad { words, faults } = &view.found else { panic!("{:?}", view.found) };
        assert!(words.starts_with("2 of 1,200 rows cannot be taken"), "{words}");
        let texts: Vec<Vec<&str>> =
            faults.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(texts[0], ["4", "Email", "must contain an @"]);
        assert_eq!(texts[1][1], "The whole row");
        assert_eq!((view.step, view.fields.len()), (3, 3));
    }

    #[test]
    fn nothing_is_asked_while_rows_are_taken_and_one_whose_job_gave_up_says_why() {
        let taking = view("applying", Some("processing"));
        assert!(taking.is_under_way() && taking.fields.is_empty());
        let stuck = view("applying", Some("failed"));
        assert_eq!(stuck.found, Found::Failed { why: "no route".into(), again: true });
        assert!(!stuck.is_under_way() && !stuck.fields.is_empty());
        assert_eq!(view("checking", Some("cancelled")).line.state, "Failed");
    }

    #[test]
    fn what_was_taken_leads_to_what_it_made() {
        let view = view("applied", Some("completed"));
        let Found::Applied { words, href, .. } = &view.found else { panic!("{:?}", view.found) };
        assert!(words.starts_with("1,200 people are invited."), "{words}");
        assert_eq!((*href, view.step, view.line.facts[3].as_str()), ("/settings/people", 5, "taken on 21 Nov 10:05"));
    }
}
