//! A transaction that sees exactly one tenant.

use sqlx::{Executor, PgConnection, Postgres, Transaction};

use super::Db;
use super::epochs::Epochs;
use crate::audit::AuditKey;
use crate::identity::{PersonId, Persona, Role, TenantId};

/// Who acts inside a tenant: what row-level security and the audit need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub tenant: TenantId,
    pub persona: Persona,
    /// Null for keys and machines.
    pub person: Option<PersonId>,
}

impl Actor {
    /// The operator, who may do in a tenant what its admins may.
    pub fn operator(tenant: TenantId) -> Actor {
        Actor { tenant, persona: Persona::Person(Role::Admin), person: None }
    }
}

/// The only way to a tenant's rows. Dropped without [`TenantTx::commit`] it leaves nothing behind.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
    epochs: Epochs,
    audit_key: AuditKey,
}

impl Db {
    /// Opens a transaction of a request, as the person or key that asks.
    pub async fn tenant_tx(&self, actor: &Actor) -> Result<TenantTx, sqlx::Error> {
        self.begin(&self.app, actor).await
    }

    /// Opens a transaction of the work behind the requests.
    pub async fn worker_tx(&self, tenant: TenantId) -> Result<TenantTx, sqlx::Error> {
        self.begin(&self.worker, &Actor { tenant, persona: Persona::Worker, person: None }).await
    }

    /// Opens a transaction that keeps what another system posted.
    pub(crate) async fn inbox_tx(&self, tenant: TenantId) -> Result<TenantTx, sqlx::Error> {
        self.begin(&self.durable, &Actor { tenant, persona: Persona::Worker, person: None }).await
    }

    async fn begin(&self, pool: &sqlx::PgPool, actor: &Actor) -> Result<TenantTx, sqlx::Error> {
        let mut tx = pool.begin().await?;
        sqlx::query!(
            r#"select set_config('app.tenant_id', $1, true) as "a", set_config('app.person_id', $2, true) as "b",
                      set_config('app.persona', $3, true) as "c""#,
            actor.tenant.0.to_string(),
            actor.person.map_or(String::new(), |person| person.0.to_string()),
            actor.persona.as_str(),
        )
        .fetch_one(&mut *tx)
        .await?;
        Ok(TenantTx { tx, tenant: actor.tenant, epochs: self.epochs.clone(), audit_key: self.audit_key.clone() })
    }
}

impl TenantTx {
    /// The tenant that this transaction sees; stores bind it beside the policy, so that indexes are used.
    pub fn tenant(&self) -> uuid::Uuid {
        self.tenant.0
    }

    /// The connection to run a statement on.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Makes the codes of the audit log.
    pub(crate) fn audit_key(&self) -> &AuditKey {
        &self.audit_key
    }

    /// For one of many transactions of long arrays: statements are planned once a connection (a plan of its own would copy the
    /// arrays several times), and unless it is `durable` the next durable commit makes this one durable too. Until then a crash
    /// of PostgreSQL may undo it whole.
    pub(crate) async fn one_of_many(&mut self, durable: bool) -> Result<(), sqlx::Error> {
        let settings = match durable {
            true => "set local plan_cache_mode = force_generic_plan",
            false => "set local plan_cache_mode = force_generic_plan; set local synchronous_commit = off",
        };
        self.tx.execute(settings).await?;
        Ok(())
    }

    /// Marks the place to go back to when a later statement fails.
    pub async fn savepoint(&mut self) -> Result<(), sqlx::Error> {
        self.tx.execute("savepoint here").await?;
        Ok(())
    }

    /// Undoes everything since the last savepoint.
    pub async fn back_to_savepoint(&mut self) -> Result<(), sqlx::Error> {
        self.tx.execute("rollback to savepoint here").await?;
        Ok(())
    }

    /// Makes everything in it durable, all or nothing. What was computed from the tenant's rows before is stale then.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        let committed = self.tx.commit().await;
        self.epochs.advance(self.tenant.0);
        committed
    }

    /// The same of rows that nothing is computed from: what is kept of the tenant's figures stays good.
    pub(crate) async fn commit_aside(self) -> Result<(), sqlx::Error> {
        self.tx.commit().await
    }
}
