//! Whose address a token is. An answer counts for a second, so that thousands of deliveries ask once; a token that is revoked
//! on this host is forgotten at once, on another within that second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Provider;
use super::delivery::Door;
use crate::db::{Db, QueryError};
use crate::identity::{TenantId, token};

const KNOWN_FOR: Duration = Duration::from_secs(1);
/// Tokens that are remembered; what is unknown is not.
const MOST: usize = 10_000;

/// Cheap to clone; all clones share what they know.
#[derive(Clone, Default)]
pub struct Doors(Arc<Mutex<Known>>);

/// Doors by the hash of their token, and when each was asked for.
type Known = HashMap<[u8; 32], (Door, Instant)>;

impl Doors {
    /// The door of a token of this provider; none for an unknown or revoked one.
    pub async fn find(&self, db: &Db, provider: Provider, presented: &str) -> Result<Option<Door>, QueryError> {
        let hash = token::hash(presented);
        let known = |door: &Door| (door.provider == provider).then(|| door.clone());
        if let Some((door, since)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash)
            && since.elapsed() < KNOWN_FOR
        {
            return Ok(known(door));
        }
        let asked = Instant::now();
        let Some(row) = db.find_webhook(&hash).await? else {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
            return Ok(None);
        };
        let Some(of) = Provider::parse(&row.provider) else { return Ok(None) };
        let door = Door { tenant: TenantId(row.tenant_id), endpoint: row.endpoint_id, provider: of, label: row.label };
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if doors.len() >= MOST {
            doors.clear();
        }
        doors.insert(hash, (door.clone(), asked));
        Ok(known(&door))
    }

    /// Whether a token was right when it was looked up last.
    pub fn know(&self, presented: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&token::hash(presented))
    }

    /// Asks anew from now on.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
