//! The records behind a number as CSV.

use axum::extract::{Path, State as Shared};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::calendar::zone_or_utc;
use domain::export::{self, Cell};
use domain::metrics::kind::Kind;
use domain::metrics::run::{self, Record, listed};
use domain::metrics::{Field, Formula, Value, spoken};

use super::{Asking, READ, Stop};
use crate::http::State;

/// Records of a file.
const MOST: i64 = 100_000;

/// All of them, ranked; the line before says what was asked for.
pub async fn csv(asking: Asking, Shared(state): Shared<State>, Path(code): Path<String>) -> Result<Response, Stop> {
    let caller = asking.to(READ)?;
    let (code, now) = (super::code(&code)?, super::now(caller));
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let definition = super::shown(&mut tx, &code).await?;
    let formula = definition.read_formula().ok_or_else(|| Stop::invalid("This metric has no formula."))?;
    run::read_only(&mut tx).await?;
    let records = run::rows(&mut tx, &formula, &now, MOST, 0).await?;
    drop(tx);
    let at = now.at.with_timezone(&zone_or_utc(&caller.tenant_view.timezone)).format("%Y-%m-%d %H:%M:%S %:z");
    let what = format!("# {code} v{} of {}, {} rows, {at}", definition.version, caller.tenant_view.name, records.len());
    let fields = listed(&formula);
    let labels =
        ["id"].into_iter().chain(fields.iter().map(|field| field.label)).map(|label| Cell::Plain(label.into()));
    let head = [vec![Cell::Text(what)], vec![Cell::Text(format!("# {}", formula.sentence()))], labels.collect()];
    let lines: Vec<Vec<Cell>> = head.into_iter().chain(records.iter().map(|record| line(&formula, record))).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{code}-{}.csv\"", now.today)),
    ];
    Ok((headers, export::write(&lines)).into_response())
}

fn line(formula: &Formula, record: &Record) -> Vec<Cell> {
    let cells = listed(formula).into_iter().zip(&record.values).map(|(field, value)| cell(field, value.as_ref()));
    std::iter::once(Cell::Plain(record.id.to_string())).chain(cells).collect()
}

fn cell(field: &Field, value: Option<&Value>) -> Cell {
    match (field.kind, value) {
        (_, None) => Cell::Plain(String::new()),
        (Kind::Text | Kind::Choice | Kind::Bool, value) => Cell::Text(spoken::value(field, value, "")),
        (_, Some(Value::Number(number))) => Cell::Amount(number.to_string()),
        (_, Some(Value::Date(date))) => Cell::Plain(date.to_string()),
        (_, value) => Cell::Text(spoken::value(field, value, "")),
    }
}
