//! `/api/reports`: have a list written to a file, and take it.

use axum::Json;
use axum::body::{Body as Stream, Bytes};
use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::db::QueryError;
use domain::identity::{Change, Permission};
use domain::reports::store::{self, ReportRow};
use domain::reports::{self, Format, Report};
use futures::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::jobs::number;
use super::params::Params;
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::reports::{NewReportBody, ReportMade, ReportsOut, ReportsQuery};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportIn {
    list: String,
    #[serde(default)]
    query: String,
    format: String,
}

/// Has a list written to a file: its id is that of the job that makes it.
#[utoipa::path(
    post,
    path = "/reports",
    tag = "reports",
    request_body = NewReportBody,
    responses((status = 201, description = "It will be made.", body = ReportMade), answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<ReportIn>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::MakeReports)?;
    let Body(body) = body?;
    let report = Report::read(&body.list, &body.query, &body.format)?;
    let request_id = current_request_id();
    let change = Change { caller: &caller, source: Source::Api, request_id: Some(&request_id) };
    let id = reports::ask(&state.services.db, &state.services.jobs, &change, &report).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": id}))).into_response())
}

/// The reports of the last seven days, newest first.
#[utoipa::path(
    get,
    path = "/reports",
    tag = "reports",
    params(ReportsQuery),
    responses((status = 200, description = "A page.", body = ReportsOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, mut params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let (page, limit) = params.page()?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (rows, total) = store::page(&mut tx, page, limit).await?;
    let reports: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({"reports": reports, "pagination": Pagination::new(page, limit, total)})))
}

/// The file of a report, in pieces.
#[utoipa::path(
    get,
    path = "/reports/{id}/file",
    tag = "reports",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/octet-stream"), answers::AskedOfOne)
)]
pub async fn file(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    params.end()?;
    let (id, db, actor) = (number(&id)?, state.services.db.clone(), caller.actor());
    let mut tx = db.tenant_tx(&actor).await?;
    let file = store::file(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("file"))?;
    drop(tx);
    // A transaction a piece: a slow reader must not hold one open.
    let pieces = stream::try_unfold((db, actor, 0), move |(db, actor, number)| async move {
        let mut tx = db.tenant_tx(&actor).await?;
        let piece = store::piece(&mut tx, id, number).await?;
        Ok::<_, QueryError>(piece.map(|piece| (Bytes::from(piece), (db, actor, number + 1))))
    });
    let kind = Format::parse(&file.format).map_or("application/octet-stream", Format::content_type);
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
        (header::CONTENT_LENGTH, file.bytes.to_string()),
    ];
    Ok((headers, Stream::from_stream(pieces)).into_response())
}

fn shown(report: &ReportRow) -> Value {
    json!({
        "id": report.id,
        "list": report.list,
        "query": report.query,
        "format": report.format,
        "status": report.status,
        "progress": report.progress,
        "error": report.error,
        "name": report.name,
        "rows": report.rows,
        "bytes": report.bytes,
        "askedBy": report.asked_by,
        "createdAt": report.created_at,
        "expiresAt": report.expires_at,
    })
}
