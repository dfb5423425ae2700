//! What the operator does from the command line, above tenants, as the schema's owner. No request reaches this module.

use sqlx::PgConnection;
use uuid::Uuid;

use super::DbError;
use super::pool::connect_as;
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
    pub async fn set_role(&mut self, tenant: TenantId, person: PersonId, role: Role) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "with given as (
                insert into memberships (tenant_id, person_id, role) values ($1, $2, $3)
                on conflict (tenant_id, person_id) do update set role = excluded.role, disabled_at = null
             )
             insert into audit_log (tenant_id, actor_kind, actor_name, source, entity_type, entity_id, action, after)
             values ($1, 'system', 'operator', 'command line', 'person', $2::uuid::text, 'set role', jsonb_build_object('role', $3::text))",
            tenant.0,
            person.0,
            role.as_str()
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }

    /// Sets a password and ends all sessions of the person; false when nobody has this address.
    pub async fn set_password(&mut self, email: &Email, hash: &str) -> Result<bool, sqlx::Error> {
        let person = sqlx::query_scalar!(
            "update people set password_hash = $2 where email = $1 returning id",
            email.as_str(),
            hash
        )
        .fetch_optional(&mut self.0)
        .await?;
        let Some(person) = person else { return Ok(false) };
        sqlx::query!(
            "with ended as (delete from sessions where person_id = $1)
             insert into audit_log (tenant_id, actor_kind, actor_name, source, entity_type, entity_id, action)
             select tenant_id, 'system', 'operator', 'command line', 'person', $1::uuid::text, 'set password'
             from memberships where person_id = $1",
            person
        )
        .execute(&mut self.0)
        .await?;
        Ok(true)
    }

    /// Keeps a new API key's hash and gives the key's id.
    pub async fn create_api_key(
        &mut self,
        tenant: TenantId,
        name: &str,
        hash: &[u8],
        scopes: &[String],
    ) -> Result<Uuid, sqlx::Error> {
        sqlx::query_scalar!(
            r#"with made as (
                insert into api_keys (tenant_id, name, secret_hash, scopes) values ($1, $2, $3, $4) returning id
             ), logged as (
                insert into audit_log (tenant_id, actor_kind, actor_name, source, entity_type, entity_id, action, after)
                select $1, 'system', 'operator', 'command line', 'api key', id::text, 'create',
                       jsonb_build_object('name', $2::text, 'scopes', $4::text[]) from made
             )
             select id as "id!" from made"#,
            tenant.0,
            name,
            hash,
            scopes
        )
        .fetch_one(&mut self.0)
        .await
    }
}
