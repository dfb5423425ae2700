//! Lists that people keep under a name, for themselves or for everybody in the tenant.

use serde_json::json;
use uuid::Uuid;

use super::address::Address;
use super::list_build::{ListError, NEWEST};
use super::query::Query;
use crate::audit::{self, By, Entry, Source};
use crate::db::TenantTx;
use crate::identity::PersonId;
use crate::params::{Fault, Params};

/// A list that somebody keeps.
#[derive(Debug, Clone)]
pub struct SavedView {
    pub id: Uuid,
    pub name: String,
    pub query: String,
    pub shared: bool,
    /// Whether it is the asking person's.
    pub own: bool,
}

/// A list to keep.
pub struct NewView<'a> {
    pub name: &'a str,
    /// The address that shows it.
    pub search: &'a str,
    pub shared: bool,
}

/// One's own by name, then those that others share.
pub async fn list(tx: &mut TenantTx, person: Option<PersonId>) -> Result<Vec<SavedView>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        SavedView,
        r#"select id, name, query, shared, coalesce(person_id = $2, false) as "own!" from saved_views
        where tenant_id = $1 and (shared or person_id = $2) order by 5 desc, lower(name), id limit 50"#,
        tenant,
        person.map(|person| person.0)
    )
    .fetch_all(tx.connection())
    .await
}

/// Keeps a list; the same name again keeps the new address under it.
pub async fn save(
    tx: &mut TenantTx,
    person: PersonId,
    new: &NewView<'_>,
    by: By<'_>,
    request_id: Option<&str>,
) -> Result<(), ListError> {
    let name = new.name.trim();
    if !(1..=60).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Fault::new("name", "must be 1 to 60 characters").into());
    }
    // What cannot be shown is not kept.
    Query::read(Params::parse(new.search), NEWEST)?;
    let query = Address::parse(new.search).without(&["page"]).query();
    if query.len() > 4000 {
        return Err(Fault::new("search", "is too long").into());
    }
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "insert into saved_views (tenant_id, person_id, name, query, shared) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, person_id, name) do update set query = excluded.query, shared = excluded.shared returning id",
        tenant,
        person.0,
        name,
        query,
        new.shared
    )
    .fetch_one(tx.connection())
    .await?;
    note(tx, id, "save", by, request_id, Some(json!({"name": name, "query": query, "shared": new.shared}))).await?;
    Ok(())
}

/// Forgets a list of one's own; an admin also one that others share. False when there is none.
pub async fn remove(
    tx: &mut TenantTx,
    id: Uuid,
    person: PersonId,
    admin: bool,
    by: By<'_>,
    request_id: Option<&str>,
) -> Result<bool, sqlx::Error> {
    let tenant = tx.tenant();
    let removed = sqlx::query_scalar!(
        "delete from saved_views where tenant_id = $1 and id = $2 and (person_id = $3 or ($4 and shared)) returning id",
        tenant,
        id,
        person.0,
        admin
    )
    .fetch_optional(tx.connection())
    .await?;
    if removed.is_some() {
        note(tx, id, "remove", by, request_id, None).await?;
    }
    Ok(removed.is_some())
}

async fn note(
    tx: &mut TenantTx,
    id: Uuid,
    action: &str,
    actor: By<'_>,
    request_id: Option<&str>,
    after: Option<serde_json::Value>,
) -> Result<(), sqlx::Error> {
    let entity = id.to_string();
    let entry =
        Entry { actor, source: Source::Screen, request_id, entity: ("view", &entity), action, before: None, after };
    audit::record(tx, &entry).await
}
