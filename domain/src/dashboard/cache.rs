//! Figures at most a second old, computed once for all who ask at the same time.
//!
//! What was changed through this host is seen by the next read, since a commit moves the tenant's epoch; so does the note of another
//! host, and what it changed is seen within [`FRESH`] if the note is lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::Mutex as Turn;

use super::drawings::Drawings;
use super::{Dashboard, DateRange, store};
use crate::db::{Actor, Db, QueryError};
use crate::identity::TenantId;

/// How old an answer may be.
pub const FRESH: Duration = Duration::from_secs(1);

/// Ranges that are kept; beyond that those nobody waits for are dropped.
const MOST: usize = 512;

/// Figures and when they were computed, with what is made of them for the first who asks and serves all others.
#[derive(Debug)]
pub struct Computed {
    pub figures: Dashboard,
    pub computed_at: DateTime<Utc>,
    at: Instant,
    epoch: u64,
    drawings: OnceLock<Drawings>,
    json: OnceLock<Box<RawValue>>,
}

impl Computed {
    pub(super) fn drawings(&self) -> &Drawings {
        self.drawings.get_or_init(|| Drawings::of(&self.figures))
    }
}

impl Serialize for Computed {
    /// As the figures alone.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = match self.json.get() {
            Some(json) => json,
            None => {
                let made = to_raw_value(&self.figures).map_err(S::Error::custom)?;
                self.json.get_or_init(|| made)
            }
        };
        json.serialize(serializer)
    }
}

/// One slot a tenant and range; whoever comes while it is being filled waits for it.
type Slot = Arc<Turn<Option<Arc<Computed>>>>;

/// The figures of all tenants of this host. Every role that may read the mirror sees the same.
#[derive(Clone, Default)]
pub struct Cache(Arc<Mutex<HashMap<(TenantId, DateRange), Slot>>>);

impl Cache {
    /// The figures for a range of dates, as this person or key may read them.
    pub async fn read(&self, db: &Db, actor: &Actor, range: DateRange) -> Result<Arc<Computed>, QueryError> {
        let slot = self.slot(actor.tenant, range);
        let mut slot = slot.lock().await;
        let epoch = db.epoch(actor.tenant);
        if let Some(kept) = slot.as_ref().filter(|kept| kept.epoch == epoch && kept.at.elapsed() < FRESH) {
            return Ok(kept.clone());
        }
        let (at, computed_at) = (Instant::now(), Utc::now());
        let mut tx = db.tenant_tx(actor).await?;
        let figures = store::read(&mut tx, range).await?;
        let (drawings, json) = (OnceLock::new(), OnceLock::new());
        Ok(slot.insert(Arc::new(Computed { figures, computed_at, at, epoch, drawings, json })).clone())
    }

    fn slot(&self, tenant: TenantId, range: DateRange) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry((tenant, range)).or_default().clone()
    }
}
