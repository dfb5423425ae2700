//! Server functions of one's own notifications.

use domain::notifications::NotificationsView;
use leptos::prelude::*;
use server_fn::codec::Postcard;

use crate::AppError;

/// The page that an address asks for.
#[server(prefix = "/rpc", output = Postcard, endpoint = "notifications/list")]
pub async fn notifications(search: String) -> Result<NotificationsView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let reader = super::host::reader(&caller, &services)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    Ok(domain::notifications::view_build::build(&mut tx, &reader, &search, chrono::Utc::now()).await?)
}

/// Marks one as read, or without `id` all.
#[server(prefix = "/rpc", output = Postcard, endpoint = "notifications/mark-read")]
pub async fn mark_read(#[server(default)] id: Option<i64>) -> Result<(), AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let reader = super::host::reader(&caller, &services)?;
    let request_id = crate::host::request_id();
    let change = crate::host::change(&caller, request_id.as_deref());
    domain::notifications::store::read_now(&services, &change, reader.person, id.as_slice())
        .await
        .map_err(domain::db::DbError::from)?;
    super::host::back();
    Ok(())
}

/// Sets one's own switches: what a form does not name is off.
#[server(prefix = "/rpc", output = Postcard, endpoint = "notifications/set")]
pub async fn set_switches(
    #[server(default)] job_failed: bool,
    #[server(default)] rule: bool,
    #[server(default)] mirror: bool,
    #[server(default)] by_mail: bool,
) -> Result<(), AppError> {
    use domain::notifications::{Kind, settings};
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let reader = super::host::reader(&caller, &services)?;
    let request_id = crate::host::request_id();
    let change = crate::host::change(&caller, request_id.as_deref());
    // Who is not shown a switch leaves it as it is.
    let wanted = |kind: &Kind| {
        !kind.concerns(reader.role)
            || match kind {
                Kind::JobFailed => job_failed,
                Kind::Rule => rule,
                Kind::Mirror => mirror,
            }
    };
    let on: Vec<Kind> = Kind::ALL.into_iter().filter(wanted).collect();
    settings::set(&services.db, &change, reader.person, &on, by_mail).await?;
    super::host::back();
    Ok(())
}
