//! Who changes something, through which door, for the audit.

use serde_json::Value;

use super::Caller;
use crate::audit::{Request, Source};
use crate::db::TenantTx;

/// A change that a person or a key asks for.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub caller: &'a Caller,
    pub source: Source,
    pub request_id: Option<&'a str>,
}

impl Change<'_> {
    /// Writes the audit row, in the change's own transaction.
    pub(crate) async fn record(
        &self,
        tx: &mut TenantTx,
        entity: (&str, &str),
        action: &str,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), sqlx::Error> {
        let request = Request { by: self.caller.into(), source: self.source, request_id: self.request_id };
        request.record(tx, entity, action, before, after).await
    }
}
