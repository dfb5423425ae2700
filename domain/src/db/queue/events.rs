//! Whose events wait to be told.

use sqlx::Error;
use uuid::Uuid;

use crate::db::Db;

impl Db {
    /// Tenants with events that nobody was told of yet.
    pub async fn tenants_to_tell(&self) -> Result<Vec<Uuid>, Error> {
        sqlx::query_scalar!("select distinct tenant_id from notification_events limit 1000")
            .fetch_all(&self.queue)
            .await
    }
}
