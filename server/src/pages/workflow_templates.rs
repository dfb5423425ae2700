//! Workflows that admins define: the page in the settings, and its forms.

use app::augmented::fields::Refused;
use app::workflow_templates::PATH;
use axum::extract::{Path, Query, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use domain::augmented::WriteError;
use domain::db::TenantTx;
use domain::identity::Permission;
use domain::workflows::templates::{self, TemplatePatch};

use super::endpoints::by;
use super::filled::{Done, Filled, Sent};
use super::more::{change, number};
use super::{Asking, Stop, page as answer};
use crate::http::State;

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Stop> {
    asking.person(Permission::Administer)?;
    let told = match done.as_str() {
        "saved" => Some("It is saved. What was started before goes on as it began."),
        "removed" => Some("The workflow is removed. What was started from it goes on."),
        _ => None,
    };
    write(asking, &state, told, None).await
}

pub async fn create(asking: Asking, Shared(state): Shared<State>, form: Sent) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?.clone();
    let filled = Filled::of(form)?;
    let create = async |tx: &mut TenantTx, request_id: &str| {
        let (code, name) = (filled.text("code"), filled.text("name"));
        templates::create(tx, &by(&caller, request_id), &code, &name, &steps(&filled)).await
    };
    let done = change(&state, &caller, create).await;
    ended(asking, &state, done.map(|_| "saved"), "new".into(), filled).await
}

pub async fn set(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?.clone();
    let (id, filled) = (number(&id)?, Filled::of(form)?);
    let set = async |tx: &mut TenantTx, request_id: &str| {
        let patch = TemplatePatch { name: Some(filled.text("name")), steps: Some(steps(&filled)) };
        templates::set(tx, &by(&caller, request_id), id, patch, filled.version()?).await
    };
    let done = change(&state, &caller, set).await;
    ended(asking, &state, done.map(|_| "saved"), format!("template-{id}"), filled).await
}

pub async fn remove(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?.clone();
    let (id, filled) = (number(&id)?, Filled::of(form)?);
    let remove = async |tx: &mut TenantTx, request_id: &str| templates::remove(tx, &by(&caller, request_id), id).await;
    let done = change(&state, &caller, remove).await;
    ended(asking, &state, done.map(|_| "removed"), String::new(), filled).await
}

/// One a line; lines without anything are none.
fn steps(filled: &Filled) -> Vec<String> {
    filled.text("steps").lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

async fn ended(
    asking: Asking,
    state: &State,
    done: Result<&'static str, WriteError>,
    form: String,
    filled: Filled,
) -> Result<Response, Stop> {
    match done {
        Ok(done) => Ok(Redirect::to(&format!("{PATH}?done={done}")).into_response()),
        Err(error) => {
            let (status, refused) = filled.refused(form, error)?;
            Ok((status, write(asking, state, None, Some(refused)).await?).into_response())
        }
    }
}

async fn write(
    asking: Asking,
    state: &State,
    done: Option<&'static str>,
    refused: Option<Refused>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let templates = templates::all(&mut tx).await?;
    drop(tx);
    let html = asking.write(state, "Workflows", || app::workflow_templates::page(templates, done, refused)).await?;
    Ok(answer(html, false))
}
