//! The server function of the dashboard.

use domain::dashboard::DashboardView;
use leptos::prelude::*;

use crate::AppError;

/// All figures of the dashboard, in words.
#[server(prefix = "/rpc", endpoint = "dashboard/read")]
pub async fn dashboard() -> Result<DashboardView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let figures = domain::dashboard::store::read(&mut tx, domain::dashboard::DateRange::default()).await;
    let figures = figures.map_err(domain::db::DbError::from)?;
    Ok(DashboardView::new(&figures, &caller.tenant_view, chrono::Utc::now()))
}
