//! Lists at most a second old, read once for all tabs of a person that show the same: when something changes, each of them
//! asks at that moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::Utc;
use tokio::sync::Mutex as Turn;

use super::ListView;
use super::list_build::ListError;
use crate::dashboard::cache::FRESH;
use crate::db::Db;
use crate::identity::{Caller, PersonId, TenantId};

/// Lists that are kept; beyond that those nobody waits for are dropped.
const MOST: usize = 64;

/// Bytes of an address; a longer one is read each time.
const LONGEST: usize = 2048;

struct Kept {
    view: ListView,
    at: Instant,
    epoch: u64,
}

/// Whoever comes while it is being filled waits for it.
type Slot = Arc<Turn<Option<Kept>>>;

/// The lists that people of this host look at.
#[derive(Clone, Default)]
pub struct Lists(Arc<Mutex<HashMap<Key, Slot>>>);

/// Whose, and at which address.
type Key = (TenantId, PersonId, String);

impl Lists {
    /// The list that an address asks for, as this person may read it.
    pub async fn read(&self, db: &Db, search: &str, caller: &Caller) -> Result<ListView, ListError> {
        let Some(person) = caller.person().filter(|_| search.len() <= LONGEST) else {
            return read(db, search, caller).await;
        };
        let tenant = caller.actor().tenant;
        let slot = self.slot((tenant, person, search.to_owned()));
        let mut slot = slot.lock().await;
        let (at, epoch) = (Instant::now(), db.epoch(tenant));
        if let Some(kept) = slot.as_ref().filter(|kept| kept.epoch == epoch && kept.at.elapsed() < FRESH) {
            return Ok(kept.view.clone());
        }
        let view = read(db, search, caller).await?;
        *slot = Some(Kept { view: view.clone(), at, epoch });
        Ok(view)
    }

    fn slot(&self, key: (TenantId, PersonId, String)) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(key).or_default().clone()
    }
}

async fn read(db: &Db, search: &str, caller: &Caller) -> Result<ListView, ListError> {
    let mut tx = db.tenant_tx(&caller.actor()).await?;
    ListView::read(&mut tx, search, caller, Utc::now()).await
}
