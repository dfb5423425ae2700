//! The tenants' accounts as this process reaches them: one HTTP client for all, one pace for each tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::client::{Client, Http};
use super::connection::{self, Tested};
use super::error::SyncError;
use super::limiter::Limiter;
use crate::db::{Db, TenantTx};
use crate::identity::TenantId;
use crate::seal::Sealer;

/// Cheap to clone; all clones share the limiters.
#[derive(Clone)]
pub(super) struct Accounts {
    db: Db,
    sealer: Sealer,
    http: Http,
    /// Whether addresses that people entered on screens may lie outside of the public internet.
    allow_private: bool,
    interval: Duration,
    limiters: Arc<Mutex<HashMap<TenantId, Arc<Limiter>>>>,
}

impl Accounts {
    /// `interval` is the least time between two requests of a tenant.
    pub fn new(db: Db, sealer: Sealer, interval: Duration, allow_private: bool) -> Result<Accounts, reqwest::Error> {
        Ok(Accounts { db, sealer, http: Http::new()?, allow_private, interval, limiters: Arc::default() })
    }

    /// A tenant's account, in a transaction of its own.
    pub async fn client(&self, tenant: TenantId) -> Result<Client, SyncError> {
        let mut tx = self.db.worker_tx(tenant).await?;
        let client = self.open(&mut tx, tenant).await?;
        tx.commit().await?;
        Ok(client)
    }

    /// The account of the transaction's tenant.
    pub async fn open(&self, tx: &mut TenantTx, tenant: TenantId) -> Result<Client, SyncError> {
        let stored = connection::stored(tx, &self.sealer).await?;
        let http = self.http.to(&stored.base, stored.from_screen && !self.allow_private)?;
        Ok(Client::new(http, stored.base, stored.subdomain, stored.token, self.limiter(tenant)))
    }

    /// Whether the stored credentials work.
    pub async fn test(&self, tenant: TenantId, cancel: &CancellationToken) -> Result<Tested, SyncError> {
        match self.client(tenant).await {
            Ok(client) => Ok(connection::test(&client, cancel).await),
            Err(error @ (SyncError::NotConnected | SyncError::CannotOpen(_) | SyncError::Source(_))) => {
                Ok(Tested { ok: false, code: error.code(), message: error.to_string() })
            }
            Err(error) => Err(error),
        }
    }

    fn limiter(&self, tenant: TenantId) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        limiters.entry(tenant).or_insert_with(|| Arc::new(Limiter::new(self.interval))).clone()
    }
}
