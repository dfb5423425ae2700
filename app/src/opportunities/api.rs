//! Server functions of the list and of one opportunity.

use domain::opportunities::{DetailView, ListView};
use leptos::prelude::*;

use crate::AppError;

/// The list that an address asks for: `search` is what stands behind its question mark.
#[server(prefix = "/rpc", endpoint = "opportunities/list")]
pub async fn opportunities(search: String) -> Result<ListView, AppError> {
    use domain::opportunities::list_build::ListError;
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let read = ListView::read(&mut tx, &search, &caller.tenant_view, chrono::Utc::now()).await;
    read.map_err(|error| match error {
        ListError::Fault(fault) => crate::host::invalid(&fault.field, &fault.reason),
        ListError::Db(error) => domain::db::DbError::from(error).into(),
    })
}

/// One opportunity, with the record as the source sent it when `raw` is asked for.
#[server(prefix = "/rpc", endpoint = "opportunities/read")]
pub async fn opportunity(id: i64, raw: bool) -> Result<DetailView, AppError> {
    use domain::identity::Permission;
    let (caller, services) = crate::host::authorise(Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let may = caller.may(Permission::RunSync);
    let read = DetailView::read(&mut tx, id, raw, may, &caller.tenant_view, chrono::Utc::now()).await;
    read.map_err(domain::db::DbError::from)?.ok_or_else(|| crate::host::not_found("opportunity"))
}

/// Reads one record from the source now, and says in a sentence what came of it.
#[server(prefix = "/rpc", endpoint = "opportunities/read-again")]
pub async fn read_again(id: i64) -> Result<String, AppError> {
    use domain::sync::Single;
    let (caller, services) = crate::host::authorise(domain::identity::Permission::RunSync)?;
    let read = services.sync.sync_opportunity(caller.tenant, id).await?;
    if read != Single::Unchanged {
        services.changes.mark(caller.tenant, &[domain::live::Topic::Opportunities]);
    }
    Ok(match read {
        Single::Written => "Read again: it had changed.".into(),
        Single::Unchanged => "Read again: nothing has changed.".into(),
        Single::Gone { .. } => "Current RMS no longer has this record.".into(),
        Single::Failed { reason } => format!("It cannot be mirrored: {reason}"),
    })
}
