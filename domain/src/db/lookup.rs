//! The questions that come before a tenant is known, each a SECURITY DEFINER function of `migrations/0003_lookups.sql`,
//! `0006_people.sql`, `0010_snapshots.sql`, `0011_settings.sql`, `0017_inbox.sql`, `0019_audit.sql` or `0022_rules.sql`.

use std::time::Duration;

use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

use super::Db;
use crate::calendar::zone_or_utc;
use crate::dashboard::night::SnapshotDay;
use crate::identity::{FirstDay, PersonId, TenantId};

/// A session's person in its tenant, read anew for every request.
pub struct SessionRow {
    pub person_id: Uuid,
    pub email: String,
    pub name: String,
    pub role: String,
    pub tenant_id: Uuid,
    pub slug: String,
    pub tenant_name: String,
    pub timezone: String,
    pub currency: String,
    pub first_day: FirstDay,
}

/// An API key's tenant and scopes.
pub struct KeyRow {
    pub key_id: Uuid,
    pub name: String,
    pub scopes: Vec<String>,
    pub tenant_id: Uuid,
    pub slug: String,
    pub tenant_name: String,
    pub timezone: String,
    pub currency: String,
    pub first_day: FirstDay,
}

/// One role of the person who wants to sign in; the tenant is null for a person without any.
pub struct SignInRow {
    pub person_id: Uuid,
    pub name: String,
    pub password_hash: Option<String>,
    pub tenant_id: Option<Uuid>,
    pub slug: Option<String>,
}

/// A new session, beside its token's hash.
pub struct NewSession<'a> {
    pub person: PersonId,
    pub tenant: TenantId,
    pub idle: Duration,
    pub absolute: Duration,
    pub address: Option<&'a str>,
    pub agent: Option<&'a str>,
}

pub(crate) fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}

/// Whose address a webhook's token is.
pub struct WebhookRow {
    pub tenant_id: Uuid,
    pub endpoint_id: i64,
    pub provider: String,
    pub label: String,
}

impl Db {
    /// Who a cookie stands for; none when it is unknown, expired, or its person is disabled.
    pub async fn find_session(&self, hash: &[u8]) -> Result<Option<SessionRow>, sqlx::Error> {
        sqlx::query_as!(
            SessionRow,
            r#"select person_id as "person_id!", email as "email!", name as "name!", role as "role!", tenant_id as "tenant_id!",
                      slug as "slug!", tenant_name as "tenant_name!", timezone as "timezone!", currency as "currency!",
                      first_day as "first_day!: FirstDay"
               from find_session($1)"#,
            hash
        )
        .fetch_optional(&self.app)
        .await
    }

    /// Whose address a webhook's token is; none when it is unknown or revoked.
    pub(crate) async fn find_webhook(&self, hash: &[u8]) -> Result<Option<WebhookRow>, sqlx::Error> {
        sqlx::query_as!(
            WebhookRow,
            r#"select tenant_id as "tenant_id!", endpoint_id as "endpoint_id!", provider as "provider!", label as "label!"
               from find_webhook($1)"#,
            hash
        )
        .fetch_optional(&self.app)
        .await
    }

    /// The same without counting as use of the session.
    pub async fn look_at_session(&self, hash: &[u8]) -> Result<Option<SessionRow>, sqlx::Error> {
        sqlx::query_as!(
            SessionRow,
            r#"select person_id as "person_id!", email as "email!", name as "name!", role as "role!", tenant_id as "tenant_id!",
                      slug as "slug!", tenant_name as "tenant_name!", timezone as "timezone!", currency as "currency!",
                      first_day as "first_day!: FirstDay"
               from look_at_session($1)"#,
            hash
        )
        .fetch_optional(&self.app)
        .await
    }

    /// Opens a session; sessions past their end are removed on the way.
    pub async fn open_session(&self, hash: &[u8], new: &NewSession<'_>) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"select open_session($1, $2, $3, $4, $5, $6, $7) as "done""#,
            hash,
            new.person.0,
            new.tenant.0,
            interval(new.idle),
            interval(new.absolute),
            new.address,
            new.agent
        )
        .fetch_one(&self.app)
        .await?;
        Ok(())
    }

    /// Notes that the password was given in this session: it may move between the person's tenants.
    pub async fn prove_session(&self, hash: &[u8]) -> Result<(), sqlx::Error> {
        sqlx::query!(r#"select prove_session($1) as "done""#, hash).fetch_one(&self.app).await?;
        Ok(())
    }

    /// The person with this folded address and the tenants they work in, the one used last first.
    pub async fn find_sign_in(&self, email: &str) -> Result<Vec<SignInRow>, sqlx::Error> {
        sqlx::query_as!(
            SignInRow,
            r#"select person_id as "person_id!", name as "name!", password_hash, tenant_id, slug from find_sign_in($1)"#,
            email
        )
        .fetch_all(&self.app)
        .await
    }

    /// Keeps a password's hash that was made anew with today's parameters.
    pub async fn set_password_hash(&self, person: PersonId, hash: &str) -> Result<(), sqlx::Error> {
        sqlx::query!(r#"select set_password_hash($1, $2) as "done""#, person.0, hash).fetch_one(&self.app).await?;
        Ok(())
    }

    /// Counts an attempt; gives the seconds to wait when there were more than `most` within `span`.
    pub async fn throttle(&self, key: &[u8], most: i32, span: Duration) -> Result<Option<u64>, sqlx::Error> {
        let wait =
            sqlx::query_scalar!("select throttle($1, $2, $3)", key, most, interval(span)).fetch_one(&self.app).await?;
        Ok(wait.and_then(|seconds| u64::try_from(seconds).ok()))
    }

    /// Forgets the attempts of an account that has signed in.
    pub async fn forgive(&self, key: &[u8]) -> Result<(), sqlx::Error> {
        sqlx::query!(r#"select forgive($1) as "done""#, key).fetch_one(&self.app).await?;
        Ok(())
    }

    /// Keeps the hash of a link that signs one person in, once.
    pub async fn make_sign_in_link(
        &self,
        hash: &[u8],
        person: PersonId,
        tenant: TenantId,
        life: Duration,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(r#"select make_sign_in_link($1, $2, $3, $4) as "done""#, hash, person.0, tenant.0, interval(life))
            .fetch_one(&self.app)
            .await?;
        Ok(())
    }

    /// Spends a link.
    pub async fn use_sign_in_link(&self, hash: &[u8]) -> Result<Option<(PersonId, TenantId)>, sqlx::Error> {
        let row =
            sqlx::query!(r#"select person_id as "person!", tenant_id as "tenant!" from use_sign_in_link($1)"#, hash)
                .fetch_optional(&self.app)
                .await?;
        Ok(row.map(|row| (PersonId(row.person), TenantId(row.tenant))))
    }

    /// The key with this secret, unless revoked or expired.
    pub async fn find_api_key(&self, hash: &[u8]) -> Result<Option<KeyRow>, sqlx::Error> {
        sqlx::query_as!(
            KeyRow,
            r#"select key_id as "key_id!", name as "name!", scopes as "scopes!", tenant_id as "tenant_id!", slug as "slug!",
                      tenant_name as "tenant_name!", timezone as "timezone!", currency as "currency!",
                      first_day as "first_day!: FirstDay"
               from find_api_key($1)"#,
            hash
        )
        .fetch_optional(&self.app)
        .await
    }

    /// The newest snapshot of each tenant with a mirror.
    pub async fn snapshot_days(&self) -> Result<Vec<SnapshotDay>, sqlx::Error> {
        let rows =
            sqlx::query!(r#"select tenant_id as "tenant!", timezone as "timezone!", last_day from snapshot_days()"#)
                .fetch_all(&self.worker)
                .await?;
        let days = rows.into_iter().map(|row| SnapshotDay {
            tenant: TenantId(row.tenant),
            zone: zone_or_utc(&row.timezone),
            last_day: row.last_day,
        });
        Ok(days.collect())
    }

    /// Opportunities with events that no job is going to follow up, over all tenants: ids only.
    pub(crate) async fn lost_follow_ups(&self) -> Result<Vec<(TenantId, i64)>, sqlx::Error> {
        let rows =
            sqlx::query!(r#"select tenant_id as "tenant!", opportunity_id as "opportunity!" from lost_follow_ups()"#)
                .fetch_all(&self.worker)
                .await?;
        Ok(rows.into_iter().map(|row| (TenantId(row.tenant), row.opportunity)).collect())
    }

    /// Tenants with rows of the audit log that have no place in its chain yet.
    pub(crate) async fn unsealed_tenants(&self) -> Result<Vec<TenantId>, sqlx::Error> {
        let tenants = sqlx::query_scalar!(r#"select tenant_id as "tenant!" from unsealed_tenants()"#);
        Ok(tenants.fetch_all(&self.worker).await?.into_iter().map(TenantId).collect())
    }

    /// The end of every tenant's audit chain: number and hash.
    pub(crate) async fn audit_chain_heads(&self) -> Result<Vec<(TenantId, i64, Vec<u8>)>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"select tenant_id as "tenant!", number as "number!", hash as "hash!" from audit_chain_heads()"#
        );
        let rows = rows.fetch_all(&self.worker).await?;
        Ok(rows.into_iter().map(|row| (TenantId(row.tenant), row.number, row.hash)).collect())
    }

    /// Work of rules that waits and that no job is at, over all tenants: a lane, or none for causes.
    pub(crate) async fn waiting_rules(&self) -> Result<Vec<(TenantId, Option<String>)>, sqlx::Error> {
        let rows =
            sqlx::query!(r#"select tenant_id as "tenant!", lane from waiting_rules()"#).fetch_all(&self.worker).await?;
        Ok(rows.into_iter().map(|row| (TenantId(row.tenant), row.lane)).collect())
    }

    /// Runs whose host has let its lease run out, over all tenants: ids only.
    pub async fn stale_runs(&self) -> Result<Vec<(TenantId, i64)>, sqlx::Error> {
        let rows = sqlx::query!(r#"select tenant_id as "tenant!", run_id as "run!" from stale_runs()"#)
            .fetch_all(&self.worker)
            .await?;
        Ok(rows.into_iter().map(|row| (TenantId(row.tenant), row.run)).collect())
    }
}
