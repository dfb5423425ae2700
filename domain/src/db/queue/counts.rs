//! How many jobs there are, of one tenant or of all.

use chrono::{DateTime, Utc};
use sqlx::Error;

use crate::db::Db;
use crate::identity::TenantId;

/// Jobs of one type in one state.
#[derive(Debug, Clone)]
pub struct TypeCount {
    pub kind: String,
    pub status: String,
    pub count: i64,
}

/// A job that waits, without what it is about.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub id: i64,
    pub kind: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
}

impl Db {
    /// Counts up to a limit, beyond which counting takes long.
    pub async fn count_some_jobs(&self, tenant: Option<TenantId>, pending: bool, limit: i64) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from (
                select from jobs where ($1::uuid is null or tenant_id = $1) and (status = 'pending' or not $2) limit $3) j"#,
            tenant.map(|tenant| tenant.0),
            pending,
            limit
        )
        .fetch_one(&self.worker)
        .await
    }

    /// Counts all by type and state.
    pub async fn count_jobs(&self, tenant: Option<TenantId>) -> Result<Vec<TypeCount>, Error> {
        sqlx::query_as!(
            TypeCount,
            r#"select type as "kind!", status as "status!", count(*) as "count!" from jobs
             where ($1::uuid is null or tenant_id = $1) group by 1, 2 order by 1, 2"#,
            tenant.map(|tenant| tenant.0)
        )
        .fetch_all(&self.worker)
        .await
    }

    /// A tenant's pending jobs in the order in which they are claimed.
    pub async fn pending_jobs_of(&self, tenant: TenantId, limit: i64) -> Result<Vec<Waiting>, Error> {
        sqlx::query_as!(
            Waiting,
            "select id, type as kind, attempts, created_at from jobs where tenant_id = $1 and status = 'pending'
             order by priority desc, run_at, id limit $2",
            tenant.0,
            limit
        )
        .fetch_all(&self.worker)
        .await
    }

    /// Pending jobs of all tenants, those that are due first.
    pub async fn pending_jobs(&self, limit: i64) -> Result<Vec<Waiting>, Error> {
        sqlx::query_as!(
            Waiting,
            "select id, type as kind, attempts, created_at from jobs where status = 'pending' order by run_at limit $1",
            limit
        )
        .fetch_all(&self.worker)
        .await
    }
}
