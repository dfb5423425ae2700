//! Definitions: list, one with its history, and what changes them. A change of a definition is its next version.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::identity::{Caller, Change, Permission};
use domain::metrics::change::Changed;
use domain::metrics::deprecate::{Retired, Retirement};
use domain::metrics::draft::{Draft, For};
use domain::metrics::stored_test::Failed;
use domain::metrics::used_by::{self, Use};
use domain::metrics::{Definition, MetricError, change as write, deprecate as retire, store};
use serde::Serialize;

use super::sent::MaySent;
use super::{Code, Sent, visible};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::metrics::{
    ChangeBody, ChangedOut, CreatedOut, DefinitionsOut, DefinitionsQuery, NewBody, OneOut, OneQuery, RetiredOut,
    RetirementBody, RetirementQuery,
};
use crate::rest::params::Params;
use crate::rest::shape::Pagination;

#[derive(Serialize)]
struct Page {
    definitions: Vec<Definition>,
    pagination: Pagination,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct One {
    definition: Definition,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Definition>>,
    used_by: Vec<Use>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    definition: Definition,
    message: String,
    previous_version: i32,
    failed_tests: Vec<Failed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gone {
    definition: Definition,
    message: String,
    used_by: Vec<Use>,
}

pub(super) fn by<'a>(caller: &'a Caller, request_id: &'a str) -> Change<'a> {
    Change { caller, source: Source::Api, request_id: Some(request_id) }
}

/// Definitions by code, each by its active version, the newest where none is active.
#[utoipa::path(
    get,
    path = "/metrics/definitions",
    tag = "metrics",
    params(DefinitionsQuery),
    responses((status = 200, description = "A page.", body = DefinitionsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let query = store::Query::read(params.into_inner())?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (definitions, total) = store::list(&mut tx, &query).await?;
    let pagination = Pagination::new(query.page, query.limit, total);
    Ok(Json(Page { definitions, pagination }).into_response())
}

/// Makes a definition. A code that was deprecated lives again and goes on with its numbering. Without a formula, with `draft`, or
/// when a stored test fails, it is kept as a draft.
#[utoipa::path(
    post,
    path = "/metrics/definitions",
    tag = "metrics",
    request_body = NewBody,
    responses((status = 201, description = "Made.", body = CreatedOut), answers::Changing)
)]
pub async fn create(asking: Asking, Shared(state): Shared<State>, body: Result<Sent, ApiError>) -> ApiResult<Response> {
    let caller = asking.to(Permission::DefineMetrics)?;
    let Sent(bytes) = body?;
    let request_id = current_request_id();
    let made = write::create(&state.services, &by(&caller, &request_id), Draft::read(&bytes, For::New)?).await?;
    Ok((StatusCode::CREATED, Json(Told::from(made))).into_response())
}

/// A definition by its active version, the newest where none is active; with `includeHistory` all its other versions, newest
/// first. A deprecated one is hidden unless `includeDeprecated` asks for it.
#[utoipa::path(
    get,
    path = "/metrics/definitions/{code}",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code."), OneQuery),
    responses((status = 200, description = "The definition.", body = OneOut), answers::AskedOfOne)
)]
pub async fn read(asking: Asking, Shared(state): Shared<State>, code: Code, mut params: Params) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadDefinitions)?;
    let with_history = params.value("includeHistory", "true or false")?.unwrap_or(false);
    let deprecated = params.value("includeDeprecated", "true or false")?.unwrap_or(false);
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let definition = visible(&mut tx, &code, deprecated).await?;
    let mut history = None;
    if with_history {
        let mut all = store::history(&mut tx, code.metric()?).await?;
        all.retain(|other| other.version != definition.version);
        history = Some(all);
    }
    let used_by = used_by::of(&mut tx, code.metric()?).await?;
    Ok(Json(One { definition, history, used_by }).into_response())
}

/// Makes the next version and lets it count; what is left out stays as the newest version has it. It stays a draft with `draft`,
/// without a formula, and when a stored test fails. Unchanged it makes no version. `restore` begins from an earlier version,
/// `activate` lets a waiting one count. With `expectedVersion` only if that is still the newest.
#[utoipa::path(
    patch,
    path = "/metrics/definitions/{code}",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code.")),
    request_body = ChangeBody,
    responses((status = 200, description = "The version that was made.", body = ChangedOut), answers::ChangingOne)
)]
pub async fn change(
    asking: Asking,
    Shared(state): Shared<State>,
    code: Code,
    body: Result<Sent, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::DefineMetrics)?;
    let Sent(bytes) = body?;
    let request_id = current_request_id();
    let draft = Draft::read(&bytes, For::Change)?;
    let changed = write::change(&state.services, &by(&caller, &request_id), code.metric()?, draft).await?;
    Ok(Json(Told::from(changed)).into_response())
}

/// Retires a definition: all its versions are hidden. `reason` and `replacedBy` come in the body or in the query. The answer lists
/// what uses it.
#[utoipa::path(
    delete,
    path = "/metrics/definitions/{code}",
    tag = "metrics",
    params(("code" = String, Path, description = "Its code."), RetirementQuery),
    request_body(content = Option<RetirementBody>, description = "May be left out."),
    responses((status = 200, description = "It is retired.", body = RetiredOut), answers::ChangingOne)
)]
pub async fn deprecate(
    asking: Asking,
    Shared(state): Shared<State>,
    code: Code,
    params: Params,
    body: Result<MaySent, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::DefineMetrics)?;
    let MaySent(bytes) = body?;
    let request_id = current_request_id();
    let retirement = match bytes {
        Some(bytes) => {
            params.end()?;
            Retirement::read(&bytes)?
        }
        None => Retirement::of(params.into_inner())?,
    };
    let missing = || MetricError::NotFoundOrDeprecated(code.written.clone());
    let metric = code.parsed.as_ref().ok_or_else(missing)?;
    let retired = retire::deprecate(&state.services, &by(&caller, &request_id), metric, retirement).await?;
    let Retired { definition, message, used_by } = retired;
    Ok(Json(Gone { definition, message, used_by }).into_response())
}

impl From<Changed> for Told {
    fn from(changed: Changed) -> Told {
        let Changed { definition, message, previous_version, failed_tests } = changed;
        Told { definition, message, previous_version, failed_tests }
    }
}
