//! Server functions of the list and of one opportunity.

use domain::opportunities::{ChangesView, DetailView, ListView};
use leptos::prelude::*;
use server_fn::codec::Postcard;

use crate::AppError;

/// The list that an address asks for: `search` is what stands behind its question mark.
#[server(prefix = "/rpc", output = Postcard, endpoint = "opportunities/list")]
pub async fn opportunities(search: String) -> Result<ListView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    Ok(services.lists.read(&services.db, &search, &caller).await?)
}

/// The list of changes that an address asks for.
#[server(prefix = "/rpc", output = Postcard, endpoint = "opportunities/changes")]
pub async fn changes(search: String) -> Result<ChangesView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    Ok(ChangesView::read(&mut tx, &search, &caller, chrono::Utc::now()).await?)
}

/// Keeps the list that `search` shows under a name, for oneself or for everybody.
#[server(prefix = "/rpc", output = Postcard, endpoint = "opportunities/save-view")]
pub async fn save_view(
    name: String,
    #[server(default)] search: String,
    #[server(default)] shared: bool,
) -> Result<(), AppError> {
    use domain::opportunities::saved::{NewView, save};
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let person = caller.person().ok_or(AppError::Forbidden)?;
    let request_id = crate::host::request_id();
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let new = NewView { name: &name, search: &search, shared };
    save(&mut tx, person, &new, (&caller).into(), request_id.as_deref()).await?;
    tx.commit().await.map_err(domain::db::DbError::from)?;
    leptos_axum::redirect(&domain::opportunities::address::Address::parse(&search).href("/opportunities"));
    Ok(())
}

/// Forgets a kept list: one's own, or for an admin one that is shared.
#[server(prefix = "/rpc", output = Postcard, endpoint = "opportunities/remove-view")]
pub async fn remove_view(id: String) -> Result<(), AppError> {
    use domain::identity::Permission;
    let (caller, services) = crate::host::authorise(Permission::OwnAccount)?;
    let person = caller.person().ok_or(AppError::Forbidden)?;
    let id = id.parse().map_err(|_| crate::host::invalid("id", "is no id"))?;
    let admin = caller.may(Permission::Administer);
    let request_id = crate::host::request_id();
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let removed =
        domain::opportunities::saved::remove(&mut tx, id, person, admin, (&caller).into(), request_id.as_deref()).await;
    if !removed.map_err(domain::db::DbError::from)? {
        return Err(crate::host::not_found("view"));
    }
    tx.commit().await.map_err(domain::db::DbError::from)?;
    leptos_axum::redirect("/opportunities");
    Ok(())
}

/// One opportunity, with the record as the source sent it when `raw` is asked for.
#[server(prefix = "/rpc", output = Postcard, endpoint = "opportunities/read")]
pub async fn opportunity(id: i64, raw: bool) -> Result<DetailView, AppError> {
    use domain::identity::Permission;
    let (caller, services) = crate::host::authorise(Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let may = caller.may(Permission::RunSync);
    let read = DetailView::read(&mut tx, id, raw, may, &caller.tenant_view, chrono::Utc::now()).await;
    read.map_err(domain::db::DbError::from)?.ok_or_else(|| crate::host::not_found("opportunity"))
}

/// Reads one record from the source now, and says in a sentence what came of it.
#[server(prefix = "/rpc", output = Postcard, endpoint = "opportunities/read-again")]
pub async fn read_again(id: i64) -> Result<String, AppError> {
    use domain::sync::Single;
    let (caller, services) = crate::host::authorise(domain::identity::Permission::RunSync)?;
    let request_id = crate::host::request_id();
    let source = domain::audit::Source::Screen;
    let request = domain::audit::Request { by: (&caller).into(), source, request_id: request_id.as_deref() };
    let read = services.sync.sync_opportunity(caller.tenant, id, Some(&request)).await?;
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
