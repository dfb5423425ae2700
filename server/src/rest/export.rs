//! Lists of the screen as files, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State as Shared};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::db::QueryError;
use domain::export::{Export, Lines};
use domain::identity::{Caller, Permission};
use domain::opportunities::list_build::ListError;
use domain::{opportunities as mirror, reconciliation as lists, sync};
use futures::stream;

use super::params::Params;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State};
use crate::openapi;

/// A list as CSV (RFC 4180): all of its rows, after three lines that say what was asked for.
#[utoipa::path(
    get,
    path = "/opportunities.csv",
    tag = "opportunities",
    params(openapi::opportunities::ListQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), openapi::answers::Asked)
)]
pub async fn opportunities(
    asking: Asking,
    Shared(state): Shared<State>,
    RawQuery(search): RawQuery,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (search, params) = (search.unwrap_or_default(), params.into_inner());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let begun = mirror::export::begin(&mut tx, params, &search, &caller.tenant_view, Utc::now()).await;
    drop(tx);
    Ok(file("opportunities", begun?, &state, &caller))
}

/// The list of changes as CSV, like that of the opportunities.
#[utoipa::path(
    get,
    path = "/changes.csv",
    tag = "opportunities",
    params(openapi::changes::ListQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), openapi::answers::Asked)
)]
pub async fn changes(
    asking: Asking,
    Shared(state): Shared<State>,
    RawQuery(search): RawQuery,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (search, params) = (search.unwrap_or_default(), params.into_inner());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let begun = mirror::changes::export::begin(&mut tx, params, &search, &caller.tenant_view, Utc::now()).await;
    drop(tx);
    Ok(file("changes", begun?, &state, &caller))
}

/// Records that could not be mirrored as CSV, without their texts.
#[utoipa::path(
    get,
    path = "/sync/failures.csv",
    tag = "sync",
    params(openapi::sync::FailuresQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), openapi::answers::Asked)
)]
pub async fn failures(
    asking: Asking,
    Shared(state): Shared<State>,
    RawQuery(search): RawQuery,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (search, params) = (search.unwrap_or_default(), params.into_inner());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let begun = sync::failures::export::begin(&mut tx, params, &search, &caller.tenant_view, Utc::now()).await;
    drop(tx);
    Ok(file("failed-records", begun?, &state, &caller))
}

/// Lists of a reconciliation as CSV, one behind the other.
#[utoipa::path(
    get,
    path = "/reconciliation.csv",
    tag = "reconciliation",
    params(openapi::reconciliation::ReconciliationQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), openapi::answers::Asked)
)]
pub async fn reconciliation(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let begun = lists::export::begin(&mut tx, params.into_inner(), &caller.tenant_view, Utc::now()).await;
    drop(tx);
    Ok(file("reconciliation", begun?, &state, &caller))
}

/// The answer that streams a file, a transaction a piece: a slow reader must not hold one open.
fn file<L: Lines + 'static>(name: &str, export: Export<L>, state: &State, caller: &Caller) -> Response {
    let (db, actor) = (state.services.db.clone(), caller.actor());
    let pieces = stream::try_unfold((export, db, actor), async |(mut export, db, actor)| {
        let mut tx = db.tenant_tx(&actor).await?;
        let piece = export.next(&mut tx).await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, QueryError>(piece.map(|piece| (Bytes::from(piece), (export, db, actor))))
    });
    let name = format!("{name}-{}.csv", Utc::now().format("%Y-%m-%d"));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Fault(fault) => fault.into(),
            ListError::Db(error) => error.into(),
        }
    }
}
