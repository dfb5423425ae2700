//! `backline sync …`: a run, waited for.

use clap::Subcommand;
use domain::audit::{By, Request, Source};
use domain::db::Actor;
use domain::db::operator::Operator;
use domain::identity::TenantId;
use domain::sync::{RunKind, RunStatus, SyncError};
use serde_json::json;

use super::{Failure, Outcome, find_tenant, print, services};
use crate::config::Config;
use crate::database::Database;

const FAILED_RECORDS: u8 = 3;
const ALREADY_RUNNING: u8 = 4;

#[derive(Subcommand)]
pub enum SyncCommand {
    /// The whole window, and records without dates.
    Initial {
        #[arg(long)]
        tenant: String,
    },
    /// What changed since the last run.
    Incremental {
        #[arg(long)]
        tenant: String,
    },
    /// The window again and every record ever mirrored: finds what was missed and what is gone.
    Sweep {
        #[arg(long)]
        tenant: String,
    },
    /// One record by its id.
    Single {
        #[arg(long)]
        tenant: String,
        #[arg(long)]
        id: i64,
    },
}

pub async fn run(command: SyncCommand, config: &Config, database: &Database) -> Outcome {
    let (kind, slug) = match &command {
        SyncCommand::Initial { tenant } => (Some(RunKind::Initial), tenant),
        SyncCommand::Incremental { tenant } => (Some(RunKind::Incremental), tenant),
        SyncCommand::Sweep { tenant } => (Some(RunKind::Sweep), tenant),
        SyncCommand::Single { tenant, .. } => (None, tenant),
    };
    let mut operator = Operator::connect(&database.direct_url).await?;
    let tenant = TenantId(find_tenant(&mut operator, slug).await?.id);
    let services = services(config, database).await?;
    let request = Request { by: By::system("operator"), source: Source::CommandLine, request_id: None };
    if let SyncCommand::Single { id, .. } = command {
        let single = services.sync.sync_opportunity(tenant, id, Some(&request)).await.map_err(failed)?;
        let _ = services.changes.flush(&services.db).await;
        let broken = matches!(single, domain::sync::Single::Failed { .. });
        print(json!({"success": !broken, "id": id, "result": single}));
        return Ok(if broken { FAILED_RECORDS } else { 0 });
    }
    let run = services
        .sync
        .start(&Actor::operator(tenant), kind.unwrap_or(RunKind::Initial), &request)
        .await
        .map_err(failed)?;
    let run = services.sync.wait(tenant, run).await.map_err(failed)?;
    services.sync.shut_down().await;
    // The last word to who looks at a page; it polls when there is none.
    let _ = services.changes.flush(&services.db).await;
    let seconds = run.completed_at.map_or(0, |end| (end - run.started_at).num_seconds());
    print(json!({
        "success": run.status == RunStatus::Completed,
        "syncId": run.id,
        "recordsSynced": run.records_synced,
        "recordsFailed": run.records_failed,
        "duration": seconds,
    }));
    match run.status {
        RunStatus::Completed if run.records_failed > 0 => Ok(FAILED_RECORDS),
        RunStatus::Completed => Ok(0),
        _ => {
            let code = run.metadata["code"].as_str().unwrap_or("SYNC_FAILED").to_owned();
            Err(Failure::new(&code, run.error.unwrap_or_else(|| "the sync was cancelled".into())))
        }
    }
}

fn failed(error: SyncError) -> Failure {
    let exit = if matches!(error, SyncError::Running { .. }) { ALREADY_RUNNING } else { 1 };
    Failure { exit, ..Failure::new(error.code(), error.to_string()) }
}
