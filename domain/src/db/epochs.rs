//! How often each tenant's rows may have changed, as far as this host knows: what was computed in an earlier epoch is stale.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// A counter a tenant, moved by every commit of a [`super::TenantTx`] and by every note of another host.
#[derive(Debug, Clone, Default)]
pub(super) struct Epochs(Arc<Mutex<HashMap<Uuid, u64>>>);

impl Epochs {
    pub(super) fn advance(&self, tenant: Uuid) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default() += 1;
    }

    pub(super) fn of(&self, tenant: Uuid) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).copied().unwrap_or_default()
    }
}
