//! Sessions: a row each, looked up for every request, so that sign-out and demotion count at once.

use std::time::Duration;

use super::token::{self, Token};
use super::{Caller, PersonId, Principal, Role, Scope, TenantId, TenantView};
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

/// Ends the session of this cookie, if there is one.
pub async fn close(db: &Db, presented: &str) -> Result<(), sqlx::Error> {
    db.close_session(&token::hash(presented)).await
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
