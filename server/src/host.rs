//! Bringing the host up, and down again within 25 s.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use domain::audit::{AuditKey, By, Request, Source};
use domain::db::DbError;
use domain::{Services, ServicesError, Settings};
use leptos::config::LeptosOptions;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::database::Database;
use crate::http::{self, Origins, State};
use crate::live::Live;
use crate::{demo, secret};

/// How `serve` was called.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mode {
    pub demo: bool,
    pub no_worker: bool,
    pub no_migrate: bool,
}

/// Why the host did not come up. The code is stable, for machines.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error(transparent)]
    Postgres(#[from] crate::postgres::PostgresError),
    #[error(transparent)]
    Db(#[from] domain::db::DbError),
    #[error(transparent)]
    Services(#[from] ServicesError),
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    #[error("the first tenant's connection: {0}")]
    FirstAccount(#[from] domain::sync::connection::ConnectionError),
    #[error("Leptos.toml: {0}")]
    Leptos(String),
}

impl HostError {
    pub fn code(&self) -> &'static str {
        match self {
            HostError::Config(_) => "BAD_SETTING",
            HostError::Postgres(error) => error.code(),
            HostError::Db(error) | HostError::Services(ServicesError::Db(error)) if error.is_away() => "DATABASE_AWAY",
            HostError::Db(DbError::UnsafeRole { .. })
            | HostError::Services(ServicesError::Db(DbError::UnsafeRole { .. })) => "UNSAFE_ROLE",
            HostError::Db(_) => "DATABASE",
            HostError::Services(_) => "SERVICES",
            HostError::Demo(_) => "DEMO",
            HostError::Io { .. } => "IO",
            HostError::FirstAccount(_) => "FIRST_ACCOUNT",
            HostError::Leptos(_) => "SITE",
        }
    }
}

/// A file or folder of the build: in the working folder, else beside the binary.
pub fn beside(name: &str) -> Option<PathBuf> {
    let here = PathBuf::from(name);
    if here.exists() {
        return Some(here);
    }
    let there = std::env::current_exe().ok()?;
    // `target/release/backline` lies two folders below what it was built from; installed, everything lies side by side.
    there.ancestors().skip(1).take(3).map(|folder| folder.join(name)).find(|path| path.exists())
}

/// Puts the services together on a migrated database.
pub async fn services(config: &Config, database: &Database) -> Result<Services, HostError> {
    let settings = Settings {
        database_url: database.url.clone(),
        secret_key: secret_key(config)?,
        sync: config.sync.clone(),
        jobs: config.jobs,
        webhook_rate: config.webhook_rate,
        allow_private_targets: config.allow_private_targets,
        mail: config.mail.clone(),
        public_url: config.public_url.as_ref().map(ToString::to_string),
    };
    Ok(Services::connect(&settings).await?)
}

/// The operator's secret, or the one that was made for the data folder.
fn secret_key(config: &Config) -> Result<String, HostError> {
    match config.secret_key.clone() {
        Some(key) => Ok(key),
        None => secret::key_of(&config.data_dir).map_err(|source| HostError::Io {
            what: format!("the secret key in {}", config.data_dir.display()),
            source,
        }),
    }
}

/// What makes the codes of the audit log.
pub fn audit_key(config: &Config) -> Result<AuditKey, HostError> {
    Ok(AuditKey::new(&secret_key(config)?))
}

/// Serves until SIGTERM or SIGINT.
pub async fn serve(config: Config, mode: Mode) -> Result<(), HostError> {
    // Listened for before anything is started, so that an early signal stops all of it too.
    let stop = stop_on_signals()?;
    let database = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        database = Database::open(&config) => database?,
    };
    let outcome = tokio::select! {
        outcome = Box::pin(serve_on(config, mode, &database, stop.clone())) => outcome,
        () = database.supervise() => Ok(()),
    };
    database.close().await?;
    outcome
}

async fn serve_on(
    mut config: Config,
    mode: Mode,
    database: &Database,
    stop: CancellationToken,
) -> Result<(), HostError> {
    if !mode.no_migrate {
        domain::db::migrate::migrate(&database.direct_url).await?;
    }
    config.sync.works = !mode.no_worker;
    let services = services(&config, database).await?;
    connect_first_account(&config, &services, &database.direct_url).await?;
    let listener = TcpListener::bind(config.addr)
        .await
        .map_err(|source| HostError::Io { what: format!("cannot listen on {}", config.addr), source })?;
    let addr = listener.local_addr().unwrap_or(config.addr);
    let origins = Origins::new(config.public_url.clone(), addr);
    if !origins.is_safe(addr) {
        tracing::warn!(%addr, "listening beyond this machine without https: set BACKLINE_PUBLIC_URL and put a TLS proxy in front");
    }
    if mode.demo {
        let path = demo::set_up(&services, &database.direct_url).await?;
        say(&format!("Backline is ready. Sign in once with {}{path}", origins.public()));
    } else {
        say(&format!("Backline is ready at {}", origins.public()));
    }
    let live = Live { stop: stop.clone(), hub: services.hub.clone() };
    let hearing = tokio::spawn(domain::live::hear(database.direct_url.clone(), services.db.clone(), live.hub.clone()));
    let direct_url = database.direct_url.clone();
    let processor_key = config.job_processor_key.as_deref();
    let state =
        State::new(services.clone(), options()?, origins, config.trusted_proxies, direct_url, live, processor_key);
    let watch = services.sync.clone();
    let watching = tokio::spawn(async move { watch.watch().await });
    let (jobs, leaving) = (services.jobs.clone(), stop.clone());
    let working = tokio::spawn(async move {
        if !mode.no_worker {
            jobs.work(None, leaving).await;
        }
    });
    // From the first moment, so that nobody who waits for a run holds up the stop.
    let (sync, stopping) = (services.sync.clone(), stop.clone());
    let letting_go = tokio::spawn(async move {
        stopping.cancelled().await;
        sync.shut_down().await;
    });
    http::serve(listener, http::router(state), stop).await;
    // Runs in flight stay open; the lease goes back, so that another host can go on at once.
    let _ = tokio::time::timeout(Duration::from_secs(4), letting_go).await;
    let _ = tokio::time::timeout(Duration::from_secs(10), working).await;
    watching.abort();
    hearing.abort();
    let _ = tokio::time::timeout(Duration::from_secs(2), services.db.close()).await;
    Ok(())
}

async fn connect_first_account(config: &Config, services: &Services, direct_url: &str) -> Result<(), HostError> {
    use domain::db::{Actor, operator::Operator};
    use domain::sync::connection::{self, Credentials};
    let Some(account) = &config.first_account else { return Ok(()) };
    let first = Operator::connect(direct_url).await?.first_tenant().await.map_err(DbError::from)?;
    let Some(first) = first else {
        tracing::warn!(
            "CURRENT_RMS_* is set but there is no tenant yet: run `backline tenant create`, then start again"
        );
        return Ok(());
    };
    let actor = Actor::operator(domain::identity::TenantId(first.id));
    let mut tx = services.db.tenant_tx(&actor).await.map_err(DbError::from)?;
    let credentials = Credentials { base_url: &account.base_url, subdomain: &account.subdomain, token: &account.token };
    let by_us = Request { by: By::system("environment"), source: Source::CommandLine, request_id: None };
    connection::set(&mut tx, &services.sealer, &credentials, &by_us).await?;
    tx.commit().await.map_err(DbError::from)?;
    Ok(())
}

/// The options of `Leptos.toml`, with the site where it really is.
fn options() -> Result<LeptosOptions, HostError> {
    let missing = || HostError::Leptos("not found in the working folder or beside the binary".into());
    let path = beside("Leptos.toml").ok_or_else(missing)?;
    let mut options = leptos_config::get_configuration(path.to_str())
        .map_err(|error| HostError::Leptos(error.to_string()))?
        .leptos_options;
    if let Some(site) = beside(&options.site_root).or_else(|| beside("site")) {
        options.site_root = site.to_string_lossy().into_owned().into();
    }
    // Without it every page would fail while it renders; a host that serves only the API, as in tests, has no site.
    let hashes = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(options.hash_file.as_ref())));
    if options.hash_files && !hashes.is_some_and(|path| path.exists()) {
        tracing::warn!(
            "the built site is not here (hash.txt is missing beside the binary): pages come without styles; run scripts/build.sh"
        );
        options.hash_files = false;
    }
    Ok(options)
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody may be reading.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

pub fn stop_on_signals() -> Result<CancellationToken, HostError> {
    use tokio::signal::unix::{SignalKind, signal};
    let io = |source| HostError::Io { what: "cannot listen for signals".into(), source };
    let (mut term, mut int) =
        (signal(SignalKind::terminate()).map_err(io)?, signal(SignalKind::interrupt()).map_err(io)?);
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}
