//! `serve --demo`: a tenant, an admin and a simulated Current RMS account that slowly changes.

mod nights;

use std::time::Duration;

use domain::Services;
use domain::audit::{AuditKey, By, Request, Source};
use domain::db::operator::{NewTenant, Operator};
use domain::db::{Actor, DbError};
use domain::identity::{Email, PersonId, Role, Slug, TenantId, sign_in};
use domain::sync::connection::{self, ConnectionError, Credentials};
use simulator::{CurrentRms, Options};
use tokio::net::TcpListener;

const OPPORTUNITIES: usize = 245;
const DRIFT: Duration = Duration::from_secs(20);

/// Why the demo did not come up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Query(#[from] domain::db::QueryError),
    #[error(transparent)]
    Name(#[from] domain::identity::NameError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error("the simulated account: {0}")]
    Io(#[from] std::io::Error),
}

/// Makes sure that everything is there and gives the path of a link that signs the admin in, once.
pub async fn set_up(services: &Services, direct_url: &str) -> Result<String, DemoError> {
    let (tenant, person) = tenant_and_admin(direct_url, services.db.audit_key()).await?;
    let options = Options { opportunities: OPPORTUNITIES, seed: 20, drift: Some(DRIFT), ..Options::default() };
    let (subdomain, token) = (options.subdomain.clone(), options.token.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}/api/v1", listener.local_addr()?);
    let account = CurrentRms::new(options);
    tokio::spawn(async move {
        if let Err(error) = account.serve(listener).await {
            tracing::error!(%error, "the simulated account stopped");
        }
    });
    let mut tx = services.db.tenant_tx(&Actor::operator(tenant)).await?;
    let credentials = Credentials { base_url: &base_url, subdomain: &subdomain, token: &token };
    let by_us = Request { by: By::system("demo"), source: Source::CommandLine, request_id: None };
    connection::set(&mut tx, &services.sealer, &credentials, &by_us).await?;
    tx.commit().await?;
    tokio::spawn(nights::write_once_synced(services.clone(), tenant));
    let link = sign_in::make_link(&services.db, person, tenant).await?;
    Ok(format!("/sign-in/link?token={}", link.reveal()))
}

async fn tenant_and_admin(direct_url: &str, key: &AuditKey) -> Result<(TenantId, PersonId), DemoError> {
    let mut operator = Operator::connect(direct_url).await?;
    let slug = Slug::parse("demo")?;
    let tenant = match operator.find_tenant(&slug).await? {
        Some(row) => TenantId(row.id),
        None => {
            let new = NewTenant { slug: &slug, name: "Demo Rentals", timezone: "Europe/London", currency: "GBP" };
            operator.create_tenant(new).await?
        }
    };
    let email = Email::parse("admin@demo.example")?;
    let (person, _) = operator.find_or_create_person(&email, "Demo Admin", None).await?;
    operator.set_role(key, tenant, person, Role::Admin).await?;
    Ok((tenant, person))
}
