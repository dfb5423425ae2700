//! Who asks for a change, for its row.

use serde_json::Value;

use super::{By, Entry, Source, record};
use crate::db::TenantTx;

/// Who asks for a change, through which door, in which request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub by: By<'a>,
    pub source: Source,
    pub request_id: Option<&'a str>,
}

impl Request<'_> {
    /// Writes the audit row, in the change's own transaction.
    pub(crate) async fn record(
        &self,
        tx: &mut TenantTx,
        entity: (&str, &str),
        action: &str,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), sqlx::Error> {
        let Request { by, source, request_id } = *self;
        record(tx, &Entry { actor: by, source, request_id, entity, action, before, after }).await
    }
}
