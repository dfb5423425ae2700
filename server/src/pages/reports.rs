//! Reports: have one made, take those that are there.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State as Shared};
use axum::response::{Redirect, Response};
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::reports::{self, Report, ReportsView, Wanted};

use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let view = ReportsView::read(&mut tx, &wanted, caller).await?;
    drop(tx);
    // While somebody chooses, the page is left alone.
    let follows = view.under_way && wanted.list.is_empty() && wanted.still.is_empty();
    let html = asking.write(&state, "Reports", || app::reports::page(view, follows)).await?;
    Ok(answer(html, follows))
}

pub async fn ask(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Wanted>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.to(Permission::MakeReports)?;
    let Form(wanted) = form.map_err(|_| Stop::invalid("The form could not be read."))?;
    let report = Report::read(&wanted.list, &wanted.query, &wanted.format)?;
    let request_id = current_request_id();
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    reports::ask(&state.services.db, &state.services.jobs, &change, &report).await?;
    Ok(Redirect::to("/reports"))
}
