//! `/api/reconciliation`: what is missing or old beside the mirror.

use axum::Json;
use axum::extract::State as Shared;
use chrono::Utc;
use domain::identity::Permission;
use domain::reconciliation;
use domain::reconciliation::query::Query;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::Pagination;
use crate::http::error::ApiResult;
use crate::http::{Asking, State};
use crate::openapi::answers;
use crate::openapi::reconciliation::{ReconciliationOut, ReconciliationQuery};

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
