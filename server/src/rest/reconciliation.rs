//! `/api/reconciliation`: what is missing or old beside the mirror, and what mends it.

use axum::Json;
use axum::extract::State as Shared;
use chrono::Utc;
use domain::identity::Permission;
use domain::reconciliation;
use domain::reconciliation::query::Query;
use domain::reconciliation::remedy::{self, Asked};
use serde_json::{Value, json};

use super::of_opportunity::hand;
use super::params::Params;
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::reconciliation::{MendedOut, ReconciliationOut, ReconciliationQuery, RemedyBody};

/// Lists of what is missing or old, each with the way to mend it: one, or one for each type and system in use.
#[utoipa::path(
    get,
    path = "/reconciliation",
    tag = "reconciliation",
    params(ReconciliationQuery),
    responses((status = 200, description = "The lists.", body = ReconciliationOut), answers::Asked)
)]
pub async fn read(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadMirror)?;
    let query = Query::read(params.into_inner())?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let results = reconciliation::read(&mut tx, &query).await?;
    let pagination = match results.as_slice() {
        [only] => Some(Pagination::new(query.page, query.limit, only.count)),
        _ => None,
    };
    Ok(Json(json!({
        "success": true,
        "type": query.wanted.as_str(),
        "timestamp": Utc::now(),
        "results": results,
        "pagination": pagination,
    })))
}

/// Mends records of a list, up to a hundred in one transaction: each is done, or named with its reason and as it was.
#[utoipa::path(
    post,
    path = "/reconciliation/remedies",
    tag = "reconciliation",
    request_body = RemedyBody,
    responses((status = 200, description = "What became of the records.", body = MendedOut), answers::Asked)
)]
pub async fn mend(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<Asked>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Augment)?;
    let Body(body) = body?;
    let (remedy, chosen) = body.read()?;
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let mended = remedy::mend(&mut tx, &hand(&caller, &request_id), &remedy, &chosen).await?;
    tx.commit().await?;
    let done = mended.iter().filter(|mended| mended.done).count();
    Ok(Json(json!({"success": done == mended.len(), "done": done, "records": mended})))
}
