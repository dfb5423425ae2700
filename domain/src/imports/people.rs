//! People by a file: invited without a link. Links are made one by one on the page People, by an admin who hands them over.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::Error;
use uuid::Uuid;

use super::Field;
use super::check::{Cells, Fields};
use crate::db::TenantTx;
use crate::identity::{Email, Role, plain_name};

pub(super) const FIELDS: &[Field] = &[
    Field {
        name: "email",
        about: "An e-mail address",
        needed: true,
        also: &["e-mail", "email address", "e-mail address", "mail"],
    },
    Field { name: "name", about: "1 to 200 characters", needed: true, also: &["full name", "person"] },
    Field { name: "role", about: "admin, manager or rep", needed: true, also: &["rights"] },
];

/// A person to be.
#[derive(Debug, Clone)]
pub(super) struct NewPerson {
    email: String,
    name: String,
    role: Role,
}

/// Those whom a row must not repeat: address to the line where it was, 0 for who is here already.
pub(super) type Taken = HashMap<String, u64>;

pub(super) async fn taken(tx: &mut TenantTx) -> Result<Taken, Error> {
    let here =
        sqlx::query_scalar!(r#"select email as "email!" from tenant_people()"#).fetch_all(tx.connection()).await?;
    Ok(here.into_iter().map(|email| (email, 0)).collect())
}

pub(super) fn read(row: &Cells<'_>, taken: &mut Taken, wrong: &mut Fields) -> Option<NewPerson> {
    let email = Email::parse(row.get("email")).map_err(|error| wrong.add("email", error.reason)).ok();
    let name = plain_name("name", row.get("name")).map_err(|error| wrong.add("name", error.reason)).ok();
    let role = Role::parse(&row.get("role").trim().to_lowercase());
    if role.is_none() {
        wrong.add("role", "expected admin, manager or rep");
    }
    if let Some(email) = &email {
        match taken.get(email.as_str()) {
            Some(0) => wrong.add("email", "there is a person with this address already"),
            Some(line) => wrong.add("email", format!("stands in line {line} already")),
            None => drop(taken.insert(email.as_str().into(), row.line)),
        }
    }
    Some(NewPerson { email: email?.as_str().into(), name: name?, role: role? })
}

/// Invites them; gives the audit's entities.
pub(super) async fn write(tx: &mut TenantTx, people: &[NewPerson]) -> Result<Vec<(String, Value)>, Error> {
    let tenant = tx.tenant();
    let emails: Vec<String> = people.iter().map(|person| person.email.clone()).collect();
    let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
    let roles: Vec<String> = people.iter().map(|person| person.role.as_str().to_owned()).collect();
    let ids = sqlx::query_scalar!(
        r#"select find_or_add_person(email, name) as "id!" from unnest($1::text[], $2::text[]) with ordinality p (email, name, n) order by n"#,
        &emails,
        &names
    )
    .fetch_all(tx.connection())
    .await?;
    // A person who came meanwhile breaks the primary key, and with it the whole import, which is then tried again.
    sqlx::query!(
        "insert into memberships (tenant_id, person_id, role, invited_as, accepted_at)
         select $1, person, role, name, null from unnest($2::uuid[], $3::text[], $4::text[]) p (person, role, name)",
        tenant,
        &ids as &[Uuid],
        &roles,
        &names
    )
    .execute(tx.connection())
    .await?;
    let after = |person: &NewPerson| json!({"email": person.email, "name": person.name, "role": person.role});
    Ok(ids.iter().zip(people).map(|(id, person)| (id.to_string(), after(person))).collect())
}
