//! Server functions of the sync control.

use domain::sync::SyncView;
use domain::sync::failures::FailuresView;
use leptos::prelude::*;
use server_fn::codec::Postcard;

use crate::AppError;

/// The state of the synchronisation and the last runs.
#[server(prefix = "/rpc", output = Postcard, endpoint = "sync/state")]
pub async fn sync_state() -> Result<SyncView, AppError> {
    use domain::identity::Permission;
    let (caller, services) = crate::host::authorise(Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let view = SyncView::read(&mut tx, caller.may(Permission::RunSync), chrono::Utc::now()).await;
    Ok(view.map_err(domain::db::DbError::from)?)
}

/// The list of failed records that an address asks for.
#[server(prefix = "/rpc", output = Postcard, endpoint = "sync/failures")]
pub async fn failures(search: String) -> Result<FailuresView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    Ok(FailuresView::read(&mut tx, &search, &caller, chrono::Utc::now()).await?)
}

/// Starts a run and gives its id.
#[server(prefix = "/rpc", output = Postcard, endpoint = "sync/start")]
pub async fn start_sync(kind: String) -> Result<i64, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::RunSync)?;
    let kind = domain::sync::RunKind::parse(&kind)
        .ok_or_else(|| crate::host::invalid("kind", "expected initial_sync, incremental_sync or sweep"))?;
    let request_id = crate::host::request_id();
    let request = domain::audit::Request {
        by: (&caller).into(),
        source: domain::audit::Source::Screen,
        request_id: request_id.as_deref(),
    };
    Ok(services.sync.start(&caller.actor(), kind, &request).await?)
}

/// Asks the running run to stop and gives its id.
#[server(prefix = "/rpc", output = Postcard, endpoint = "sync/cancel")]
pub async fn cancel_sync() -> Result<i64, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::RunSync)?;
    let request_id = crate::host::request_id();
    let request = domain::audit::Request {
        by: (&caller).into(),
        source: domain::audit::Source::Screen,
        request_id: request_id.as_deref(),
    };
    Ok(services.sync.cancel(&caller.actor(), &request).await?)
}
