//! What the operator does from the command line, above tenants, as the schema's owner. No request reaches this module.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::DbError;
use super::pool::connect_as;
use crate::audit::{self, AuditKey, By, Entry, Source};
use crate::identity::{Email, PersonId, Role, Slug, TenantId};

/// The operator's connection.
pub struct Operator(PgConnection);

/// A tenant as the operator sees it.
#[derive(Debug, Clone)]
pub struct TenantRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub timezone: String,
    pub currency: String,
}

/// A tenant to create; the zone is checked against the IANA list before.
pub struct NewTenant<'a> {
    pub slug: &'a Slug,
    pub name: &'a str,
    pub timezone: &'a str,
    pub currency: &'a str,
}

impl Operator {
    /// Connects as the owner; works only where the connecting role may become it.
    pub async fn connect(url: &str) -> Result<Operator, DbError> {
        Ok(Operator(connect_as(url, "backline_owner").await?))
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// A new tenant's id. The slug is unique: constraint `tenants_slug_key`.
    pub async fn create_tenant(&mut self, new: NewTenant<'_>) -> Result<TenantId, sqlx::Error> {
        sqlx::query_scalar!(
            "insert into tenants (slug, name, timezone, currency) values ($1, $2, $3, $4) returning id",
            new.slug.as_str(),
            new.name,
            new.timezone,
            new.currency
        )
        .fetch_one(&mut self.0)
        .await
        .map(TenantId)
    }

    /// The tenant with this slug.
    pub async fn find_tenant(&mut self, slug: &Slug) -> Result<Option<TenantRow>, sqlx::Error> {
        sqlx::query_as!(
            TenantRow,
            "select id, slug, name, timezone, currency from tenants where slug = $1",
            slug.as_str()
        )
        .fetch_optional(&mut self.0)
        .await
    }

    /// All tenants, by their slugs.
    pub async fn tenants(&mut self) -> Result<Vec<TenantRow>, sqlx::Error> {
        sqlx::query_as!(TenantRow, "select id, slug, name, timezone, currency from tenants order by slug")
            .fetch_all(&mut self.0)
            .await
    }

    /// The oldest tenant, which the environment's credentials connect.
    pub async fn first_tenant(&mut self) -> Result<Option<TenantRow>, sqlx::Error> {
        sqlx::query_as!(
            TenantRow,
            "select id, slug, name, timezone, currency from tenants order by created_at, slug limit 1"
        )
        .fetch_optional(&mut self.0)
        .await
    }

    /// A person's id and whether the person is new; a known person keeps name and password.
    pub async fn find_or_create_person(
        &mut self,
        email: &Email,
        name: &str,
        hash: Option<&str>,
    ) -> Result<(PersonId, bool), sqlx::Error> {
        let made = sqlx::query_scalar!(
            "insert into people (email, name, password_hash) values ($1, $2, $3) on conflict (email) do nothing returning id",
            email.as_str(),
            name,
            hash
        )
        .fetch_optional(&mut self.0)
        .await?;
        match made {
            Some(id) => Ok((PersonId(id), true)),
            None => {
                let id = sqlx::query_scalar!("select id from people where email = $1", email.as_str())
                    .fetch_one(&mut self.0)
                    .await?;
                Ok((PersonId(id), false))
            }
        }
    }

    /// Gives a person a role in a tenant, or another one, and writes it down.
    pub async fn set_role(
        &mut self,
        key: &AuditKey,
        tenant: TenantId,
        person: PersonId,
        role: Role,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.0.begin().await?;
        sqlx::query!(
            "insert into memberships (tenant_id, person_id, role) values ($1, $2, $3)
             on conflict (tenant_id, person_id) do update set role = excluded.role, disabled_at = null",
            tenant.0,
            person.0,
            role.as_str()
        )
        .execute(&mut *tx)
        .await?;
        let after = json!({"role": role.as_str()});
        note(&mut tx, key, tenant.0, ("person", &person.0.to_string()), "set role", Some(after)).await?;
        tx.commit().await
    }

    /// Sets a password and ends all sessions of the person; false when nobody has this address.
    pub async fn set_password(&mut self, key: &AuditKey, email: &Email, hash: &str) -> Result<bool, sqlx::Error> {
        let mut tx = self.0.begin().await?;
        let person = sqlx::query_scalar!(
            "update people set password_hash = $2 where email = $1 returning id",
            email.as_str(),
            hash
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(person) = person else { return Ok(false) };
        sqlx::query!("delete from sessions where person_id = $1", person).execute(&mut *tx).await?;
        let tenants = sqlx::query_scalar!("select tenant_id from memberships where person_id = $1", person)
            .fetch_all(&mut *tx)
            .await?;
        for tenant in tenants {
            note(&mut tx, key, tenant, ("person", &person.to_string()), "set password", None).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps a new API key's hash and gives the key's id.
    pub async fn create_api_key(
        &mut self,
        key: &AuditKey,
        tenant: TenantId,
        name: &str,
        hash: &[u8],
        scopes: &[String],
    ) -> Result<Uuid, sqlx::Error> {
        let mut tx = self.0.begin().await?;
        let id = sqlx::query_scalar!(
            "insert into api_keys (tenant_id, name, secret_hash, scopes) values ($1, $2, $3, $4) returning id",
            tenant.0,
            name,
            hash,
            scopes
        )
        .fetch_one(&mut *tx)
        .await?;
        let after = json!({"name": name, "scopes": scopes});
        note(&mut tx, key, tenant.0, ("api key", &id.to_string()), "create", Some(after)).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// Writes into the audit log what the operator did.
async fn note(
    tx: &mut PgConnection,
    key: &AuditKey,
    tenant: Uuid,
    entity: (&str, &str),
    action: &str,
    after: Option<Value>,
) -> Result<(), sqlx::Error> {
    let actor = By::system("operator");
    let entry = Entry { actor, source: Source::CommandLine, request_id: None, entity, action, before: None, after };
    audit::write(tx, key, tenant, &entry).await
}
