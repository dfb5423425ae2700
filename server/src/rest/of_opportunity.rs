//! What all that belongs to an opportunity has in common.

use axum::Json;
use domain::audit::{Request, Source};
use domain::db::TenantTx;
use domain::identity::Caller;
use domain::opportunities::store::known_among;
use serde::Serialize;
use serde_json::{Value, json};

use super::params::{Params, integer};
use super::shape::Pagination;
use crate::http::State;
use crate::http::error::{ApiError, ApiResult};

/// Who asks over REST, for the audit.
pub fn hand<'a>(caller: &'a Caller, request_id: &'a str) -> Request<'a> {
    Request { by: caller.into(), source: Source::Api, request_id: Some(request_id) }
}

/// What belongs to an opportunity that the mirror does not have is not there either.
pub async fn known(tx: &mut TenantTx, opportunity: i64) -> ApiResult<()> {
    match known_among(tx, &[opportunity]).await?.first() {
        Some(_) => Ok(()),
        None => Err(ApiError::not_found("opportunity")),
    }
}

/// A page of what belongs to an opportunity that the mirror has.
pub struct PageOf {
    pub tx: TenantTx,
    pub id: i64,
    pub page: i64,
    pub limit: i64,
}

impl PageOf {
    pub async fn read(state: &State, caller: &Caller, id: &str, mut params: Params) -> ApiResult<PageOf> {
        let id = integer("id", id)?;
        let (page, limit) = params.page()?;
        params.end()?;
        let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
        known(&mut tx, id).await?;
        Ok(PageOf { tx, id, page, limit })
    }

    /// The answer, with the rows under the name of what they are.
    pub fn answer(self, noun: &str, rows: &impl Serialize, total: i64) -> Json<Value> {
        let pagination = Pagination::new(self.page, self.limit, total);
        Json(json!({"success": true, noun: rows, "pagination": pagination}))
    }
}
