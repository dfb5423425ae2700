//! One's own account: password, sessions, and the tenants that one works in.
//!
//! When a new password needs the old one: always in a session that gave it, and always while the password opens another
//! tenant as well. Only a session that a link opened, of a person who works nowhere else, sets one without: that is what an
//! invitation and a reset link are for. Whoever lost a password that opens several tenants needs the operator.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::password::Passwords;
use super::session::Current;
use super::sign_in::{count_own, forgive_own};
use super::token::Token;
use super::{
    AccountView, Change, IdentityError, Principal, Role, SessionView, Slug, TenantChoice, TenantId, agent, tenant,
};
use crate::calendar::{moment, zone_or_utc};
use crate::db::{Actor, Db, TenantTx};
use crate::hex::{hex, unhex};

struct Own {
    password_hash: Option<String>,
    proven: bool,
    accepted: bool,
    elsewhere: bool,
}

impl Own {
    fn needs_old(&self) -> bool {
        self.elsewhere || self.proven && self.password_hash.is_some()
    }
}

async fn own(tx: &mut TenantTx, current: Current) -> Result<Own, IdentityError> {
    sqlx::query_as!(
        Own,
        r#"select password_hash, proven as "proven!", accepted as "accepted!", elsewhere as "elsewhere!" from own_account($1)"#,
        &current.0[..]
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(IdentityError::NotFound("session"))
}

/// Everything that the page shows. A session that only a link opened sees this tenant alone.
pub async fn view(
    tx: &mut TenantTx,
    current: Current,
    email: &str,
    now: DateTime<Utc>,
) -> Result<AccountView, IdentityError> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let own = own(tx, current).await?;
    let sessions = sqlx::query!(
        r#"select token_hash as "hash!", tenant_name as "tenant!", created_at as "created!", last_seen_at as "seen!", address, agent
           from own_sessions($1)"#,
        &current.0[..]
    )
    .fetch_all(tx.connection())
    .await?;
    let tenants = sqlx::query!(
        r#"select slug as "slug!", name as "name!", here as "here!" from own_tenants($1)"#,
        &current.0[..]
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(AccountView {
        email: email.to_owned(),
        has_password: own.password_hash.is_some(),
        needs_old: own.needs_old(),
        unproven: own.password_hash.is_some() && !(own.proven && own.accepted),
        sessions: sessions
            .into_iter()
            .map(|row| SessionView {
                current: row.hash == current.0,
                id: hex(&row.hash),
                tenant: row.tenant,
                browser: agent::words(row.agent.as_deref().unwrap_or_default()),
                agent: row.agent.unwrap_or_default(),
                address: row.address.unwrap_or_else(|| "unknown".into()),
                created: moment(row.created, now, zone),
                last_seen: moment(row.seen, now, zone),
            })
            .collect(),
        tenants: tenants
            .into_iter()
            .map(|row| TenantChoice { slug: row.slug, name: row.name, current: row.here })
            .collect(),
    })
}

/// Sets a password and gives the session's new token; the other sessions end. See the module for when `old` is needed.
pub async fn set_password(
    db: &Db,
    passwords: &Passwords,
    change: &Change<'_>,
    current: Current,
    old: &str,
    new: &str,
) -> Result<Token, IdentityError> {
    let actor = change.caller.actor();
    let own = read(db, &actor, current).await?;
    if own.needs_old() {
        check(db, passwords, change, own.password_hash.as_deref(), old, "old").await?;
    }
    let hash = passwords.hash(new).await?;
    let token = Token::random();
    let mut tx = db.tenant_tx(&actor).await?;
    let done = sqlx::query_scalar!(
        r#"select set_own_password($1, $2, $3, $4, $5) as "done!""#,
        &current.0[..],
        own.password_hash,
        hash,
        own.needs_old(),
        &token.hash()[..]
    )
    .fetch_one(tx.connection())
    .await?;
    finish(tx, change, done, "set password").await?;
    Ok(token)
}

/// The person gives their password in a session that a link opened, and gets the session's new token: from now on the
/// password opens this tenant, and the session may move between tenants.
pub async fn confirm_password(
    db: &Db,
    passwords: &Passwords,
    change: &Change<'_>,
    current: Current,
    password: &str,
) -> Result<Token, IdentityError> {
    let actor = change.caller.actor();
    let own = read(db, &actor, current).await?;
    check(db, passwords, change, own.password_hash.as_deref(), password, "password").await?;
    let token = Token::random();
    let mut tx = db.tenant_tx(&actor).await?;
    let done = sqlx::query_scalar!(
        r#"select accept_here($1, $2, $3) as "done!""#,
        &current.0[..],
        own.password_hash,
        &token.hash()[..]
    )
    .fetch_one(tx.connection())
    .await?;
    finish(tx, change, done, "confirm password").await?;
    Ok(token)
}

/// Ends one other session of the list, or all others without `which`. Gives how many ended.
pub async fn end_sessions(
    db: &Db,
    change: &Change<'_>,
    current: Current,
    which: Option<&str>,
) -> Result<i64, IdentityError> {
    let which = which.map(|text| unhex(text).ok_or(IdentityError::NotFound("session"))).transpose()?;
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let ended = sqlx::query_scalar!(r#"select end_own_sessions($1, $2) as "ended!""#, &current.0[..], which.as_deref())
        .fetch_one(tx.connection())
        .await?;
    if ended == 0 && which.is_some() {
        return Err(IdentityError::NotFound("session"));
    }
    change.record(&mut tx, ("person", &me(change)), "end sessions", None, Some(json!({"sessions": ended}))).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Moves the session into another of the person's tenants and gives its new token.
pub async fn switch_tenant(db: &Db, change: &Change<'_>, current: Current, slug: &str) -> Result<Token, IdentityError> {
    let refuse = || IdentityError::invalid("tenant", "is no company that you can enter from here");
    let slug = Slug::parse(slug).map_err(|_| refuse())?;
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let target = sqlx::query!(
        r#"select tenant_id as "id!", role as "role!" from own_tenants($1) where slug = $2"#,
        &current.0[..],
        slug.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    tx.commit().await?;
    let target = target.ok_or_else(refuse)?;
    let (Some(role), Some(person)) = (Role::parse(&target.role), change.caller.person()) else { return Err(refuse()) };
    let persona = super::Persona::Person(role);
    let mut tx = db.tenant_tx(&Actor { tenant: TenantId(target.id), persona, person: Some(person) }).await?;
    let token = Token::random();
    let done = sqlx::query_scalar!(
        r#"select switch_own_session($1, $2, $3) as "done!""#,
        &current.0[..],
        target.id,
        &token.hash()[..]
    )
    .fetch_one(tx.connection())
    .await?;
    if !done {
        return Err(refuse());
    }
    change.record(&mut tx, ("person", &me(change)), "sign in", None, None).await?;
    tx.commit().await?;
    Ok(token)
}

async fn read(db: &Db, actor: &Actor, current: Current) -> Result<Own, IdentityError> {
    let mut tx = db.tenant_tx(actor).await?;
    let own = own(&mut tx, current).await?;
    tx.commit().await?;
    Ok(own)
}

/// Counted before it is checked, with the tries to sign in.
async fn check(
    db: &Db,
    passwords: &Passwords,
    change: &Change<'_>,
    hash: Option<&str>,
    given: &str,
    field: &'static str,
) -> Result<(), IdentityError> {
    let Principal::Person { email, .. } = &change.caller.principal else {
        return Err(IdentityError::NotFound("session"));
    };
    count_own(db, email).await?;
    if !passwords.verify(given, hash).await? {
        return Err(IdentityError::invalid(field, "is not your password. If it is lost, ask for help"));
    }
    forgive_own(db, email).await?;
    Ok(())
}

async fn finish(mut tx: TenantTx, change: &Change<'_>, done: bool, action: &str) -> Result<(), IdentityError> {
    if !done {
        return Err(IdentityError::Refused {
            code: "CHANGED_MEANWHILE",
            message: "Your password or session has just changed. Open this page again.",
        });
    }
    change.record(&mut tx, ("person", &me(change)), action, None, None).await?;
    tx.commit().await?;
    Ok(())
}

fn me(change: &Change<'_>) -> String {
    change.caller.person().map(|person| person.0.to_string()).unwrap_or_default()
}
