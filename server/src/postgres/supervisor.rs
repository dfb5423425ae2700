//! Watches the server and starts it again when it died, `kill -9` included.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::blocking;
use super::cluster::Cluster;
use super::error::PostgresError;
use super::lock::Transition;
use super::settings;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// After a restart that failed: a full disk is not filled less by trying every second.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Looks between two clearings of old log files: an hour's.
const LOOKS_PER_PRUNING: u32 = 3600;

/// Runs for ever; idle once `open` is false.
pub async fn run(data: PathBuf, cluster: Arc<Cluster>, open: Arc<AtomicBool>) {
    let mut looks = 0_u32;
    while open.load(Ordering::SeqCst) {
        looks = looks.wrapping_add(1);
        let prune = looks.is_multiple_of(LOOKS_PER_PRUNING);
        let (data, cluster, is_open) = (data.clone(), Arc::clone(&cluster), Arc::clone(&open));
        let pause = match blocking(move || look(&data, &cluster, &is_open, prune)).await {
            Ok(()) => LOOK_EVERY,
            Err(PostgresError::Stopping) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(code = error.code(), %error, "PostgreSQL could not be kept running");
                TRY_AGAIN_AFTER
            }
        };
        tokio::time::sleep(pause).await;
    }
    std::future::pending().await
}

fn look(data: &Path, cluster: &Cluster, open: &AtomicBool, prune: bool) -> Result<(), PostgresError> {
    if prune {
        settings::prune_logs(&cluster.account, &cluster.folder)?;
    }
    if cluster.is_up() {
        return Ok(());
    }
    let given_up = || !open.load(Ordering::SeqCst);
    let _transition = Transition::begin(data, given_up)?;
    if cluster.is_up() || given_up() {
        // Another host was first, or we are leaving.
        return Ok(());
    }
    tracing::warn!("PostgreSQL is not running: starting it again");
    cluster.bring_up(given_up).map(drop)
}
