//! Server functions of one's own account.

use domain::identity::AccountView;
use leptos::prelude::*;
use server_fn::codec::Postcard;

use super::told::Told;
use crate::AppError;

/// The own account, sessions and tenants.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/account")]
pub async fn account() -> Result<AccountView, AppError> {
    use domain::identity::{Permission, Principal, account};
    let (caller, services) = crate::host::authorise(Permission::OwnAccount)?;
    let current = crate::host::current_session()?;
    let email = match &caller.principal {
        Principal::Person { email, .. } => email.as_str(),
        Principal::Key { .. } => "",
    };
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    Ok(account::view(&mut tx, current, email, chrono::Utc::now()).await?)
}

/// Sets a password; all other sessions end.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/set-password")]
pub async fn set_password(#[server(default)] old: String, password: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let (current, request_id) = (crate::host::current_session()?, crate::host::request_id());
    let change = super::host::change(&caller, request_id.as_deref());
    let (db, passwords) = (&services.db, &services.passwords);
    let token = domain::identity::account::set_password(db, passwords, &change, current, &old, &password).await?;
    services.changes.mark(caller.tenant, &[domain::live::Topic::Sessions]);
    crate::host::renew_session(&token);
    super::note::tell(&caller, &services, Told::plain("The password is set. Your other sessions have ended."))
}

/// Gives the password in a session that a link opened.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/confirm-password")]
pub async fn confirm_password(password: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let (current, request_id) = (crate::host::current_session()?, crate::host::request_id());
    let change = super::host::change(&caller, request_id.as_deref());
    let (db, passwords) = (&services.db, &services.passwords);
    let token = domain::identity::account::confirm_password(db, passwords, &change, current, &password).await?;
    crate::host::renew_session(&token);
    super::note::tell(&caller, &services, Told::plain("Thank you. From now on your password opens this company."))
}

/// Ends one of one's other sessions, or without `session` all of them.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/end-sessions")]
pub async fn end_sessions(#[server(default)] session: Option<String>) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let (current, request_id) = (crate::host::current_session()?, crate::host::request_id());
    let change = super::host::change(&caller, request_id.as_deref());
    let ended = domain::identity::account::end_sessions(&services.db, &change, current, session.as_deref()).await?;
    services.changes.mark(caller.tenant, &[domain::live::Topic::Sessions]);
    let text = if ended == 1 { "One session has ended.".to_owned() } else { format!("{ended} sessions have ended.") };
    super::note::tell(&caller, &services, Told::plain(text))
}

/// Goes to work in another of one's tenants.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/switch-tenant")]
pub async fn switch_tenant(tenant: String) -> Result<(), AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    let (current, request_id) = (crate::host::current_session()?, crate::host::request_id());
    let change = super::host::change(&caller, request_id.as_deref());
    let token = domain::identity::account::switch_tenant(&services.db, &change, current, &tenant).await?;
    crate::host::renew_session(&token);
    leptos_axum::redirect("/");
    Ok(())
}
