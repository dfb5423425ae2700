//! The command line. Exit 0 done, 1 failed, 2 usage; errors as `{"error","code"}` on standard error; secrets only on
//! standard input; what a script needs (ids, keys, paths, JSON) alone on standard output.

mod api_key;
mod audit;
mod backup;
mod connection;
mod jobs;
mod parse;
mod simulate;
mod sync;
mod tenant;
mod user;
mod webhook;

use std::io::{Read, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use domain::Services;
use domain::db::operator::{Operator, TenantRow};
use domain::db::{DbError, QueryError};
use domain::identity::Slug;
use serde_json::json;

use crate::config::Config;
use crate::database::Database;
use crate::host::{self, HostError, Mode};
use crate::telemetry;

/// Operations dashboard for rental companies that run on Current RMS.
#[derive(Parser)]
#[command(name = "backline", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the dashboard, the API and the background work; migrates first.
    Serve {
        /// A tenant "demo" with a simulated account; prints a one-time sign-in link.
        #[arg(long)]
        demo: bool,
        /// Leave background work to other hosts.
        #[arg(long)]
        no_worker: bool,
        /// Do not migrate at start.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Make the roles and bring the schema up to date.
    Migrate,
    /// The database itself.
    #[command(subcommand)]
    Db(DbCommand),
    /// Tenants.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// People and their roles.
    #[command(subcommand)]
    User(user::UserCommand),
    /// API keys.
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// A tenant's Current RMS account.
    #[command(subcommand)]
    Connection(connection::ConnectionCommand),
    /// Addresses that other systems post to.
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Synchronise now and wait: exit 0 completed, 3 completed with failed records, 4 already running.
    #[command(subcommand)]
    Sync(sync::SyncCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The job queue.
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// Write the whole database into a file (pg_dump's custom format), and print how many rows each tenant has.
    Backup { file: std::path::PathBuf },
    /// Read such a file into an empty database; then migrate, check the fence, and print the rows of each tenant.
    Restore { file: std::path::PathBuf },
    /// Stand-in accounts with switchable faults.
    #[command(subcommand)]
    Simulate(simulate::SimulateCommand),
}

#[derive(Subcommand)]
enum DbCommand {
    /// Print the superuser URL of the private cluster, which must be running or is started for as long as this command runs.
    Url,
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: String,
    exit: u8,
}

type Outcome = Result<u8, Failure>;

impl Failure {
    fn new(code: &str, message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: code.into(), exit: 1 }
    }

    /// A value on the command line or on standard input that breaks a rule.
    fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: "USAGE".into(), exit: 2 }
    }
}

impl<E: Into<HostError>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error: HostError = error.into();
        Failure::new(error.code(), error.to_string())
    }
}

fn query(error: QueryError) -> Failure {
    DbError::from(error).into()
}

/// Runs the command that the process was called with.
pub async fn run() -> ExitCode {
    // ring, for both of our TLS users; a second call finds it in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            let text = error.render().to_string();
            // Up to clap's advice: the arguments that are missing or wrong stand on lines of their own.
            let end = text.find("\n\nUsage:").or_else(|| text.find("\n\nFor more")).unwrap_or(text.len());
            let words: Vec<&str> = text[..end].trim_start_matches("error: ").split_whitespace().collect();
            complain(&Failure::usage(words.join(" ")));
            return ExitCode::from(2);
        }
        Err(help) => {
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let serving = matches!(cli.command, Command::Serve { .. } | Command::Simulate(_));
    // A command's standard error is its error object, alone, unless RUST_LOG asks for more.
    telemetry::init(if serving { "info,sqlx=warn" } else { "off" });
    match Box::pin(dispatch(cli.command)).await {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            complain(&failure);
            ExitCode::from(failure.exit)
        }
    }
}

async fn dispatch(command: Command) -> Outcome {
    if let Command::Simulate(command) = command {
        return simulate::run(command).await;
    }
    let config = Config::from_env()?;
    match command {
        Command::Serve { demo, no_worker, no_migrate } => {
            Box::pin(host::serve(config, Mode { demo, no_worker, no_migrate })).await?;
            Ok(0)
        }
        Command::Migrate => on_database(&config, async |_| Ok(0)).await,
        Command::Db(DbCommand::Url) => db_url(&config).await,
        Command::Tenant(command) => on_database(&config, async |database| tenant::run(command, database).await).await,
        Command::User(command) => {
            on_database(&config, async |database| user::run(command, &config, database).await).await
        }
        Command::ApiKey(command) => {
            on_database(&config, async |database| api_key::run(command, &config, database).await).await
        }
        Command::Connection(command) => {
            on_database(&config, async |database| connection::run(command, &config, database).await).await
        }
        Command::Webhook(command) => {
            on_database(&config, async |database| webhook::run(command, &config, database).await).await
        }
        Command::Audit(command) => {
            on_database(&config, async |database| audit::run(command, &config, database).await).await
        }
        Command::Sync(command) => {
            on_database(&config, async |database| Box::pin(sync::run(command, &config, database)).await).await
        }
        Command::Jobs(command) => {
            on_database(&config, async |database| Box::pin(jobs::run(command, &config, database)).await).await
        }
        Command::Backup { file } => on_database(&config, async |database| backup::backup(&file, database).await).await,
        Command::Restore { file } => backup::restore(&file, &config).await,
        Command::Simulate(_) => Ok(0),
    }
}

/// Opens the database, brings the schema up to date, and gives the share back afterwards.
async fn on_database(config: &Config, work: impl AsyncFnOnce(&Database) -> Outcome) -> Outcome {
    let database = Database::open(config).await?;
    let outcome = match domain::db::migrate::migrate(&database.direct_url).await {
        Ok(()) => work(&database).await,
        Err(error) => Err(error.into()),
    };
    database.close().await?;
    outcome
}

async fn db_url(config: &Config) -> Outcome {
    let database = Database::open(config).await?;
    let outcome = if database.is_private() {
        print(&database.url);
        Ok(0)
    } else {
        Err(Failure::new(
            "NOT_PRIVATE",
            "DATABASE_URL is set: the database is not Backline's own, and you have its URL",
        ))
    };
    database.close().await?;
    outcome
}

async fn services(config: &Config, database: &Database) -> Result<Services, Failure> {
    Ok(host::services(config, database).await?)
}

async fn find_tenant(operator: &mut Operator, slug: &str) -> Result<TenantRow, Failure> {
    let slug = Slug::parse(slug).map_err(|error| Failure::usage(error.to_string()))?;
    let found = operator.find_tenant(&slug).await.map_err(query)?;
    found.ok_or_else(|| Failure::new("NO_SUCH_TENANT", format!("tenant: there is no tenant \"{slug}\"")))
}

/// A secret from standard input, without the line's end.
fn secret_from_stdin(what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(64 * 1024)
        .read_to_string(&mut text)
        .map_err(|_| Failure::usage(format!("{what}: standard input is no UTF-8 text")))?;
    let secret = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if secret.is_empty() {
        Err(Failure::usage(format!("{what}: nothing came on standard input")))
    } else {
        Ok(secret.to_owned())
    }
}

fn print(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is the reader's choice.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn complain(failure: &Failure) {
    let _ = writeln!(std::io::stderr(), "{}", json!({"error": failure.message, "code": failure.code}));
}
