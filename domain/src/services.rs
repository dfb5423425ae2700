//! What a host or a command works with, put together once.

use crate::audit::AuditKey;
use crate::dashboard::cache::Cache;
use crate::db::{Db, DbError};
use crate::identity::password::{PasswordError, Passwords};
use crate::inbox::intake::Intake;
use crate::jobs::{JobOptions, Jobs, types};
use crate::live::{Changes, Hub};
use crate::notifications::mail::{MailError, MailOptions, Mailer};
use crate::opportunities::list_cache::Lists;
use crate::seal::Sealer;
use crate::sync::client::Http;
use crate::sync::{SyncOptions, SyncService};

/// What the operator set.
pub struct Settings {
    pub database_url: String,
    /// Encrypts provider credentials.
    pub secret_key: String,
    pub sync: SyncOptions,
    pub jobs: JobOptions,
    /// Deliveries of a tenant that this host takes in a second.
    pub webhook_rate: u32,
    /// Lets screens name hosts that are not on the public internet, for tests and stand-ins.
    pub allow_private_targets: bool,
    /// None: nothing is mailed.
    pub mail: Option<MailOptions>,
    /// Where people reach the host, for links in mails.
    pub public_url: Option<String>,
}

/// Why the services could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ServicesError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("mail: {0}")]
    Mail(#[from] MailError),
}

/// Handles on everything, cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub db: Db,
    pub sealer: Sealer,
    pub passwords: Passwords,
    pub sync: SyncService,
    pub jobs: Jobs,
    pub intake: Intake,
    pub dashboards: Cache,
    pub lists: Lists,
    pub allow_private_targets: bool,
    /// None: nothing is mailed.
    pub mailer: Option<Mailer>,
    pub(crate) http: Http,
    pub(crate) public_url: Option<String>,
    /// To be marked after a commit.
    pub changes: Changes,
    /// The readers of this host.
    pub hub: Hub,
}

impl Services {
    /// Connects; the schema must be there.
    pub async fn connect(settings: &Settings) -> Result<Services, ServicesError> {
        let db = Db::connect(&settings.database_url, AuditKey::new(&settings.secret_key)).await?;
        let sealer = Sealer::new(&settings.secret_key);
        let changes = Changes::default();
        tokio::spawn(changes.clone().send(db.clone()));
        let sync = SyncService::new(
            db.clone(),
            sealer.clone(),
            settings.sync.clone(),
            settings.allow_private_targets,
            changes.clone(),
        )?;
        let hub = Hub::default();
        let mailer = settings.mail.as_ref().map(Mailer::new).transpose()?;
        let options = JobOptions { mail: mailer.is_some(), ..settings.jobs };
        let jobs = Jobs::new(db.clone(), options, changes.clone(), hub.jobs_bell());
        let intake = Intake::new(db.clone(), jobs.clone(), changes.clone(), settings.webhook_rate);
        let services = Services {
            db,
            intake,
            sealer,
            passwords: Passwords::new()?,
            sync,
            jobs,
            dashboards: Cache::default(),
            lists: Lists::default(),
            changes,
            hub,
            allow_private_targets: settings.allow_private_targets,
            mailer,
            http: Http::new()?,
            public_url: settings.public_url.clone(),
        };
        services.jobs.set_types(types::all(&services, settings.jobs.probe));
        Ok(services)
    }
}
