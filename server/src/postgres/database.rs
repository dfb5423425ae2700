//! The database `backline` in a running cluster, made when absent (at first, or after somebody dropped it).

use std::path::Path;

use super::cluster::Cluster;
use super::error::PostgresError;
use super::{disk, socket};

/// The name of the one database that we use.
pub const NAME: &str = "backline";

/// Makes the database unless it is there. Under the transition lock, so that two processes do not both try.
pub fn ensure(cluster: &Cluster, socket: &Path) -> Result<(), PostgresError> {
    let there = psql(cluster, socket, &format!("select 1 from pg_database where datname = '{NAME}'"))?;
    if there.trim().is_empty() {
        psql(cluster, socket, &format!("create database {NAME}"))?;
    }
    Ok(())
}

fn psql(cluster: &Cluster, socket: &Path, statement: &str) -> Result<String, PostgresError> {
    let program = cluster.programs.path("psql");
    let mut command = cluster.account.command(&program);
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]);
    let output = command.arg(socket::url(socket, "postgres")).output();
    let output = output.map_err(|source| PostgresError::Run { program: program.display().to_string(), source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if disk::is_full(&cluster.folder, &said) {
        return Err(PostgresError::DiskFull { folder: cluster.folder.clone() });
    }
    Err(PostgresError::Database { output: said })
}
