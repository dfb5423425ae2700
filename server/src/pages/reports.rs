//! Reports: have one made, take those that are there.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State as Shared};
use axum::response::{Html, Redirect};
use chrono::{DateTime, Utc};
use domain::audit::Source;
use domain::calendar::zone_or_utc;
use domain::identity::{Change, Permission};
use domain::reports::store::{self, ReportRow};
use domain::reports::{self, List, Report};
use serde::Deserialize;

use super::html::{Page, choice, progress, table};
use super::{Asking, Stop};
use crate::http::{State, current_request_id};
use crate::openapi::page::escape;

/// What a list's own link fills in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wanted {
    list: String,
    query: String,
    format: String,
}

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (rows, _) = store::page(&mut tx, 1, 100).await?;
    drop(tx);
    let zone = zone_or_utc(&caller.tenant_view.timezone);
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).format("%-d %b %H:%M").to_string();
    let mut page = Page::new("Reports");
    page.card("Have a list written to a file", &form(&wanted));
    let body = if rows.is_empty() {
        "<p class=\"basis\">There is none yet.</p>".to_owned()
    } else {
        let heads = ["Made", "List", "By", "State", "Rows", "Kept until"].map(str::to_owned);
        let rows: Vec<Vec<String>> = rows.iter().map(|row| line(row, &day)).collect();
        table("Reports", &heads, &rows) + "<p class=\"form-foot\"><a class=\"btn\" href=\"/reports\">Look again</a></p>"
    };
    page.card("Files", &body);
    Ok(page.end())
}

pub async fn ask(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Wanted>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.to(Permission::MakeReports)?;
    let Form(wanted) = form.map_err(|_| Stop::invalid("The form could not be read."))?;
    let report = Report::read(&wanted.list, &wanted.query, &wanted.format);
    let report = report.map_err(|fault| Stop::invalid(fault.to_string()))?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Screen, request_id: Some(&request_id) };
    reports::ask(&state.services.db, &state.services.jobs, &change, &report).await?;
    Ok(Redirect::to("/reports"))
}

fn form(wanted: &Wanted) -> String {
    let lists: Vec<(String, String)> = List::ALL
        .into_iter()
        .map(|list| {
            let word = match list {
                List::Opportunities => "Opportunities",
                List::Changes => "Changes",
                List::Failures => "Failed records",
            };
            (list.as_str().to_owned(), word.to_owned())
        })
        .collect();
    let formats = [("xlsx", "Excel (XLSX)"), ("csv", "CSV")].map(|(value, word)| (value.to_owned(), word.to_owned()));
    let query = escape(&wanted.query);
    let rows =
        choice("list", "List", "", &lists, &wanted.list) + &choice("format", "Format", "", &formats, &wanted.format);
    format!(
        "<form class=\"form\" method=\"post\" action=\"/reports\">{rows}<div class=\"form-row\"><label for=\"query\">Filter</label>\
         <input class=\"field\" id=\"query\" name=\"query\" value=\"{query}\" maxlength=\"4000\" autocomplete=\"off\">\
         <p class=\"hint\">What stands behind the question mark of the list; empty for all rows.</p></div>\
         <div class=\"form-foot\"><button class=\"btn primary\">Make report</button></div></form>"
    )
}

fn line(row: &ReportRow, day: &dyn Fn(DateTime<Utc>) -> String) -> Vec<String> {
    let list = match row.query.as_str() {
        "" => escape(&row.list),
        query => format!("{} <code>{}</code>", escape(&row.list), escape(query)),
    };
    let state = match (&row.name, row.bytes, &row.error) {
        (Some(name), Some(bytes), _) => {
            let size = format!("{} kB", (bytes + 1023) / 1024);
            format!("<a class=\"link\" href=\"/api/reports/{}/file\">{}</a> · {size}", row.id, escape(name))
        }
        (.., Some(error)) if row.status.as_deref() == Some("failed") => format!("failed: {}", escape(error)),
        _ => escape(row.status.as_deref().unwrap_or("gone")) + &progress(row.progress.as_ref()),
    };
    let rows = row.rows.map_or_else(String::new, |rows| rows.to_string());
    vec![day(row.created_at), list, escape(&row.asked_by), state, rows, day(row.expires_at)]
}
