//! `backline simulate current-rms`: a stand-in account on this machine.

use clap::Subcommand;
use simulator::{Faults, Options, run_current_rms};

use super::{Failure, Outcome};

#[derive(Subcommand)]
pub enum SimulateCommand {
    /// A Current RMS account; credentials: subdomain "demo", key "demo-token".
    CurrentRms {
        #[arg(long)]
        port: u16,
        /// Records inside the default window.
        #[arg(long)]
        opportunities: usize,
        /// The same seed gives the same account.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// NAME=VALUE, several times; an unknown name lists them all.
        #[arg(long = "fault")]
        faults: Vec<String>,
    },
}

pub async fn run(command: SimulateCommand) -> Outcome {
    let SimulateCommand::CurrentRms { port, opportunities, seed, faults } = command;
    let faults = Faults::parse(&faults).map_err(|error| Failure::usage(error.to_string()))?;
    let options = Options { opportunities, seed, faults, ..Options::default() };
    run_current_rms(port, options).await.map_err(|error| Failure::new("IO", format!("port {port}: {error}")))?;
    Ok(0)
}
