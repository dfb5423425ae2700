//! Sessions: a row each, looked up for every request, so that sign-out and demotion count at once.

use std::time::Duration;

use super::change::Change;
use super::token::{self, Token};
use super::{Caller, PersonId, Principal, Role, Scope, TenantId, TenantView};
use crate::audit::Source;
use crate::db::Db;
use crate::db::lookup::{NewSession, SessionRow};

/// Without a request for this long, a session ends.
pub const IDLE: Duration = Duration::from_secs(8 * 3600);
/// However busy, a session ends after this.
pub const ABSOLUTE: Duration = Duration::from_secs(24 * 3600);

/// The hash of the token that a request presented: which of a person's sessions asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current(pub [u8; 32]);

impl Current {
    /// Of a cookie's token.
    pub fn of(presented: &str) -> Current {
        Current(token::hash(presented))
    }
}

/// Where a session was opened from, for the list of one's own sessions.
#[derive(Debug, Clone, Default)]
pub struct Client {
    pub address: Option<String>,
    pub agent: Option<String>,
}

/// Opens a session and gives the cookie's token.
pub async fn open(db: &Db, person: PersonId, tenant: TenantId, client: &Client) -> Result<Token, sqlx::Error> {
    let token = Token::random();
    let new = NewSession {
        person,
        tenant,
        idle: IDLE,
        absolute: ABSOLUTE,
        address: client.address.as_deref(),
        agent: client.agent.as_deref(),
    };
    db.open_session(&token.hash(), &new).await?;
    Ok(token)
}

/// Ends a session at once; gives whose it was. A cookie that stands for nobody ends nothing.
pub async fn close(
    db: &Db,
    presented: &str,
    source: Source,
    request_id: Option<&str>,
) -> Result<Option<Caller>, sqlx::Error> {
    let Some(caller) = find(db, presented).await? else { return Ok(None) };
    let change = Change { caller: &caller, source, request_id };
    let person = caller.person().map(|person| person.0.to_string()).unwrap_or_default();
    let hash = token::hash(presented);
    let mut tx = db.tenant_tx(&caller.actor()).await?;
    sqlx::query!(r#"select close_session($1) as "done""#, hash.as_slice()).fetch_one(tx.connection()).await?;
    change.record(&mut tx, ("person", &person), "sign out", None, None).await?;
    tx.commit().await?;
    Ok(Some(caller))
}

/// Who the cookie stands for. It counts as use of the session.
pub async fn find(db: &Db, presented: &str) -> Result<Option<Caller>, sqlx::Error> {
    Ok(db.find_session(&token::hash(presented)).await?.and_then(caller))
}

/// The same without use: who keeps a stream open need not be there.
pub async fn look(db: &Db, presented: &str) -> Result<Option<Caller>, sqlx::Error> {
    Ok(db.look_at_session(&token::hash(presented)).await?.and_then(caller))
}

fn caller(row: SessionRow) -> Option<Caller> {
    let role = Role::parse(&row.role)?;
    Some(Caller {
        tenant: TenantId(row.tenant_id),
        tenant_view: TenantView {
            slug: row.slug,
            name: row.tenant_name,
            timezone: row.timezone,
            currency: row.currency,
            first_day: row.first_day,
        },
        name: row.name,
        principal: Principal::Person { id: PersonId(row.person_id), email: row.email, role },
    })
}

/// Which tenant a key belongs to and what it may.
pub async fn find_key(db: &Db, presented: &str) -> Result<Option<Caller>, sqlx::Error> {
    let Some(row) = db.find_api_key(&token::hash(presented)).await? else { return Ok(None) };
    let scopes = row.scopes.iter().filter_map(|scope| Scope::parse(scope)).collect();
    Ok(Some(Caller {
        tenant: TenantId(row.tenant_id),
        tenant_view: TenantView {
            slug: row.slug,
            name: row.tenant_name,
            timezone: row.timezone,
            currency: row.currency,
            first_day: row.first_day,
        },
        name: row.name,
        principal: Principal::Key { id: row.key_id, scopes },
    }))
}
