//! Server functions of the people of a tenant.

use domain::identity::PersonView;
use leptos::prelude::*;
use server_fn::codec::Postcard;

use super::told::Told;
use crate::AppError;

/// Everybody with a role here.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/people")]
pub async fn people() -> Result<Vec<PersonView>, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let list = domain::identity::people::list(&mut tx, caller.person(), chrono::Utc::now()).await;
    Ok(list.map_err(domain::db::DbError::from)?)
}

/// Invites an address; the one-time link is in the answer.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/invite")]
pub async fn invite(email: String, name: String, role: String) -> Result<Told, AppError> {
    use domain::identity::people::{self, Invitation};
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    let who = Invitation { email: &email, name: &name, role: &role };
    let invited = people::invite(&services.db, &change, &who).await;
    let typed = [("email", email.as_str()), ("name", &name), ("role", &role)];
    let (_, token) = super::note::or_typed(&caller, &services, &typed, invited)?;
    let text = format!("{} is invited. This link works once, for 24 hours.", who.name.trim());
    super::note::tell(&caller, &services, Told::secret(text, link(&token)))
}

/// A new one-time link for somebody who cannot sign in.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/reset-link")]
pub async fn reset_link(person: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    let token = domain::identity::people::reset_link(&services.db, &change, id(&person)?).await?;
    let text =
        "This link signs the person in once, within 24 hours; there they set a password. Older links have ended.";
    super::note::tell(&caller, &services, Told::secret(text, link(&token)))
}

/// Gives a person another role.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/set-role")]
pub async fn set_role(person: String, role: String) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    domain::identity::people::set_role(&services.db, &change, id(&person)?, &role).await?;
    super::note::tell(&caller, &services, Told::plain("The role is changed."))
}

/// Disables a person here, or enables them again.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/set-enabled")]
pub async fn set_enabled(person: String, enabled: bool) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = super::host::change(&caller, request_id.as_deref());
    domain::identity::people::set_enabled(&services.db, &change, id(&person)?, enabled).await?;
    services.changes.mark(caller.tenant, &[domain::live::Topic::Sessions]);
    let text = if enabled { "The person can sign in again." } else { "The person is disabled and signed out." };
    super::note::tell(&caller, &services, Told::plain(text))
}

#[cfg(feature = "ssr")]
fn id(text: &str) -> Result<uuid::Uuid, AppError> {
    text.parse().map_err(|_| crate::host::invalid("person", "is no id"))
}

/// The whole address, to be sent to the person.
#[cfg(feature = "ssr")]
fn link(token: &domain::identity::token::Token) -> String {
    let outside = expect_context::<crate::host::Outside>();
    format!("{}/sign-in/link?token={}&to=account", outside.public_url, token.reveal())
}
