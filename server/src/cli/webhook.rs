//! `backline webhook`: addresses that other systems post to.

use clap::{Subcommand, ValueEnum};
use domain::audit::{By, Request, Source};
use domain::db::Actor;
use domain::db::operator::Operator;
use domain::identity::{IdentityError, TenantId};
use domain::inbox::registration::{self, RegistrationError};
use domain::inbox::{self, endpoint};

use super::{Failure, Outcome, find_tenant, print, query, services};
use crate::config::Config;
use crate::database::Database;

#[derive(Clone, Copy, ValueEnum)]
pub enum Provider {
    CurrentRms,
    EmailBison,
}

impl From<Provider> for inbox::Provider {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::CurrentRms => inbox::Provider::CurrentRms,
            Provider::EmailBison => inbox::Provider::EmailBison,
        }
    }
}

#[derive(Subcommand)]
pub enum WebhookCommand {
    /// Make an endpoint and print the path of its address. It is shown this once.
    Create {
        #[arg(long)]
        tenant: String,
        #[arg(long, value_enum)]
        provider: Provider,
        /// What people call it.
        #[arg(long)]
        label: Option<String>,
        /// Minutes without a delivery after which it counts as silent.
        #[arg(long)]
        silent_after: Option<i32>,
    },
    /// Print all endpoints as JSON, without their secrets.
    List {
        #[arg(long)]
        tenant: String,
    },
    /// Give an endpoint a new address and print its path; the one before stays live.
    Rotate {
        #[arg(long)]
        tenant: String,
        #[arg(long)]
        id: i64,
        /// End the addresses before it at once.
        #[arg(long)]
        end_older: bool,
    },
    /// Have the account post its events here: registers what is missing and mends what is wrong. Prints JSON.
    Register {
        #[arg(long)]
        tenant: String,
        /// Only say what there is.
        #[arg(long)]
        dry_run: bool,
    },
    /// Revoke an endpoint: its addresses answer 404.
    Revoke {
        #[arg(long)]
        tenant: String,
        #[arg(long)]
        id: i64,
    },
}

impl WebhookCommand {
    fn tenant(&self) -> &str {
        match self {
            WebhookCommand::Create { tenant, .. }
            | WebhookCommand::List { tenant }
            | WebhookCommand::Rotate { tenant, .. }
            | WebhookCommand::Register { tenant, .. }
            | WebhookCommand::Revoke { tenant, .. } => tenant,
        }
    }
}

pub async fn run(command: WebhookCommand, config: &Config, database: &Database) -> Outcome {
    let mut operator = Operator::connect(&database.direct_url).await?;
    let tenant = TenantId(find_tenant(&mut operator, command.tenant()).await?.id);
    let services = services(config, database).await?;
    let actor = Actor::operator(tenant);
    let mut tx = services.db.tenant_tx(&actor).await.map_err(query)?;
    let hand = Request { by: By::system("operator"), source: Source::CommandLine, request_id: None };
    match command {
        WebhookCommand::Create { provider, label, silent_after, .. } => {
            let provider = provider.into();
            let made = endpoint::create(&mut tx, &hand, provider, label.as_deref(), silent_after).await;
            let (_, token) = made.map_err(refused)?;
            tx.commit().await.map_err(query)?;
            print(endpoint::path(provider, &token));
        }
        WebhookCommand::List { .. } => {
            print(serde_json::json!({"endpoints": endpoint::rows(&mut tx).await.map_err(query)?}));
        }
        WebhookCommand::Rotate { id, end_older, .. } => {
            let (provider, token) = endpoint::rotate(&mut tx, &hand, id).await.map_err(refused)?;
            if end_older {
                endpoint::end_older(&mut tx, &hand, id).await.map_err(refused)?;
            }
            tx.commit().await.map_err(query)?;
            print(endpoint::path(provider, &token));
        }
        WebhookCommand::Register { dry_run, .. } => {
            drop(tx);
            let found = match dry_run {
                true => registration::look(&services, &actor).await,
                false => registration::register(&services, &actor, &hand).await,
            };
            print(serde_json::json!(found.map_err(unregistered)?));
        }
        WebhookCommand::Revoke { id, .. } => {
            endpoint::revoke(&mut tx, &hand, id).await.map_err(refused)?;
            tx.commit().await.map_err(query)?;
        }
    }
    Ok(0)
}

fn unregistered(error: RegistrationError) -> Failure {
    match error {
        RegistrationError::Unreachable(_) => Failure::new("NO_PUBLIC_URL", error.to_string()),
        RegistrationError::Sync(error) => Failure::new(error.code(), error.to_string()),
        RegistrationError::Endpoint(error) => refused(error),
        RegistrationError::Db(error) => query(error),
    }
}

fn refused(error: IdentityError) -> Failure {
    match error {
        IdentityError::Db(error) => query(error),
        IdentityError::NotFound(_) => Failure::new("NOT_FOUND", error.to_string()),
        other => Failure::usage(other.to_string()),
    }
}
