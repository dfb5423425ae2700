//! Single records, read by many at once: who waits for the account's pace shares the next request with all others who wait.
//! A thousand webhooks of a bulk edit are then ten requests, not a thousand, and one alone is still read at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::error::SourceError;
use super::single::{self, Fetched};
use super::wire;
use crate::identity::TenantId;

/// Records of one request.
const MOST: usize = 100;

type Answer = Result<Fetched, SourceError>;

/// Those who wait, by tenant. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(super) struct Readers(Arc<Mutex<HashMap<TenantId, Arc<Queue>>>>);

#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<(i64, oneshot::Sender<Answer>)>>,
    /// Held by who asks for all that wait.
    leading: tokio::sync::Mutex<()>,
}

impl Readers {
    /// Asks the source for one record, perhaps together with others.
    pub async fn fetch(&self, tenant: TenantId, client: &Client, id: i64) -> Answer {
        let queue = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default().clone();
        loop {
            let (answer, mut answered) = oneshot::channel();
            queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((id, answer));
            let _lead = queue.leading.lock().await;
            // Whoever led before has asked for ours too, unless it was stopped in the middle.
            match answered.try_recv() {
                Ok(answer) => return answer,
                Err(oneshot::error::TryRecvError::Closed) => continue,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            // Who comes during this wait is asked for as well.
            client.near().await;
            queue.ask(client).await;
            if let Ok(answer) = answered.try_recv() {
                return answer;
            }
        }
    }
}

impl Queue {
    /// Asks for the oldest of those who wait, and answers them.
    async fn ask(&self, client: &Client) {
        let batch: Vec<_> = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let most = waiting.len().min(MOST);
            waiting.drain(..most).collect()
        };
        let mut ids: Vec<i64> = batch.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found = match ids.as_slice() {
            [] => return,
            [id] => HashMap::from([(*id, single::fetch(client, *id).await)]),
            _ => together(client, &ids).await,
        };
        for (id, answer) in batch {
            let again = found.get(&id).cloned();
            // Who was stopped meanwhile does not hear it.
            let _ = answer.send(again.unwrap_or(Err(SourceError::Cancelled)));
        }
        found.clear();
    }
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

/// One request for all; what it does not show is asked for alone, before it is believed to be gone or unreadable.
async fn together(client: &Client, ids: &[i64]) -> HashMap<i64, Answer> {
    let answer = match client.get_opportunities(ids, &CancellationToken::new()).await {
        Ok(answer) => answer,
        Err(error) => return ids.iter().map(|id| (*id, Err(error.clone()))).collect(),
    };
    let mut found: HashMap<i64, Answer> = HashMap::new();
    if let Ok(page) = serde_json::from_slice::<wire::Page<'_>>(&answer.body) {
        for raw in page.opportunities {
            if let Some(id) = id_of(raw).filter(|id| ids.contains(id)) {
                found.insert(id, Ok(Fetched::of(id, raw)));
            }
        }
    }
    for id in ids {
        if !found.contains_key(id) {
            found.insert(*id, single::fetch(client, *id).await);
        }
    }
    found
}

fn id_of(raw: &RawValue) -> Option<i64> {
    serde_json::from_str::<Id>(raw.get()).ok().map(|record| record.id)
}
