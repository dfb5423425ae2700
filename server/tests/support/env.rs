//! The environment that a host and the commands beside it share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::Cluster;

/// Variables of `backline` processes: one database, one data folder, one secret key, no pace towards the source.
#[derive(Clone)]
pub struct Env {
    vars: BTreeMap<String, String>,
    /// A file for each running host, named for its process: for the keeper of the cluster.
    pub hosts: PathBuf,
    _folder: Option<Arc<TempDir>>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

/// What every process needs of the environment around us, and nothing that would change what it does.
pub(super) fn ground() -> impl Iterator<Item = (String, String)> {
    ["PATH", "HOME", "TMPDIR"].into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
}

impl Env {
    /// A fresh, migrated database on the shared cluster. No schedule of its tenants runs unless a test enables it: a test
    /// that crosses a quarter of an hour would see a sync of its own otherwise.
    pub async fn fresh() -> Env {
        let cluster = Cluster::shared().await;
        let name = format!("test_{:016x}", rand::random::<u64>());
        let mut connection = PgConnection::connect(&cluster.url_of("postgres")).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        connection.close().await.unwrap();
        let url = cluster.url_of(&name);
        domain::db::migrate::migrate(&url).await.unwrap();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute("alter table app.schedules alter enabled set default false").await.unwrap();
        connection.close().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        Env { hosts: cluster.data_dir.join("hosts"), ..Env::of_folder(folder.path()) }
            .with("DATABASE_URL", &url)
            .keeping(folder)
    }

    /// The private Postgres of a data folder.
    pub fn of_folder(data_dir: &Path) -> Env {
        let env = Env { vars: ground().collect(), hosts: data_dir.join("hosts"), _folder: None };
        env.with("BACKLINE_DATA_DIR", data_dir.to_str().unwrap())
            .with("BACKLINE_ADDR", "127.0.0.1:0")
            .with("BACKLINE_SECRET_KEY", "a secret key of the tests, 32 by")
            .with("BACKLINE_SYNC_INTERVAL_MS", "0")
            .with("RUST_LOG", "warn")
    }

    fn keeping(mut self, folder: TempDir) -> Env {
        self._folder = Some(Arc::new(folder));
        self
    }

    /// The same with one variable set.
    pub fn with(mut self, name: &str, value: &str) -> Env {
        self.vars.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same without one variable.
    pub fn without(mut self, name: &str) -> Env {
        self.vars.remove(name);
        self
    }

    /// The superuser's URL of the database; not known for a private cluster.
    pub fn url(&self) -> &str {
        &self.vars["DATABASE_URL"]
    }

    /// The binary with these variables and no others.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backline"));
        command.args(args).env_clear().envs(&self.vars).kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub async fn backline(&self, args: &[&str], stdin: &str) -> Said {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        // A command that reads nothing may be gone before we have written.
        let _ = process.stdin.take().unwrap().write_all(stdin.as_bytes()).await;
        let output = process.wait_with_output().await.unwrap();
        Said {
            exit: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must succeed; its standard output without the line's end.
    pub async fn backline_ok(&self, args: &[&str], stdin: &str) -> String {
        let said = self.backline(args, stdin).await;
        assert_eq!(said.exit, 0, "backline {}: {}", args.join(" "), said.err);
        said.out.trim_end().to_owned()
    }

    /// A connection as one of the product's roles, such as `backline_reader`, that sees one tenant.
    pub async fn connect(&self, role: &str, tenant: &str) -> PgConnection {
        let options: sqlx::postgres::PgConnectOptions = self.url().parse().unwrap();
        let options = options.options([
            ("role", role),
            ("search_path", "app"),
            ("timezone", "UTC"),
            ("app.tenant_id", tenant),
            ("app.persona", "service"),
        ]);
        PgConnection::connect_with(&options).await.unwrap()
    }
}
