//! `backline connection set` and `test`.

use clap::{Subcommand, ValueEnum};
use domain::audit::{By, Request, Source};
use domain::db::Actor;
use domain::db::operator::Operator;
use domain::identity::TenantId;
use domain::sync::connection::{self, ConnectionError, Credentials, DEFAULT_BASE_URL};

use super::{Failure, Outcome, find_tenant, print, query, secret_from_stdin, services};
use crate::config::Config;
use crate::database::Database;

#[derive(Clone, Copy, ValueEnum)]
pub enum Provider {
    CurrentRms,
}

#[derive(Subcommand)]
pub enum ConnectionCommand {
    /// Keep a tenant's credentials, sealed.
    Set {
        #[arg(long)]
        tenant: String,
        #[arg(long, value_enum)]
        provider: Provider,
        /// Up to and including /api/v1.
        #[arg(long, default_value = DEFAULT_BASE_URL)]
        base_url: String,
        /// The part before .current-rms.com.
        #[arg(long)]
        subdomain: String,
        /// Read the API key from standard input.
        #[arg(long, required = true)]
        token_stdin: bool,
    },
    /// Ask the account whether it accepts the credentials: JSON {ok, code, message}; exit 0 or 1.
    Test {
        #[arg(long)]
        tenant: String,
    },
}

pub async fn run(command: ConnectionCommand, config: &Config, database: &Database) -> Outcome {
    let mut operator = Operator::connect(&database.direct_url).await?;
    let (ConnectionCommand::Set { tenant, .. } | ConnectionCommand::Test { tenant }) = &command;
    let tenant = TenantId(find_tenant(&mut operator, tenant).await?.id);
    let services = services(config, database).await?;
    match command {
        ConnectionCommand::Set { base_url, subdomain, .. } => {
            let token = secret_from_stdin("token")?;
            let mut tx = services.db.tenant_tx(&Actor::operator(tenant)).await.map_err(query)?;
            let credentials = Credentials { base_url: &base_url, subdomain: &subdomain, token: token.trim() };
            let operator = Request { by: By::system("operator"), source: Source::CommandLine, request_id: None };
            connection::set(&mut tx, &services.sealer, &credentials, &operator).await.map_err(refused)?;
            tx.commit().await.map_err(query)?;
            Ok(0)
        }
        ConnectionCommand::Test { .. } => {
            let tested = services
                .sync
                .test_connection(tenant)
                .await
                .map_err(|error| Failure::new(error.code(), error.to_string()))?;
            print(serde_json::json!(tested));
            Ok(u8::from(!tested.ok))
        }
    }
}

fn refused(error: ConnectionError) -> Failure {
    match error {
        ConnectionError::Db(error) => query(error),
        ConnectionError::SubdomainFixed(_) => Failure::new("SUBDOMAIN_FIXED", error.to_string()),
        other => Failure::usage(other.to_string()),
    }
}
