//! The readers of this host, by tenant. Each has one byte of what it has not been told yet, and a bell: a slow reader is told
//! less often, and nothing grows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::{Topic, Topics};
use crate::identity::TenantId;

/// Cheap to clone; all clones share the readers.
#[derive(Clone, Default)]
pub struct Hub(Arc<Readers>);

#[derive(Default)]
struct Readers {
    next: AtomicU64,
    by_tenant: Mutex<HashMap<TenantId, HashMap<u64, Arc<Waiting>>>>,
    /// For the workers of this host: jobs of any tenant.
    jobs: Arc<Notify>,
}

#[derive(Default)]
struct Waiting {
    bits: AtomicU8,
    bell: Notify,
}

/// One reader's place; dropping it gives the place up.
pub struct Subscription {
    hub: Hub,
    tenant: TenantId,
    id: u64,
    waiting: Arc<Waiting>,
}

impl Hub {
    /// A place for a reader; none when `most` of this host are taken.
    pub fn subscribe(&self, tenant: TenantId, most: usize) -> Option<Subscription> {
        let mut readers = self.0.by_tenant.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.values().map(HashMap::len).sum::<usize>() >= most {
            return None;
        }
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let waiting = Arc::<Waiting>::default();
        readers.entry(tenant).or_default().insert(id, waiting.clone());
        Some(Subscription { hub: self.clone(), tenant, id, waiting })
    }

    /// How many readers there are.
    pub fn len(&self) -> usize {
        self.0.by_tenant.lock().unwrap_or_else(PoisonError::into_inner).values().map(HashMap::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What rings when jobs changed, whoever's they are.
    pub fn jobs_bell(&self) -> Arc<Notify> {
        self.0.jobs.clone()
    }

    /// Tells the readers of one tenant.
    pub fn tell(&self, tenant: TenantId, topics: Topics) {
        if topics.has(Topic::Jobs) {
            self.0.jobs.notify_one();
        }
        let readers = self.0.by_tenant.lock().unwrap_or_else(PoisonError::into_inner);
        readers.get(&tenant).into_iter().flat_map(HashMap::values).for_each(|waiting| waiting.add(topics));
    }

    /// Tells every reader of every tenant.
    pub fn tell_all(&self, topics: Topics) {
        let readers = self.0.by_tenant.lock().unwrap_or_else(PoisonError::into_inner);
        readers.values().flat_map(HashMap::values).for_each(|waiting| waiting.add(topics));
    }
}

impl Waiting {
    fn add(&self, topics: Topics) {
        self.bits.fetch_or(topics.bits(), Ordering::AcqRel);
        self.bell.notify_one();
    }
}

impl Subscription {
    /// Waits until something has changed, and gives all of it.
    pub async fn changed(&self) -> Topics {
        loop {
            let topics = Topics::from_bits(self.waiting.bits.swap(0, Ordering::AcqRel));
            if topics != Topics::NONE {
                return topics;
            }
            self.waiting.bell.notified().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut readers = self.hub.0.by_tenant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = readers.get_mut(&self.tenant) {
            own.remove(&self.id);
            if own.is_empty() {
                readers.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId(uuid::Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_once_of_all_that_changed() {
        let hub = Hub::default();
        let reader = hub.subscribe(tenant(1), 9).unwrap();
        for _ in 0..1000 {
            hub.tell(tenant(1), Topics::of(&[Topic::Sync]));
            hub.tell(tenant(1), Topics::of(&[Topic::Opportunities]));
        }
        assert_eq!(reader.changed().await, Topics::of(&[Topic::Sync, Topic::Opportunities]));
        assert_eq!(reader.waiting.bits.load(Ordering::Acquire), 0);
    }

    #[tokio::test]
    async fn a_reader_hears_only_of_its_own_tenant_and_leaves_nothing_behind() {
        let hub = Hub::default();
        let (one, two) = (hub.subscribe(tenant(1), 2).unwrap(), hub.subscribe(tenant(2), 2).unwrap());
        assert!(hub.subscribe(tenant(3), 2).is_none());
        hub.tell(tenant(1), Topics::all());
        assert_eq!(two.waiting.bits.load(Ordering::Acquire), 0);
        drop((one, two));
        assert!(hub.is_empty() && hub.0.by_tenant.lock().unwrap().is_empty());
    }
}
