//! `backline jobs …`: a worker of its own, or a batch by hand.

use chrono::{DateTime, Duration, Utc};
use clap::Subcommand;
use serde_json::json;

use super::{Failure, Outcome, print, query, services};
use crate::config::Config;
use crate::database::Database;
use crate::host::stop_on_signals;

#[derive(Subcommand)]
pub enum JobsCommand {
    /// Work on the queue until SIGTERM or SIGINT; what runs is given back when it takes too long to stop.
    Work {
        /// Only jobs of these types, separated by commas.
        #[arg(long, value_delimiter = ',')]
        types: Option<Vec<String>>,
    },
    /// Claim up to so many jobs, run them, and print what became of them.
    Process {
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
        max_jobs: u16,
    },
    /// Fire the schedules as if time ran from one instant to another, second by second; prints how many jobs were born.
    #[command(hide = true)]
    Ticks {
        #[arg(long)]
        from: DateTime<Utc>,
        #[arg(long)]
        to: DateTime<Utc>,
    },
}

pub async fn run(command: JobsCommand, config: &Config, database: &Database) -> Outcome {
    let services = services(config, database).await?;
    match command {
        JobsCommand::Work { types } => {
            if let Some(unknown) = types.iter().flatten().find(|name| services.jobs.registry().get(name).is_none()) {
                let known: Vec<&str> = services.jobs.registry().names().collect();
                return Err(Failure::usage(format!(
                    "--types: no jobs of type {unknown:?}; known: {}",
                    known.join(", ")
                )));
            }
            let stop = stop_on_signals()?;
            let hearing = tokio::spawn(domain::live::hear(database.direct_url.clone(), services.hub.clone()));
            let working = services.jobs.work(types.as_deref(), stop.clone());
            tokio::select! {
                () = async { tokio::join!(working, services.sync.watch()); } => {}
                // Brings a private Postgres that died up again, for as long as the worker lives.
                () = database.supervise() => {}
                () = async { stop.cancelled().await; services.sync.shut_down().await; std::future::pending::<()>().await } => {}
            }
            hearing.abort();
        }
        JobsCommand::Process { max_jobs } => {
            let summary = services.jobs.process(None, max_jobs.into()).await.map_err(query)?;
            services.sync.shut_down().await;
            print(json!({"processed": summary.processed, "failed": summary.failed,
                "startTime": summary.started_at, "endTime": summary.ended_at, "message": summary.message()}));
        }
        JobsCommand::Ticks { from, to } => {
            let (mut now, mut born) = (from, 0);
            while now <= to {
                born += services.jobs.fire_due(now).await.map_err(query)?;
                now += Duration::seconds(1);
            }
            print(born);
        }
    }
    let _ = services.changes.flush(&services.db).await;
    Ok(0)
}
