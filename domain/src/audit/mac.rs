//! The code of a row: HMAC-SHA256 under a key derived from `BACKLINE_SECRET_KEY`, over every column. Who can write into the
//! database, but does not know the key, cannot make one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Makes and checks codes. Cheap to clone.
#[derive(Clone)]
pub struct AuditKey(Arc<[u8; 32]>);

impl AuditKey {
    /// From the operator's secret.
    pub fn new(secret: &str) -> AuditKey {
        let mut key = [0u8; 32];
        // HKDF-SHA256 refuses only outputs beyond 255 × 32 bytes.
        let _ = Hkdf::<Sha256>::new(Some(b"backline"), secret.as_bytes()).expand(b"audit log v1", &mut key);
        AuditKey(Arc::new(key))
    }

    pub(super) fn code(&self, bytes: &[u8]) -> Vec<u8> {
        self.with(bytes).finalize().into_bytes().to_vec()
    }

    /// Compares in constant time.
    pub(super) fn made(&self, bytes: &[u8], code: &[u8]) -> bool {
        self.with(bytes).verify_slice(code).is_ok()
    }

    fn with(&self, bytes: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[..]).expect("32 bytes");
        mac.update(bytes);
        mac
    }
}

/// A row as it stands in the table; JSON in the words of PostgreSQL, since those come back the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub tenant: Uuid,
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub source: String,
    pub request_id: Option<String>,
    pub entity_type: String,
    pub entity_id: String,
    pub action: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Row {
    /// Every column behind its length, so that no two rows give the same bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"backline audit row v1".to_vec();
        bytes.extend_from_slice(self.tenant.as_bytes());
        bytes.extend_from_slice(&self.id.to_be_bytes());
        bytes.extend_from_slice(&self.at.timestamp_micros().to_be_bytes());
        let actor_id = self.actor_id.map(|id| id.to_string());
        let texts = [
            Some(&self.actor_kind),
            actor_id.as_ref(),
            Some(&self.actor_name),
            Some(&self.source),
            self.request_id.as_ref(),
            Some(&self.entity_type),
            Some(&self.entity_id),
            Some(&self.action),
            self.before.as_ref(),
            self.after.as_ref(),
        ];
        for text in texts {
            match text {
                Some(text) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
                None => bytes.push(0),
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            tenant: Uuid::nil(),
            id: 7,
            at: DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap(),
            actor_kind: "person".into(),
            actor_id: Some(Uuid::nil()),
            actor_name: "ana".into(),
            source: "api".into(),
            request_id: None,
            entity_type: "person".into(),
            entity_id: "3".into(),
            action: "set role".into(),
            before: Some(r#"{"role": "rep"}"#.into()),
            after: Some(r#"{"role": "admin"}"#.into()),
        }
    }

    #[test]
    fn every_column_counts() {
        let key = AuditKey::new("one secret of the operator");
        let code = key.code(&row().bytes());
        assert!(key.made(&row().bytes(), &code));
        let changes: [fn(&mut Row); 12] = [
            |row| row.tenant = Uuid::max(),
            |row| row.id = 8,
            |row| row.at += chrono::TimeDelta::microseconds(1),
            |row| row.actor_kind = "key".into(),
            |row| row.actor_id = None,
            |row| row.actor_name = "anb".into(),
            |row| row.source = "sync".into(),
            |row| row.request_id = Some(String::new()),
            |row| (row.entity_type, row.entity_id) = ("person3".into(), String::new()),
            |row| row.action = "set rolf".into(),
            |row| row.before = None,
            |row| row.after = Some("{}".into()),
        ];
        for (n, change) in changes.iter().enumerate() {
            let mut altered = row();
            change(&mut altered);
            assert!(!key.made(&altered.bytes(), &code), "change {n}");
        }
        assert!(!AuditKey::new("another secret of it").made(&row().bytes(), &code));
        assert!(!key.made(&row().bytes(), &code[..31]));
    }
}
