//! Saved views by a file: lists of opportunities that the importing person keeps.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::Error;
use uuid::Uuid;

use super::Field;
use super::check::{Cells, Fields};
use crate::db::TenantTx;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::NEWEST;
use crate::opportunities::query::Query;
use crate::params::Params;

pub(super) const FIELDS: &[Field] = &[
    Field { name: "name", about: "1 to 60 characters", needed: true, also: &["view", "title"] },
    Field { name: "query", about: "What stands behind the question mark", needed: true, also: &["search", "filter"] },
    Field { name: "shared", about: "yes or no; no when it is empty", needed: false, also: &["share"] },
];

/// A view to be.
#[derive(Debug, Clone)]
pub(super) struct NewView {
    name: String,
    query: String,
    shared: bool,
}

/// Names that a row must not repeat, to the line where they were; 0 for one that is kept already.
pub(super) type Taken = HashMap<String, u64>;

pub(super) async fn taken(tx: &mut TenantTx, person: Uuid) -> Result<Taken, Error> {
    let tenant = tx.tenant();
    let names =
        sqlx::query_scalar!("select name from saved_views where tenant_id = $1 and person_id = $2", tenant, person)
            .fetch_all(tx.connection())
            .await?;
    Ok(names.into_iter().map(|name| (name, 0)).collect())
}

pub(super) fn read(row: &Cells<'_>, taken: &mut Taken, wrong: &mut Fields) -> Option<NewView> {
    let name = row.get("name").trim();
    let good = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good {
        match taken.get(name) {
            Some(0) => wrong.add("name", "you keep a view of this name already"),
            Some(line) => wrong.add("name", format!("stands in line {line} already")),
            None => drop(taken.insert(name.into(), row.line)),
        }
    } else {
        wrong.add("name", "must be 1 to 60 characters, none of them a control character");
    }
    let search = row.get("query").trim();
    if let Err(fault) = Query::read(Params::parse(search), NEWEST) {
        wrong.add("query", fault.to_string());
    }
    let query = Address::parse(search).without(&["page"]).query();
    if query.len() > 4000 {
        wrong.add("query", "is too long");
    }
    let shared = match row.get("shared").trim().to_lowercase().as_str() {
        "yes" | "true" | "1" => true,
        "" | "no" | "false" | "0" => false,
        _ => {
            wrong.add("shared", "expected yes or no");
            false
        }
    };
    Some(NewView { name: name.to_owned(), query, shared })
}

/// Keeps them; gives the audit's entities.
pub(super) async fn write(tx: &mut TenantTx, person: Uuid, views: &[NewView]) -> Result<Vec<(String, Value)>, Error> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = views.iter().map(|_| Uuid::from_u128(rand::random())).collect();
    let names: Vec<String> = views.iter().map(|view| view.name.clone()).collect();
    let queries: Vec<String> = views.iter().map(|view| view.query.clone()).collect();
    let shared: Vec<bool> = views.iter().map(|view| view.shared).collect();
    // A view that came meanwhile breaks the name's key, and with it the whole import, which is then tried again.
    sqlx::query!(
        "insert into saved_views (tenant_id, person_id, id, name, query, shared)
         select $1, $2, v.* from unnest($3::uuid[], $4::text[], $5::text[], $6::bool[]) v",
        tenant,
        person,
        &ids,
        &names,
        &queries,
        &shared
    )
    .execute(tx.connection())
    .await?;
    let after = |view: &NewView| json!({"name": view.name, "query": view.query, "shared": view.shared});
    Ok(ids.iter().zip(views).map(|(id, view)| (id.to_string(), after(view))).collect())
}
