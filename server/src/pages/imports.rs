//! Imports, step by step: a file, its columns, what a look at every row found, and then all of it or nothing.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Multipart, Path, State as Shared};
use axum::response::{Html, Redirect};
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::imports::mapping::{self, Mapping};
use domain::imports::store::{self, ImportRow};
use domain::imports::{self, ImportStatus, Target, Upload};

use super::html::{Page, choice, progress, table};
use super::{Asking, Stop};
use crate::http::{State, current_request_id};
use crate::openapi::page::escape;

pub async fn page(asking: Asking, Shared(state): Shared<State>) -> Result<Html<String>, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (rows, _) = store::page(&mut tx, 1, 50).await?;
    drop(tx);
    let targets =
        [("people", "People"), ("views", "Saved views")].map(|(value, word)| (value.to_owned(), word.to_owned()));
    let mut page = Page::new("Import");
    let form = format!(
        "<form class=\"form\" method=\"post\" action=\"/imports\" enctype=\"multipart/form-data\">{}\
         <div class=\"form-row\"><label for=\"file\">File</label><input class=\"field\" id=\"file\" name=\"file\" type=\"file\" accept=\".csv,text/csv\" required>\
         <p class=\"hint\">CSV in UTF-8 with the names of its columns in the first line; up to 10 MB and 100,000 rows. Nothing is changed yet.</p></div>\
         <div class=\"form-foot\"><button class=\"btn primary\">Upload</button></div></form>",
        choice("target", "What is in it", "", &targets, "people")
    );
    page.card("1. A file", &form);
    if !rows.is_empty() {
        let heads = ["File", "Of", "Rows", "State", "By"].map(str::to_owned);
        let line = |row: &ImportRow| {
            let link = format!("<a class=\"link\" href=\"/imports/{}\">{}</a>", row.id, escape(&row.file_name));
            vec![link, escape(&row.target), row.rows.to_string(), state_of(row).to_owned(), escape(&row.asked_by)]
        };
        page.card("Imports of the last week", &table("Imports", &heads, &rows.iter().map(line).collect::<Vec<_>>()));
    }
    Ok(page.end())
}

pub async fn upload(asking: Asking, Shared(state): Shared<State>, form: Option<Multipart>) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let unreadable = || Stop::invalid("The form could not be read: a file is at most 10 MB.");
    let mut form = form.ok_or_else(unreadable)?;
    let (mut target, mut file_name, mut file) = (None, None, None);
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        match field.name() {
            Some("target") => target = Target::parse(&field.text().await.map_err(|_| unreadable())?),
            Some("file") => {
                file_name = field.file_name().map(str::to_owned);
                file = Some(field.bytes().await.map_err(|_| unreadable())?);
            }
            _ => {}
        }
    }
    let target = target.ok_or_else(|| Stop::invalid("target: expected people or views"))?;
    let file = file.ok_or_else(|| Stop::invalid("file: there is none"))?;
    let file_name = file_name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "import.csv".into());
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Screen, request_id: Some(&request_id) };
    let upload = Upload { target, file_name, file: file.into(), mapping: Mapping::new(), ask: true, apply: false };
    let (id, _) = imports::upload(&state.services.db, &state.services.jobs, &change, upload).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

pub async fn one(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> Result<Html<String>, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let row = store::find(&mut tx, number(&id)?).await?.ok_or(Stop::NotFound)?;
    drop(tx);
    let mut page = Page::new(&format!("Import of {}", row.file_name));
    let columns: Vec<String> = serde_json::from_value(row.columns.clone()).unwrap_or_default();
    let preview: Vec<Vec<String>> = serde_json::from_value(row.preview.clone()).unwrap_or_default();
    let escaped = |cells: &Vec<String>| cells.iter().map(|cell| escape(cell)).collect::<Vec<String>>();
    let shown = table("The first rows", &escaped(&columns), &preview.iter().map(escaped).collect::<Vec<_>>());
    page.card("The file", &format!("<p class=\"basis\">{} rows of {}.</p>{shown}", row.rows, escape(&row.target)));
    let again = row.status() != ImportStatus::Applied && (row.is_stuck() || !under_way(&row));
    if again && let Some(target) = Target::parse(&row.target) {
        page.card("2. What its columns mean", &mapping_form(&row, target, &columns));
    }
    if row.status() != ImportStatus::New {
        page.card("3. What was found", &found(&row));
    }
    Ok(page.end())
}

pub async fn check(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Result<Form<Mapping>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let Form(mut said) = form.map_err(|_| Stop::invalid("The form could not be read."))?;
    said.retain(|_, column| !column.is_empty());
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Screen, request_id: Some(&request_id) };
    imports::check(&state.services.db, &state.services.jobs, &change, number(&id)?, &said).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

pub async fn apply(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Screen, request_id: Some(&request_id) };
    imports::apply(&state.services.db, &state.services.jobs, &change, number(&id)?).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

fn number(id: &str) -> Result<i64, Stop> {
    id.parse().map_err(|_| Stop::NotFound)
}

fn under_way(row: &ImportRow) -> bool {
    matches!(row.status(), ImportStatus::Checking | ImportStatus::Applying)
}

fn state_of(row: &ImportRow) -> &'static str {
    match row.status() {
        _ if row.is_stuck() => "failed",
        ImportStatus::New => "waits for its columns",
        ImportStatus::Checking => "is looked at",
        ImportStatus::Good => "can be taken",
        ImportStatus::Bad => "cannot be taken",
        ImportStatus::Applying => "is taken",
        ImportStatus::Applied => "taken",
    }
}

fn mapping_form(row: &ImportRow, target: Target, columns: &[String]) -> String {
    let said = row.mapping.clone().and_then(|mapping| serde_json::from_value(mapping).ok());
    let said: Mapping = said.unwrap_or_else(|| mapping::guess(target, columns));
    let fields = target.fields().iter().map(|field| {
        let none = if field.needed { "Choose a column" } else { "None" };
        let mut options = vec![(String::new(), none.to_owned())];
        options.extend(columns.iter().map(|column| (column.clone(), column.clone())));
        choice(field.name, field.name, field.about, &options, said.get(field.name).map_or("", String::as_str))
    });
    format!(
        "<form class=\"form\" method=\"post\" action=\"/imports/{}/check\">{}<div class=\"form-foot\">\
         <button class=\"btn\">Look at every row</button></div><p class=\"basis\">Nothing is changed.</p></form>",
        row.id,
        fields.collect::<String>()
    )
}

fn found(row: &ImportRow) -> String {
    let id = row.id;
    match row.status() {
        _ if row.is_stuck() => {
            format!("<p role=\"alert\">It failed: {}</p>", escape(row.error.as_deref().unwrap_or("it was cancelled")))
        }
        ImportStatus::Good => format!(
            "<p>All {} rows can be taken.</p><form class=\"form\" method=\"post\" action=\"/imports/{id}/apply\">\
             <div class=\"form-foot\"><button class=\"btn primary\">Take all {} rows</button></div></form>",
            row.rows, row.rows
        ),
        ImportStatus::Bad => {
            let text = |fault: &serde_json::Value, name: &str| escape(fault[name].as_str().unwrap_or_default());
            let line =
                |fault: &serde_json::Value| vec![fault["row"].to_string(), text(fault, "field"), text(fault, "reason")];
            let faults: Vec<Vec<String>> = row.faults.as_array().into_iter().flatten().map(line).collect();
            let heads = ["Line", "Field", "What is wrong"].map(str::to_owned);
            format!(
                "<p role=\"alert\">{} of {} rows cannot be taken, so none is. \
                 <a class=\"link\" href=\"/api/imports/{id}/errors.csv\">All of them as CSV</a></p>{}",
                row.bad_rows.unwrap_or_default(),
                row.rows,
                table("What is wrong", &heads, &faults)
            )
        }
        ImportStatus::Applied => format!("<p>All {} rows were taken.</p>", row.rows),
        _ => format!(
            "<p>The rows are being looked at.{} <a class=\"btn\" href=\"/imports/{id}\">Look again</a></p>",
            progress(row.progress.as_ref())
        ),
    }
}
