//! Imports, step by step: a file, its columns, what a look at every row found, and then all of it or nothing.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Multipart, Path, Query, State as Shared};
use axum::response::{Redirect, Response};
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::imports::mapping::Mapping;
use domain::imports::{self, ImportLine, ImportView, Target, Upload};
use serde::Deserialize;

use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

/// Set where the page is not to be read again by itself.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Still {
    still: String,
}

pub async fn page(asking: Asking, Shared(state): Shared<State>) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let imports = ImportLine::read(&mut tx, caller).await?;
    drop(tx);
    Ok(answer(asking.write(&state, "Import", || app::imports::page(imports)).await?, false))
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
    let target = target.ok_or_else(|| Stop::invalid("What is in it: expected people or views"))?;
    let file = file.ok_or_else(|| Stop::invalid("File: there is none"))?;
    let file_name = file_name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "import.csv".into());
    let request_id = current_request_id();
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    let upload = Upload { target, file_name, file: file.into(), mapping: Mapping::new(), ask: true, apply: false };
    let (id, _) = imports::upload(&state.services.db, &state.services.jobs, &change, upload).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

pub async fn one(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Query(Still { still }): Query<Still>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let import = ImportView::read(&mut tx, number(&id)?, caller).await?.ok_or(Stop::NotFound)?;
    drop(tx);
    let follows = import.is_under_way() && still.is_empty();
    let title = format!("Import of {}", import.line.file_name);
    let html = asking.write(&state, &title, || app::imports::one(import, follows)).await?;
    Ok(answer(html, follows))
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
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    imports::check(&state.services.db, &state.services.jobs, &change, number(&id)?, &said).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

pub async fn apply(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let request_id = current_request_id();
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    imports::apply(&state.services.db, &state.services.jobs, &change, number(&id)?).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

fn number(id: &str) -> Result<i64, Stop> {
    id.parse().map_err(|_| Stop::NotFound)
}
