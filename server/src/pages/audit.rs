//! Who changed what.

use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use domain::audit::view::AuditView;
use domain::identity::Permission;

use super::{Asking, Stop, page as answer};
use crate::http::State;

pub async fn page(asking: Asking, Shared(state): Shared<State>, RawQuery(search): RawQuery) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadAudit)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let view = AuditView::read(&mut tx, &search.unwrap_or_default(), caller, chrono::Utc::now()).await?;
    drop(tx);
    let html = asking.write(&state, "Audit", || app::audit::page(view)).await?;
    Ok(answer(html, false))
}
