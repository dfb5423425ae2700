//! `/api/imports`: bring a CSV, look at what would become of it, take all of it or nothing.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::imports::mapping::Mapping;
use domain::imports::store::{self, ImportRow};
use domain::imports::{self, ImportStatus, Target, Upload};
use serde::Deserialize;
use serde_json::{Value, json};

use super::jobs::number;
use super::params::Params;
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::imports::{CheckBody, ImportJob, ImportMade, ImportOut, ImportQuery, ImportsOut, ImportsQuery};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct CheckIn {
    mapping: Mapping,
}

/// Brings a file, the body being the CSV itself, up to 10 MB. Every row is looked at; unless `dryRun=false`, that is all.
#[utoipa::path(
    post,
    path = "/imports",
    tag = "imports",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, description = "It is kept and looked at.", body = ImportMade), answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    mut params: Params,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let target = params.text("target")?.as_deref().and_then(Target::parse);
    let target = target.ok_or_else(|| ApiError::invalid("target", "expected people or views"))?;
    let dry_run = params.value::<bool>("dryRun", "true or false")?.unwrap_or(true);
    let file_name = params.text("name")?.unwrap_or_else(|| format!("{}.csv", target.as_str()));
    let mut mapping = Mapping::new();
    for field in target.fields() {
        mapping.extend(params.text(&format!("mapping.{}", field.name))?.map(|column| (field.name.to_owned(), column)));
    }
    params.end()?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/csv") {
        return Err(ApiError::invalid("Content-Type", "must be text/csv"));
    }
    let file = body.map_err(|refused| match refused.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        _ => ApiError::invalid("file", "cannot be read"),
    })?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let upload = Upload { target, file_name, file: file.into(), mapping, ask: false, apply: !dry_run };
    let (id, job) = imports::upload(&state.services.db, &state.services.jobs, &change, upload).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": id, "jobId": job}))).into_response())
}

/// The imports of the last seven days, newest first.
#[utoipa::path(
    get,
    path = "/imports",
    tag = "imports",
    params(ImportsQuery),
    responses((status = 200, description = "A page.", body = ImportsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let (page, limit) = params.page()?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (rows, total) = store::page(&mut tx, page, limit).await?;
    let imports: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({"imports": imports, "pagination": Pagination::new(page, limit, total)})))
}

/// An import: its first rows, its mapping, and what the check found.
#[utoipa::path(
    get,
    path = "/imports/{id}",
    tag = "imports",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "The import.", body = ImportOut), answers::AskedOfOne)
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let import = store::find(&mut tx, number(&id)?).await?.ok_or_else(|| ApiError::not_found("import"))?;
    Ok(Json(shown(&import)))
}

/// Has every row looked at, with another mapping of the columns; nothing is changed.
#[utoipa::path(
    post,
    path = "/imports/{id}/check",
    tag = "imports",
    params(("id" = i64, Path, description = "Its id.")),
    request_body = CheckBody,
    responses((status = 202, description = "It will be looked at.", body = ImportJob), answers::ChangingOne)
)]
pub async fn check(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<CheckIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let (id, Body(body)) = (number(&id)?, body?);
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let job = imports::check(&state.services.db, &state.services.jobs, &change, id, &body.mapping).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"jobId": job}))).into_response())
}

/// Has all rows taken. They are looked at once more; if one of them is wrong by now, none is.
#[utoipa::path(
    post,
    path = "/imports/{id}/apply",
    tag = "imports",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 202, description = "They will be taken.", body = ImportJob), answers::ChangingOne)
)]
pub async fn apply(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let job = imports::apply(&state.services.db, &state.services.jobs, &change, number(&id)?).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"jobId": job}))).into_response())
}

/// The rows that cannot be taken, each with what is wrong, as CSV to correct.
#[utoipa::path(
    get,
    path = "/imports/{id}/errors.csv",
    tag = "imports",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), answers::AskedOfOne)
)]
pub async fn errors(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    params.end()?;
    let id = number(&id)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let file = store::error_file(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("error file"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"import-{id}-errors.csv\"")),
    ];
    Ok((headers, file).into_response())
}

fn shown(import: &ImportRow) -> Value {
    json!({
        "id": import.id,
        "target": import.target,
        "name": import.file_name,
        // Where its job gave up, this says so.
        "status": if import.is_stuck() { "failed" } else { import.status().as_str() },
        "rows": import.rows,
        "badRows": import.bad_rows,
        "applied": if import.status() == ImportStatus::Applied { import.rows } else { 0 },
        "columns": import.columns,
        "preview": import.preview,
        "mapping": import.mapping,
        "faults": import.faults,
        "jobId": import.job_id,
        "error": import.is_stuck().then_some(import.error.as_deref()).flatten(),
        "askedBy": import.asked_by,
        "createdAt": import.created_at,
        "appliedAt": import.applied_at,
        "expiresAt": import.expires_at,
    })
}
