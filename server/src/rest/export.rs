//! `GET /api/opportunities.csv`: a list of the screen as a file, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State as Shared};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::db::QueryError;
use domain::identity::Permission;
use domain::opportunities::export::Export;
use domain::opportunities::list_build::ListError;
use futures::stream;

use super::params::Params;
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State};

/// A list as CSV (RFC 4180): all of its rows, after three lines that say what was asked for.
#[utoipa::path(
    get,
    path = "/opportunities.csv",
    tag = "opportunities",
    params(crate::openapi::opportunities::ListQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), crate::openapi::answers::Asked)
)]
pub async fn opportunities(
    asking: Asking,
    Shared(state): Shared<State>,
    RawQuery(search): RawQuery,
    params: Params,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    let now = chrono::Utc::now();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let search = search.unwrap_or_default();
    let begun = Export::begin(&mut tx, params.into_inner(), &search, &caller.tenant_view, now).await;
    let export = begun.map_err(|error| match error {
        ListError::Fault(fault) => ApiError::from(fault),
        ListError::Db(error) => error.into(),
    })?;
    tx.commit().await?;
    // A transaction a piece: a slow reader must not hold one open.
    let (db, actor) = (state.services.db.clone(), caller.actor());
    let pieces = stream::try_unfold((export, db, actor), async |(mut export, db, actor)| {
        let mut tx = db.tenant_tx(&actor).await?;
        let piece = export.next(&mut tx).await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, QueryError>(piece.map(|piece| (Bytes::from(piece), (export, db, actor))))
    });
    let name = format!("opportunities-{}.csv", now.format("%Y-%m-%d"));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
