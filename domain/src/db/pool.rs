//! Pools: one for requests (`backline_app`); one for work behind them, one for the queue and one for what must not be lost (`backline_worker`), none of
//! which can step around row-level security.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor};

use super::epochs::Epochs;
use crate::audit::AuditKey;
use crate::identity::TenantId;

/// What the database answered, for the log. It never reaches a browser.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address is no PostgreSQL URL.
    #[error("DATABASE_URL is no PostgreSQL URL: {0}")]
    Url(sqlx::Error),
    /// A role that may see every tenant would make row-level security a decoration.
    #[error("refusing to run: the database role {role} is {what}, so row-level security would not hold")]
    UnsafeRole { role: String, what: &'static str },
    /// The server is older than PostgreSQL 15.
    #[error("PostgreSQL 15 or later is needed, this server is {0}")]
    TooOld(String),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(transparent)]
    Sqlx(#[from] sqlx::Error),
}

impl DbError {
    /// Whether the database could not be reached, so that trying again later makes sense.
    pub fn is_away(&self) -> bool {
        matches!(self, DbError::Sqlx(error) if is_away(error))
    }
}

/// Chosen by PostgreSQL to give way to another transaction: the same again will do.
const DEADLOCK: &str = "40P01";
/// A statement or a lock took too long: too much at once.
const TOO_SLOW: [&str; 2] = ["57014", "55P03"];

/// Connection cut or refused, server starting or stopping, pool exhausted, a deadlock lost, or too slow: later it will work.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("57P")
                || code.starts_with("08")
                || ["53300", DEADLOCK].contains(&&*code)
                || TOO_SLOW.contains(&&*code)
        }),
        _ => false,
    }
}

/// Handle on the database, cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(super) app: PgPool,
    pub(super) worker: PgPool,
    /// For the queue's own statements, over all tenants.
    pub(super) queue: PgPool,
    /// For results of jobs and for what other systems post: what must not be lost once it was said.
    pub(super) durable: PgPool,
    pub(super) epochs: Epochs,
    /// Makes the codes of the audit log.
    pub(super) audit_key: AuditKey,
}

impl Db {
    /// Opens the pools lazily and refuses roles that would see every tenant.
    pub async fn connect(url: &str, audit_key: AuditKey) -> Result<Db, DbError> {
        let db = Db {
            app: pool(options(url, "backline_app")?.options(CUSTOM_PLANS).options(LISTS), 16),
            worker: pool(options(url, "backline_worker")?.options(CUSTOM_PLANS), 8),
            queue: pool(options(url, "backline_worker")?.options(ONE_PLAN).options(FORGETFUL), 4),
            durable: pool(options(url, "backline_worker")?.options(ONE_PLAN), 8),
            epochs: Epochs::default(),
            audit_key,
        };
        refuse_unsafe_role(&db.app).await?;
        refuse_unsafe_role(&db.worker).await?;
        Ok(db)
    }

    /// Makes the codes of the audit log.
    pub fn audit_key(&self) -> &AuditKey {
        &self.audit_key
    }

    /// Takes note of what another host says: rows of the tenant have changed.
    pub fn rows_changed(&self, tenant: TenantId) {
        self.epochs.advance(tenant.0);
    }

    /// Differs from what it was before when rows of the tenant may have changed since, as far as this host knows.
    pub fn epoch(&self, tenant: TenantId) -> u64 {
        self.epochs.of(tenant.0)
    }

    /// Whether the database answers now.
    pub async fn ping(&self) -> Result<(), DbError> {
        sqlx::query!("select 1 as one").fetch_one(&self.app).await?;
        Ok(())
    }

    /// Waits for the connections in use, then closes all.
    pub async fn close(&self) {
        self.app.close().await;
        self.worker.close().await;
        self.queue.close().await;
        self.durable.close().await;
    }
}

pub(super) fn options(url: &str, role: &str) -> Result<PgConnectOptions, DbError> {
    Ok(PgConnectOptions::from_str(url).map_err(DbError::Url)?.application_name("backline").options([
        ("role", role),
        ("search_path", "app"),
        ("timezone", "UTC"),
    ]))
}

/// A first sync begins on an empty table: a plan kept from then would read the whole table for each later page.
const CUSTOM_PLANS: [(&str, &str); 1] = [("plan_cache_mode", "force_custom_plan")];

/// A list sorts 100,000 rows in memory, and reads an index from its beginning to its end.
const LISTS: [(&str, &str); 2] = [("work_mem", "32MB"), ("random_page_cost", "1.1")];

/// The statements of the queue and of the inbox are few, run a thousand times a second on tables whose statistics are always
/// stale, and are each written for an index: planned once, and on that index. Left to itself the planner takes a partial
/// index of three rows as they say, and walks all the dead versions that an old snapshot keeps in it.
const ONE_PLAN: [(&str, &str); 8] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_incremental_sort", "off"),
    ("enable_memoize", "off"),
    ("jit", "off"),
];

/// What claims write may be taken back by a crash (`db::queue`).
const FORGETFUL: [(&str, &str); 1] = [("synchronous_commit", "off")];

fn pool(options: PgConnectOptions, most: u32) -> PgPool {
    let options = options.options([
        ("statement_timeout", "15s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "15s"),
        // The rollback below says "there is no transaction" almost always.
        ("client_min_messages", "error"),
    ]);
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(5))
        // A request whose client hung up while `begin` was on its way leaves a transaction open, and the next user of the
        // connection would write into it unseen (reference: sqlx issue 3932). Nothing returns to the pool inside one.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.execute("rollback").await?;
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

async fn refuse_unsafe_role(pool: &PgPool) -> Result<(), DbError> {
    let role = sqlx::query!(
        r#"select current_user::text as "name!", r.rolsuper as "superuser!", r.rolbypassrls as "bypass!",
                  pg_has_role(current_user, 'backline_owner', 'usage') as "owner!",
                  current_setting('server_version_num')::int as "version!", current_setting('server_version') as "words!"
           from pg_roles r where r.rolname = current_user"#
    )
    .fetch_one(pool)
    .await?;
    if role.version < 150_000 {
        return Err(DbError::TooOld(role.words));
    }
    let what = match (role.superuser, role.bypass, role.owner) {
        (true, ..) => "a superuser",
        (_, true, _) => "allowed to bypass it (BYPASSRLS)",
        (.., true) => "the owner of the tables",
        _ => return Ok(()),
    };
    Err(DbError::UnsafeRole { role: role.name, what })
}

/// One connection under another role, for migrations and the operator's commands.
pub(super) async fn connect_as(url: &str, role: &str) -> Result<sqlx::PgConnection, DbError> {
    Ok(sqlx::PgConnection::connect_with(&options(url, role)?).await?)
}
