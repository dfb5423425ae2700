//! The right of one host to work on one run: renewed while it lives, lost when it is silent, cancelled when somebody asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::store;
use crate::db::Db;
use crate::identity::TenantId;

const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// Held while a run is worked on; dropping it stops the signs of life.
pub struct Lease {
    pub tenant: TenantId,
    pub token: Uuid,
    /// Cancelled when the run is to stop, for either reason.
    pub stop: CancellationToken,
    host: CancellationToken,
    lost: Arc<AtomicBool>,
    _signs: DropGuard,
}

impl Lease {
    /// Begins the signs of life of a run that was just taken. When the host stops, the run stops but is not cancelled.
    pub fn hold(db: Db, tenant: TenantId, run: i64, token: Uuid, host: &CancellationToken) -> Lease {
        let (stop, host) = (host.child_token(), host.clone());
        let (ended, lost) = (CancellationToken::new(), Arc::new(AtomicBool::new(false)));
        let beat = Beat { db, tenant, run, token, stop: stop.clone(), lost: lost.clone() };
        let until = ended.clone();
        tokio::spawn(async move { until.run_until_cancelled_owned(beat.on()).await });
        Lease { tenant, token, stop, host, lost, _signs: ended.drop_guard() }
    }

    /// Whether the run is another host's now, or will be because this one stops, as opposed to somebody having cancelled it.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire) || self.host.is_cancelled()
    }
}

struct Beat {
    db: Db,
    tenant: TenantId,
    run: i64,
    token: Uuid,
    stop: CancellationToken,
    lost: Arc<AtomicBool>,
}

impl Beat {
    async fn on(self) {
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            match self.renew().await {
                Ok(Some(false)) => {}
                Ok(Some(true)) => self.stop.cancel(),
                Ok(None) => {
                    self.lost.store(true, Ordering::Release);
                    self.stop.cancel();
                    return;
                }
                // The database is away: pages cannot commit either, and the lease decides when it is back.
                Err(error) => tracing::warn!(run = self.run, %error, "no sign of life could be given"),
            }
        }
    }

    async fn renew(&self) -> Result<Option<bool>, sqlx::Error> {
        let mut tx = self.db.worker_tx(self.tenant).await?;
        let cancel = store::renew(&mut tx, self.run, self.token).await?;
        tx.commit().await?;
        Ok(cancel)
    }
}
