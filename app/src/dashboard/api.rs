//! The server function of the dashboard.

use domain::dashboard::DashboardView;
use leptos::prelude::*;
use server_fn::codec::Postcard;

use crate::AppError;

/// All figures of the dashboard, in words. `search` is what stands behind the question mark of the address: `from` and `to`
/// narrow the figures to records that begin between them; without either, the dates that the person chose last do.
#[server(prefix = "/rpc", output = Postcard, endpoint = "dashboard/read")]
pub async fn dashboard(#[server(default)] search: String) -> Result<DashboardView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    let dates = domain::params::Params::parse(&search).dates("from", "to");
    let (from, to) = dates.map_err(|fault| crate::host::invalid(&fault.field, &fault.reason))?;
    let range = domain::dashboard::DateRange { from, to };
    let range = domain::dashboard::dates::of_caller(&services.db, &caller, range).await;
    let range = range.map_err(domain::db::DbError::from)?;
    let computed = services.dashboards.read(&services.db, &caller.actor(), range).await;
    let computed = computed.map_err(domain::db::DbError::from)?;
    Ok(DashboardView::new(&computed, range, &caller.tenant_view, chrono::Utc::now()))
}
