//! `backline backup` and `backline restore`: PostgreSQL's own dump, as the role that may read everything and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use domain::db::migrate;
use domain::db::operator::Operator;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::process::Command;
use url::Url;

use super::{Failure, Outcome, print, query};
use crate::config::Config;
use crate::database::Database;
use crate::postgres::programs;

/// Writes beside the file and renames: half a dump never bears its name.
pub async fn backup(file: &Path, database: &Database) -> Outcome {
    let new = PathBuf::from(format!("{}.new", file.display()));
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create(true).truncate(true), 0o600);
    let out = options.open(&new).map_err(|error| Failure::new("IO", format!("{}: {error}", new.display())))?;
    let args = [
        "--format=custom",
        "--enable-row-security",
        "--role=backline_backup",
        "--schema=app",
        "--schema=backline_migrations",
    ];
    let dumped = run("pg_dump", &args, &database.direct_url, out.into()).await;
    if let Err(failure) = dumped {
        let _ = std::fs::remove_file(&new);
        return Err(failure);
    }
    std::fs::rename(&new, file).map_err(|error| Failure::new("IO", format!("{}: {error}", file.display())))?;
    let mut operator = Operator::connect(&database.direct_url).await?;
    print(json!({"file": file.display().to_string(), "tenants": rows(&mut operator).await?}));
    Ok(0)
}

/// Only into an empty database: what is there is never mixed with what comes.
pub async fn restore(file: &Path, config: &Config) -> Outcome {
    if !file.is_file() {
        return Err(Failure::usage(format!("{}: no such file", file.display())));
    }
    let database = Database::open(config).await?;
    let outcome = restore_into(file, &database).await;
    database.close().await?;
    outcome
}

async fn restore_into(file: &Path, database: &Database) -> Outcome {
    let url = &database.direct_url;
    migrate::make_roles(url).await?;
    let empty = Operator::connect(url).await?.is_empty().await.map_err(query)?;
    if !empty {
        let message =
            "the database is not empty: restore into a fresh one (another data folder, or another DATABASE_URL)";
        return Err(Failure::new("NOT_EMPTY", message));
    }
    migrate::drop_empty_schemas(url).await?;
    let path = file.to_string_lossy();
    let args = ["--exit-on-error", "--single-transaction", path.as_ref()];
    let restored = run("pg_restore", &args, url, Stdio::null()).await;
    // Also after a failure: the schemas are there again for whoever tries anew.
    migrate::make_roles(url).await?;
    restored?;
    migrate::migrate(url).await?;
    let mut operator = Operator::connect(url).await?;
    let (holes, _) = operator.lint().await.map_err(query)?;
    if !holes.is_empty() {
        return Err(Failure::new(
            "FENCE",
            format!("the restored database has holes in its fence: {}", holes.join("; ")),
        ));
    }
    print(json!({"file": file.display().to_string(), "tenants": rows(&mut operator).await?}));
    Ok(0)
}

/// `{tenant: {table: rows}}`, to be compared.
async fn rows(operator: &mut Operator) -> Result<Value, Failure> {
    let mut tenants: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for row in operator.rows_by_tenant().await.map_err(query)? {
        tenants.entry(row.slug).or_default().insert(row.table, row.rows);
    }
    Ok(json!(tenants))
}

/// Runs a program of PostgreSQL's on a database. The password goes through the environment: an argument is in every list of
/// processes.
async fn run(program: &str, args: &[&str], url: &str, out: Stdio) -> Result<(), Failure> {
    let mut address = Url::parse(url).map_err(|_| Failure::new("BAD_SETTING", "DATABASE_URL: is no URL"))?;
    let password = address.password().map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
    let _ = address.set_password(None);
    let path = programs::client(program).ok_or_else(|| {
        Failure::new(
            "NO_PROGRAMS",
            format!("{program} was not found: install PostgreSQL's client programs (postgresql-client)"),
        )
    })?;
    let mut command = Command::new(path);
    command.arg(format!("--dbname={address}")).args(args).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let io = |error| Failure::new("IO", format!("{program}: {error}"));
    // Not `output()`, which would take standard output away from the file.
    let output = command.spawn().map_err(io)?.wait_with_output().await.map_err(io)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let words: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(5).collect();
    Err(Failure::new("PROGRAM_FAILED", format!("{program}: {}", words.join(" "))))
}
