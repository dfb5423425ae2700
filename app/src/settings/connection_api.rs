//! Server functions of the connection to Current RMS and of the tenant's own settings.

use domain::identity::TenantView;
use domain::notifications::WebhookView;
use domain::sync::ConnectionView;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Postcard;

use super::told::Told;
use crate::AppError;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected {
    /// None: no account is connected.
    pub connection: Option<ConnectionView>,
    /// Where accounts are unless somebody says otherwise.
    pub default_base_url: String,
    pub tenant: TenantView,
    /// Opportunities in the mirror, those that are gone included.
    pub mirrored: i64,
    pub webhook: Option<WebhookView>,
}

/// Where the account is, and the tenant's settings.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/connection")]
pub async fn connection() -> Result<Connected, AppError> {
    use domain::sync::connection::{DEFAULT_BASE_URL, view};
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let connection = view(&mut tx, chrono::Utc::now()).await.map_err(domain::db::DbError::from)?;
    let mirrored = domain::sync::start_over::mirrored(&mut tx).await.map_err(domain::db::DbError::from)?;
    let webhook = domain::notifications::webhook::view(&mut tx, chrono::Utc::now()).await;
    let webhook = webhook.map_err(domain::db::DbError::from)?;
    Ok(Connected {
        connection,
        default_base_url: DEFAULT_BASE_URL.into(),
        tenant: caller.tenant_view,
        mirrored,
        webhook,
    })
}

/// Asks the account whether it accepts the stored credentials.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/test-connection")]
pub async fn test_connection() -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let tested = super::host::test_connection(&caller, &services).await?;
    if !tested.ok {
        crate::host::set_status(http::StatusCode::CONFLICT);
        return Err(AppError::Conflict { code: tested.code.into(), message: tested.message });
    }
    super::note::tell(&caller, &services, Told::plain(format!("{}.", tested.message)))
}

/// Keeps new credentials, sealed.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/set-connection")]
pub async fn set_connection(base_url: String, subdomain: String, token: String) -> Result<Told, AppError> {
    use domain::sync::connection::Credentials;
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let new = Credentials { base_url: &base_url, subdomain: subdomain.trim(), token: token.trim() };
    let kept = super::host::set_connection(&caller, &services, &new).await;
    super::note::or_typed(&caller, &services, &[("base_url", &base_url), ("subdomain", &subdomain)], kept)?;
    super::note::tell(&caller, &services, Told::plain("The credentials are kept. Test them now."))
}

/// Removes the mirror of the tenant; `confirm` is its name, typed.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/start-over")]
pub async fn start_over(#[server(default)] confirm: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    let done = domain::sync::start_over::start_over(&services, &change, &confirm).await;
    let removed = super::note::or_typed(&caller, &services, &[("confirm", &confirm)], done)?;
    super::note::tell(&caller, &services, Told::plain(removed.in_words()))
}

/// Name, zone, currency and first day of the week of the tenant.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/set-tenant")]
pub async fn set_tenant(name: String, timezone: String, currency: String, first_day: String) -> Result<Told, AppError> {
    use domain::identity::tenant::{NewSettings, set};
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    let new = NewSettings { name: &name, timezone: &timezone, currency: &currency, first_day: &first_day };
    super::note::or_typed(&caller, &services, &new.fields(), set(&services.db, &change, &new).await)?;
    super::note::tell(&caller, &services, Told::plain("The company's settings are changed."))
}

/// Keeps the address of the company's webhook, sealed.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/set-webhook")]
pub async fn set_webhook(url: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    domain::notifications::webhook::set(&services, &change, &url).await?;
    super::note::tell(&caller, &services, Told::plain("The webhook is kept. It is told from now on."))
}

/// Forgets it.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/remove-webhook")]
pub async fn remove_webhook() -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    if !domain::notifications::webhook::remove(&services, &change).await? {
        return Err(crate::host::not_found("webhook"));
    }
    super::note::tell(&caller, &services, Told::plain("The webhook is removed."))
}
