//! Server functions of API keys.

use domain::identity::KeyView;
use leptos::prelude::*;
use server_fn::codec::Postcard;

use super::told::Told;
use crate::AppError;

/// All keys of the tenant, without their secrets.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/keys")]
pub async fn keys() -> Result<Vec<KeyView>, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let list = domain::identity::keys::list(&mut tx, chrono::Utc::now()).await;
    Ok(list.map_err(domain::db::DbError::from)?)
}

/// Makes a key; the answer is the only place where it stands.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/create-key")]
pub async fn create_key(
    name: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] last_day: String,
) -> Result<Told, AppError> {
    use domain::identity::keys::{self, NewKey};
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    let new = NewKey { name: &name, scopes: &scopes, last_day: &last_day };
    let made = keys::create(&services.db, &change, &new).await;
    let mut typed = vec![("name", name.as_str()), ("last_day", &last_day)];
    typed.extend(scopes.iter().map(|scope| ("scopes", scope.as_str())));
    let (_, key) = super::note::or_typed(&caller, &services, &typed, made)?;
    super::note::tell(&caller, &services, Told::secret("The key is made.", key.reveal().to_owned()))
}

/// Revokes a key at once.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/revoke-key")]
pub async fn revoke_key(key: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    let id = key.parse().map_err(|_| crate::host::invalid("key", "is no id"))?;
    let name = domain::identity::keys::revoke(&services.db, &change, id).await?;
    super::note::tell(&caller, &services, Told::plain(format!("The key \"{name}\" is revoked.")))
}
