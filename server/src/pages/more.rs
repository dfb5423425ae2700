//! What the business adds to an opportunity: the page, and its forms. A form that is refused comes back as it was filled in.

use app::augmented::fields::Refused;
use axum::extract::{Path, Query, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Utc;
use domain::augmented::view::MoreView;
use domain::augmented::{self, Patch, WriteError};
use domain::db::TenantTx;
use domain::identity::{Caller, Permission};
use domain::integrations::{self, NewIntegration};
use domain::workflows::{self, Act};

use super::endpoints::by;
use super::filled::{Done, Filled, Sent};
use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Stop> {
    asking.to(Permission::ReadMirror)?;
    let told = match done.as_str() {
        "saved" => Some("It is saved."),
        "started" => Some("The workflow runs."),
        "moved" => Some("The workflow stands as shown."),
        "removed" => Some("The integration is removed here; the other system is not told."),
        _ => None,
    };
    write(asking, &state, number(&id)?, told, None).await
}

pub async fn augment(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (id, filled) = (number(&id)?, Filled::of(form)?);
    let set = async |tx: &mut TenantTx, request_id: &str| {
        let patch = Patch {
            workflow_status: filled.said("workflowStatus"),
            risk_level: filled.said("riskLevel"),
            risk_notes: filled.said("riskNotes"),
            financial_health_score: filled.integer("financialHealthScore", "expected an integer from 0 to 100")?,
            custom_calculations: filled.object("customCalculations")?,
        };
        augmented::set(tx, &by(&caller, request_id), id, patch, filled.version()?).await
    };
    let done = change(&state, &caller, set).await;
    ended(asking, &state, id, done.map(|_| "saved"), "augmentation".into(), filled).await
}

pub async fn start(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (id, filled) = (number(&id)?, Filled::of(form)?);
    let kind = filled.text("workflowType");
    let start = async |tx: &mut TenantTx, request_id: &str| {
        workflows::start(tx, &by(&caller, request_id), id, &kind, None).await
    };
    let done = change(&state, &caller, start).await;
    ended(asking, &state, id, done.map(|_| "started"), "start".into(), filled).await
}

pub async fn act(
    asking: Asking,
    Shared(state): Shared<State>,
    Path((id, workflow, act)): Path<(String, String, String)>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (id, workflow) = (number(&id)?, number(&workflow)?);
    let filled = Filled::of(form)?;
    let wanted = match act.as_str() {
        "advance" => Act::Advance { data: None },
        "fail" => Act::Fail { error: filled.text("error") },
        "retry" => Act::Retry,
        "cancel" => Act::Cancel,
        _ => return Err(Stop::NotFound),
    };
    let move_on = async |tx: &mut TenantTx, request_id: &str| {
        let (hand, expected) = (by(&caller, request_id), filled.version()?);
        workflows::act(tx, &hand, id, workflow, wanted.clone(), expected).await
    };
    let done = change(&state, &caller, move_on).await;
    ended(asking, &state, id, done.map(|_| "moved"), format!("{act}-{workflow}"), filled).await
}

pub async fn add(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (id, filled) = (number(&id)?, Filled::of(form)?);
    let add = async |tx: &mut TenantTx, request_id: &str| {
        let uid = Some(filled.text("uid")).filter(|uid| !uid.trim().is_empty());
        let rest =
            integrations::Patch { uid: uid.map(domain::patch::Said::To).unwrap_or_default(), ..Default::default() };
        let new =
            NewIntegration { system_name: filled.text("systemName"), external_id: filled.text("externalId"), rest };
        integrations::create(tx, &by(&caller, request_id), id, new, None).await
    };
    let done = change(&state, &caller, add).await;
    ended(asking, &state, id, done.map(|_| "saved"), "add".into(), filled).await
}

pub async fn edit(
    asking: Asking,
    Shared(state): Shared<State>,
    Path((id, integration)): Path<(String, String)>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (id, integration) = (number(&id)?, number(&integration)?);
    let filled = Filled::of(form)?;
    let edit = async |tx: &mut TenantTx, request_id: &str| {
        let patch = integrations::Patch {
            external_id: Some(filled.text("externalId")),
            uid: filled.said("uid"),
            sync_status: Some(filled.text("syncStatus")).filter(|status| !status.is_empty()),
            metadata: filled.object("metadata")?,
            ..Default::default()
        };
        let (hand, expected) = (by(&caller, request_id), filled.version()?);
        integrations::set(tx, &hand, id, integration, patch, expected).await
    };
    let done = change(&state, &caller, edit).await;
    ended(asking, &state, id, done.map(|_| "saved"), format!("integration-{integration}"), filled).await
}

pub async fn remove(
    asking: Asking,
    Shared(state): Shared<State>,
    Path((id, integration)): Path<(String, String)>,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (id, integration) = (number(&id)?, number(&integration)?);
    let filled = Filled::of(form)?;
    let remove = async |tx: &mut TenantTx, request_id: &str| {
        integrations::remove(tx, &by(&caller, request_id), id, integration).await
    };
    let done = change(&state, &caller, remove).await;
    ended(asking, &state, id, done.map(|_| "removed"), String::new(), filled).await
}

/// A change in a transaction of its own.
pub(super) async fn change<T>(
    state: &State,
    caller: &Caller,
    change: impl AsyncFnOnce(&mut TenantTx, &str) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let done = change(&mut tx, &request_id).await?;
    tx.commit().await?;
    Ok(done)
}

/// Back to the page; a form that was refused is on it.
async fn ended(
    asking: Asking,
    state: &State,
    id: i64,
    done: Result<&'static str, WriteError>,
    form: String,
    filled: Filled,
) -> Result<Response, Stop> {
    match done {
        Ok(done) => Ok(Redirect::to(&format!("/opportunities/{id}/more?done={done}")).into_response()),
        Err(error) => {
            let (status, refused) = filled.refused(form, error)?;
            let page = write(asking, state, id, None, Some(refused)).await?;
            Ok((status, page).into_response())
        }
    }
}

async fn write(
    asking: Asking,
    state: &State,
    id: i64,
    done: Option<&'static str>,
    refused: Option<Refused>,
) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let view = MoreView::read(&mut tx, id, caller, Utc::now()).await?.ok_or(Stop::NotFound)?;
    drop(tx);
    let title = format!("Workflow, risk and integrations of {}", view.name);
    let html = asking.write(state, &title, || app::augmented::page(view, done, refused)).await?;
    Ok(answer(html, false))
}

pub(super) fn number(id: &str) -> Result<i64, Stop> {
    id.parse().map_err(|_| Stop::NotFound)
}
