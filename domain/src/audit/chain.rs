//! The chain: each hash covers the one before, so that no row can be altered, inserted or taken away between two others.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::Error;
use uuid::Uuid;

use super::mac::{AuditKey, Row};
use crate::db::TenantTx;

/// Before the first row.
pub(super) const GROUND: [u8; 32] = [0; 32];

/// Of the hash before, the number and the row.
pub(super) fn hash(before: &[u8], number: i64, row: &Row) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"backline audit chain v1");
    hash.update(before);
    hash.update(number.to_be_bytes());
    hash.update(Sha256::digest(row.bytes()));
    hash.finalize().to_vec()
}

/// The end of a tenant's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub number: i64,
    pub hash: Vec<u8>,
    /// Rows up to this id may be without a code: they were there when the chain began.
    pub legacy_through: i64,
}

impl End {
    /// What the code of a head covers.
    pub(super) fn bytes(&self, tenant: Uuid) -> Vec<u8> {
        let mut bytes = b"backline audit head v1".to_vec();
        bytes.extend_from_slice(tenant.as_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.legacy_through.to_be_bytes());
        bytes.extend_from_slice(&self.hash);
        bytes
    }
}

/// A tenant's head, and whether a host wrote it.
pub(super) async fn head(tx: &mut TenantTx) -> Result<Option<(End, bool)>, Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!("select number, hash, legacy_through, mac from audit_heads where tenant_id = $1", tenant)
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(|row| {
        let end = End { number: row.number, hash: row.hash, legacy_through: row.legacy_through };
        let ours = tx.audit_key().made(&end.bytes(tenant), &row.mac);
        (end, ours)
    }))
}

/// A row as it is read, with its code.
#[derive(Debug, Clone)]
pub(super) struct Kept {
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
    pub mac: Option<Vec<u8>>,
}

impl Kept {
    pub(super) fn row(self, tenant: Uuid) -> (Row, Option<Vec<u8>>) {
        let row = Row {
            tenant,
            id: self.id,
            at: self.at,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            actor_name: self.actor_name,
            source: self.source,
            request_id: self.request_id,
            entity_type: self.entity_type,
            entity_id: self.entity_id,
            action: self.action,
            before: self.before,
            after: self.after,
        };
        (row, self.mac)
    }
}

/// Whether a host wrote the row as it is, or it is from before rows had codes.
pub(super) fn ours(key: &AuditKey, row: &Row, mac: Option<&[u8]>, legacy_through: i64) -> bool {
    match mac {
        Some(mac) => key.made(&row.bytes(), mac),
        None => row.id <= legacy_through,
    }
}
