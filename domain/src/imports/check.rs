//! Every row of a file beside the rules of its target.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::mapping::Mapping;
use super::sheet::{Row, Sheet};
use super::{RowFault, Target, people, views};
use crate::db::{QueryError, TenantTx};
use crate::export::{self, Cell};

/// What is told of the faults at once; the error file has all.
pub const TOLD: usize = 100;
/// Characters of a cell.
const LONGEST_CELL: usize = 5000;
/// Rows of one statement.
const BATCH: usize = 1000;

/// What stands in the database against rows.
pub enum Against {
    People(people::Taken),
    Views(Uuid, views::Taken),
}

/// A file whose rows were looked at.
pub struct Checked {
    /// Complete only when nothing is wrong.
    good: Good,
    pub bad_rows: usize,
    /// The first of them.
    pub faults: Vec<RowFault>,
    /// All of them, as a file.
    pub error_file: Option<Vec<u8>>,
}

enum Good {
    People(Vec<people::NewPerson>),
    Views(Uuid, Vec<views::NewView>),
}

/// The mapped cells of a row.
pub(super) struct Cells<'a> {
    pub line: u64,
    row: &'a Row,
    places: &'a BTreeMap<&'a str, usize>,
}

impl Cells<'_> {
    /// Empty when no column stands for the field.
    pub fn get(&self, field: &str) -> &str {
        let place = self.places.get(field);
        place.and_then(|place| self.row.cells.get(*place)).map_or("", String::as_str)
    }
}

/// What is wrong with a row, by field.
#[derive(Default)]
pub(super) struct Fields(Vec<(Option<String>, String)>);

impl Fields {
    pub fn add(&mut self, field: &str, reason: impl Into<String>) {
        self.0.push((Some(field.into()), reason.into()));
    }
}

/// Reads what the rows are compared with. Views are a person's.
pub async fn against(tx: &mut TenantTx, target: Target, actor: Uuid) -> Result<Against, QueryError> {
    Ok(match target {
        Target::People => Against::People(people::taken(tx).await?),
        Target::Views => Against::Views(actor, views::taken(tx, actor).await?),
    })
}

/// Looks at every row. Long: for a thread that may be busy.
pub fn check(sheet: &Sheet, mapping: &Mapping, against: Against) -> Checked {
    let place = |column: &String| sheet.columns.iter().position(|name| name == column);
    let places: BTreeMap<&str, usize> =
        mapping.iter().filter_map(|(field, column)| Some((field.as_str(), place(column)?))).collect();
    let (mut good, mut taken) = match against {
        Against::People(taken) => (Good::People(Vec::new()), taken),
        Against::Views(person, taken) => (Good::Views(person, Vec::new()), taken),
    };
    let (mut bad_rows, mut faults, mut lines) = (0, Vec::new(), Vec::new());
    for row in sheet.rows() {
        let mut wrong = Fields::default();
        let cells = Cells { line: row.line, row: &row, places: &places };
        if common(sheet, &cells, &mut wrong) {
            match &mut good {
                Good::People(people) => people.extend(people::read(&cells, &mut taken, &mut wrong)),
                Good::Views(_, views) => views.extend(views::read(&cells, &mut taken, &mut wrong)),
            }
        }
        if wrong.0.is_empty() {
            continue;
        }
        bad_rows += 1;
        lines.push(line(&row, &wrong));
        for (field, reason) in wrong.0 {
            if faults.len() < TOLD {
                faults.push(RowFault { row: row.line, field, reason });
            }
        }
    }
    let error_file = (bad_rows > 0).then(|| {
        let names = ["Line", "What is wrong"].map(str::to_owned).into_iter().chain(sheet.columns.iter().cloned());
        lines.insert(0, names.map(Cell::Text).collect());
        export::write(&lines)
    });
    Checked { good, bad_rows, faults, error_file }
}

/// What every target asks: as many cells as columns, none endless, none that a spreadsheet would run.
fn common(sheet: &Sheet, cells: &Cells<'_>, wrong: &mut Fields) -> bool {
    let (has, should) = (cells.row.cells.len(), sheet.columns.len());
    if has != should {
        wrong.0.push((None, format!("has {has} fields instead of {should}")));
        return false;
    }
    for field in cells.places.keys() {
        let text = cells.get(field);
        if text.chars().count() > LONGEST_CELL {
            wrong.add(field, format!("is longer than {LONGEST_CELL} characters; a quote may be missing"));
        } else if export::is_formula(text) {
            wrong.add(field, "begins like a formula (=, +, -, @): such texts are not taken");
        }
    }
    wrong.0.is_empty()
}

fn line(row: &Row, wrong: &Fields) -> Vec<Cell> {
    let told = wrong.0.iter().map(|(field, reason)| match field {
        Some(field) => format!("{field}: {reason}"),
        None => reason.clone(),
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let cells = row.cells.iter().map(|cell| Cell::Text(cell.chars().take(LONGEST_CELL).collect()));
    [Cell::Plain(row.line.to_string()), Cell::Text(told)].into_iter().chain(cells).collect()
}

impl Checked {
    /// What an import without a fault becomes, a batch at a time.
    pub fn batches(&self) -> usize {
        let rows = match &self.good {
            Good::People(people) => people.len(),
            Good::Views(_, views) => views.len(),
        };
        rows.div_ceil(BATCH)
    }

    /// Writes a batch; gives the audit's entities with what they are after it.
    pub async fn write(&self, tx: &mut TenantTx, batch: usize) -> Result<Vec<(String, Value)>, QueryError> {
        let from = batch * BATCH;
        match &self.good {
            Good::People(people) => people::write(tx, &people[from..people.len().min(from + BATCH)]).await,
            Good::Views(person, views) => views::write(tx, *person, &views[from..views.len().min(from + BATCH)]).await,
        }
    }

    /// What the audit calls a row of it, and the act.
    pub fn entity(&self) -> (&'static str, &'static str) {
        match self.good {
            Good::People(_) => ("person", "invite"),
            Good::Views(..) => ("view", "save"),
        }
    }

    /// For the import's row.
    pub fn told(&self) -> Value {
        json!(self.faults)
    }
}
