//! `backline api-key create`.

use clap::Subcommand;
use domain::db::operator::Operator;
use domain::identity::token::Token;
use domain::identity::{Scope, TenantId};

use super::{Outcome, find_tenant, parse, print, query};
use crate::config::Config;
use crate::database::Database;
use crate::host;

#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key and print it. It is shown this once.
    Create {
        #[arg(long)]
        tenant: String,
        #[arg(long, value_parser = parse::name)]
        name: String,
        /// read, sync, jobs:process, metrics or admin; may be given several times.
        #[arg(long = "scope", required = true, value_parser = parse::scope)]
        scopes: Vec<Scope>,
    },
}

pub async fn run(command: ApiKeyCommand, config: &Config, database: &Database) -> Outcome {
    let ApiKeyCommand::Create { tenant, name, scopes } = command;
    let mut operator = Operator::connect(&database.direct_url).await?;
    let tenant = find_tenant(&mut operator, &tenant).await?;
    let key = Token::api_key();
    let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_str().to_owned()).collect();
    operator
        .create_api_key(&host::audit_key(config)?, TenantId(tenant.id), &name, &key.hash(), &scopes)
        .await
        .map_err(query)?;
    print(key.reveal());
    Ok(0)
}
