//! `backline tenant create`.

use clap::Subcommand;
use domain::db::QueryError;
use domain::db::operator::{NewTenant, Operator};
use domain::identity::Slug;

use super::{Failure, Outcome, parse, print, query};
use crate::database::Database;

#[derive(Subcommand)]
pub enum TenantCommand {
    /// Create a tenant and print its id.
    Create {
        /// Its name in commands: a-z, 0-9 and hyphens.
        #[arg(long)]
        slug: String,
        #[arg(long, value_parser = parse::name)]
        name: String,
        /// An IANA name; days and weeks are cut in it.
        #[arg(long, default_value = "UTC", value_parser = parse::timezone)]
        timezone: String,
        /// An ISO 4217 code.
        #[arg(long, default_value = "GBP", value_parser = parse::currency)]
        currency: String,
    },
}

pub async fn run(command: TenantCommand, database: &Database) -> Outcome {
    let TenantCommand::Create { slug, name, timezone, currency } = command;
    let slug = Slug::parse(&slug).map_err(|error| Failure::usage(error.to_string()))?;
    let mut operator = Operator::connect(&database.direct_url).await?;
    let new = NewTenant { slug: &slug, name: &name, timezone: &timezone, currency: &currency };
    let id = operator.create_tenant(new).await.map_err(|error| taken(error, &slug))?;
    print(id.0);
    Ok(0)
}

fn taken(error: QueryError, slug: &Slug) -> Failure {
    match error.as_database_error().and_then(|error| error.constraint()) {
        Some("tenants_slug_key") => Failure::new("SLUG_TAKEN", format!("slug: there is a tenant \"{slug}\" already")),
        _ => query(error),
    }
}
