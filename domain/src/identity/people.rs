//! People of a tenant: invited, given another role, disabled, helped back in.
//!
//! What an admin does here ends at the tenant's edge. A person and their password are one over all tenants, so:
//! - disabling, a role and the sessions that they end are those of this tenant;
//! - a link signs in to this tenant only, and the session that it opens neither sees nor enters another one until the
//!   person has given their password in it;
//! - in such a session a password is set without the old one only while it opens no other tenant ([`super::account`]);
//! - a password opens this tenant only after the person gave or set it here: whoever knew an address first and gave it a
//!   password does not enter with it where the address is invited later.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::sign_in::LINK_LIFE;
use super::token::Token;
use super::{Change, Email, IdentityError, PersonId, PersonView, Role, plain_name, tenant};
use crate::calendar::{moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::lookup::interval;
use crate::db::{Db, TenantTx};

/// Who is invited.
pub struct Invitation<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub role: &'a str,
}

/// A person as this tenant knows them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonRow {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: String,
    pub disabled: bool,
    /// Null until an invited person gave or set their password here.
    pub accepted_at: Option<DateTime<Utc>>,
    /// In this tenant.
    pub last_sign_in: Option<DateTime<Utc>>,
}

/// The tenant's people by name.
pub async fn rows(tx: &mut TenantTx) -> Result<Vec<PersonRow>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        PersonRow,
        r#"select m.person_id as id, p.email as "email!", p.name as "name!", m.role, m.accepted_at,
                  m.disabled_at is not null or p.disabled as "disabled!",
                  (select max(a.at) from audit_log a where a.tenant_id = m.tenant_id and a.entity_type = 'person'
                       and a.entity_id = m.person_id::text and a.action = 'sign in') as last_sign_in
           from memberships m join tenant_people() p on p.person_id = m.person_id
           where m.tenant_id = $1 order by lower(p.name), p.email"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// The same in words; `yourself` marks the one who asks.
pub async fn list(
    tx: &mut TenantTx,
    yourself: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<Vec<PersonView>, sqlx::Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let view = |row: PersonRow| {
        let (state, tone) = match (row.disabled, row.accepted_at) {
            (true, _) => ("Disabled", Tone::Bad),
            (false, None) => ("Invited", Tone::Warn),
            (false, Some(_)) => ("Active", Tone::Ok),
        };
        Some(PersonView {
            id: row.id,
            name: row.name,
            email: row.email,
            role: Role::parse(&row.role)?,
            enabled: !row.disabled,
            state: state.into(),
            tone,
            last_sign_in: row.last_sign_in.map(|at| moment(at, now, zone)),
            yourself: yourself == Some(PersonId(row.id)),
        })
    };
    Ok(rows(tx).await?.into_iter().filter_map(view).collect())
}

/// Invites an address and gives the token of a one-time link. Whether the address was known already is not told.
pub async fn invite(db: &Db, change: &Change<'_>, who: &Invitation<'_>) -> Result<(Uuid, Token), IdentityError> {
    let (email, name, role) = (Email::parse(who.email)?, plain_name("name", who.name)?, role(who.role)?);
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let tenant = tx.tenant();
    let person = sqlx::query_scalar!(r#"select find_or_add_person($1, $2) as "id!""#, email.as_str(), name)
        .fetch_one(tx.connection())
        .await?;
    let made = sqlx::query!(
        "insert into memberships (tenant_id, person_id, role, invited_as, accepted_at) values ($1, $2, $3, $4, null)
         on conflict (tenant_id, person_id) do nothing",
        tenant,
        person,
        role.as_str(),
        name
    )
    .execute(tx.connection())
    .await?;
    if made.rows_affected() == 0 {
        return Err(IdentityError::Refused {
            code: "ALREADY_HERE",
            message: "There is a person with this e-mail address already.",
        });
    }
    let link = make_link(&mut tx, person).await?;
    let after = json!({"email": email.as_str(), "name": name, "role": role.as_str()});
    change.record(&mut tx, ("person", &person.to_string()), "invite", None, Some(after)).await?;
    tx.commit().await?;
    Ok((person, link))
}

/// A new one-time link for a person who cannot sign in; links made before end. Not for oneself: the account page asks for
/// the old password.
pub async fn reset_link(db: &Db, change: &Change<'_>, person: Uuid) -> Result<Token, IdentityError> {
    if change.caller.person() == Some(PersonId(person)) {
        return Err(IdentityError::Refused {
            code: "YOURSELF",
            message: "Change your own password on the page Account.",
        });
    }
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    if member(&mut tx, person).await?.disabled {
        return Err(IdentityError::Refused { code: "DISABLED", message: "Enable this person first." });
    }
    let link = make_link(&mut tx, person).await?;
    change.record(&mut tx, ("person", &person.to_string()), "make link", None, None).await?;
    tx.commit().await?;
    Ok(link)
}

/// Gives a person another role; it counts with their next request. The last admin stays one.
pub async fn set_role(db: &Db, change: &Change<'_>, person: Uuid, word: &str) -> Result<(), IdentityError> {
    let role = role(word)?;
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let admins = lock_admins(&mut tx).await?;
    let before = member(&mut tx, person).await?;
    if role != Role::Admin {
        keep_one(&admins, person)?;
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "update memberships set role = $3 where tenant_id = $1 and person_id = $2",
        tenant,
        person,
        role.as_str()
    )
    .execute(tx.connection())
    .await?;
    let (was, is) = (json!({"role": before.role}), json!({"role": role.as_str()}));
    change.record(&mut tx, ("person", &person.to_string()), "set role", Some(was), Some(is)).await?;
    tx.commit().await?;
    Ok(())
}

/// Disables a person in this tenant, which ends their sessions and links here at once, or enables them again. The last
/// admin stays enabled.
pub async fn set_enabled(db: &Db, change: &Change<'_>, person: Uuid, enabled: bool) -> Result<(), IdentityError> {
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let admins = lock_admins(&mut tx).await?;
    member(&mut tx, person).await?;
    if !enabled {
        keep_one(&admins, person)?;
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "update memberships set disabled_at = case when $3 then null else coalesce(disabled_at, now()) end
         where tenant_id = $1 and person_id = $2",
        tenant,
        person,
        enabled
    )
    .execute(tx.connection())
    .await?;
    // Also when enabling: what was opened while the person was disabled must not come alive.
    sqlx::query!(r#"select end_sessions_here($1) as "sessions", end_links_here($1) as "links""#, person)
        .fetch_one(tx.connection())
        .await?;
    let action = if enabled { "enable" } else { "disable" };
    change.record(&mut tx, ("person", &person.to_string()), action, None, None).await?;
    tx.commit().await?;
    Ok(())
}

fn role(word: &str) -> Result<Role, IdentityError> {
    Role::parse(word).ok_or_else(|| IdentityError::invalid("role", "expected admin, manager or rep"))
}

struct Member {
    role: String,
    disabled: bool,
}

async fn member(tx: &mut TenantTx, person: Uuid) -> Result<Member, IdentityError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Member,
        r#"select role, disabled_at is not null as "disabled!" from memberships where tenant_id = $1 and person_id = $2 for update"#,
        tenant,
        person
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(IdentityError::NotFound("person"))
}

/// The admins who can sign in, their rows locked: of two who demote each other at the same moment, the second waits here
/// and then finds one admin less. Who has not accepted an invitation does not count.
async fn lock_admins(tx: &mut TenantTx) -> Result<Vec<Uuid>, sqlx::Error> {
    let tenant = tx.tenant();
    let locked = sqlx::query_scalar!(
        "select person_id from memberships
         where tenant_id = $1 and role = 'admin' and disabled_at is null and accepted_at is not null
         order by person_id for update",
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    sqlx::query_scalar!(
        r#"select person_id as "id!" from tenant_people() where not disabled and person_id = any ($1)"#,
        &locked
    )
    .fetch_all(tx.connection())
    .await
}

fn keep_one(admins: &[Uuid], person: Uuid) -> Result<(), IdentityError> {
    if admins == [person] {
        return Err(IdentityError::Refused {
            code: "LAST_ADMIN",
            message: "This is the last admin who can sign in. Make somebody else an admin first.",
        });
    }
    Ok(())
}

async fn make_link(tx: &mut TenantTx, person: Uuid) -> Result<Token, sqlx::Error> {
    let (token, tenant) = (Token::random(), tx.tenant());
    sqlx::query!(r#"select end_links_here($1) as "done""#, person).fetch_one(tx.connection()).await?;
    sqlx::query!(
        r#"select make_sign_in_link($1, $2, $3, $4) as "done""#,
        &token.hash()[..],
        person,
        tenant,
        interval(LINK_LIFE)
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(token)
}
