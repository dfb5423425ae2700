//! Who looks at the page.

use domain::identity::TenantView;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Postcard;

use crate::AppError;

/// The person behind the session, and their tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub name: String,
    pub email: String,
    pub role: String,
    pub tenant: TenantView,
    /// Notifications, counted up to 100.
    pub unread: i64,
}

#[cfg(feature = "ssr")]
impl Viewer {
    pub async fn of(
        caller: domain::identity::Caller,
        services: &domain::Services,
    ) -> Result<Viewer, domain::db::QueryError> {
        let (email, role) = match &caller.principal {
            domain::identity::Principal::Person { email, role, .. } => (email.clone(), role.as_str()),
            domain::identity::Principal::Key { .. } => (String::new(), "key"),
        };
        let unread = match caller.person() {
            Some(person) => {
                let mut tx = services.db.tenant_tx(&caller.actor()).await?;
                domain::notifications::store::unread(&mut tx, person).await?
            }
            None => 0,
        };
        Ok(Viewer { name: caller.name, email, role: role.into(), tenant: caller.tenant_view, unread })
    }
}

#[server(prefix = "/rpc", output = Postcard, endpoint = "identity/whoami")]
pub async fn whoami() -> Result<Viewer, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    Ok(Viewer::of(caller, &services).await.map_err(domain::db::DbError::from)?)
}
