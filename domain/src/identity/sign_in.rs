//! Signing in: count, then check, then open a session.

use std::time::Duration;

use super::password::{PasswordError, Passwords};
use super::session::{self, Client};
use super::token::{self, Token};
use super::{Caller, Email, PersonId, TenantId};
use crate::audit::{self, Entry, Source};
use crate::db::Db;

/// Tries for one account in [`SPAN`].
const TRIES_ACCOUNT: i32 = 5;
/// Tries from one address in [`SPAN`]: an office shares one.
const TRIES_ADDRESS: i32 = 50;
const SPAN: Duration = Duration::from_secs(5 * 60);
/// How long a printed or shown link may be used.
pub(super) const LINK_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Why a sign-in did not happen.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// One answer for an unknown address, a wrong password and a disabled person.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    #[error("too many attempts, try again in {0} s")]
    Throttled(u64),
    #[error("too many sign-ins at once, try again")]
    Busy,
    #[error("you have no role in this tenant")]
    NoTenant,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// What was typed.
pub struct Attempt<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// A slug; without it the tenant used last.
    pub tenant: Option<&'a str>,
    pub client: &'a Client,
    /// The door: a screen's form or the API.
    pub source: Source,
    pub request_id: Option<&'a str>,
}

/// Checks a password and opens a session. The attempt is counted before anything is checked, so that a hundred parallel
/// guesses are a hundred attempts.
pub async fn with_password(
    db: &Db,
    passwords: &Passwords,
    attempt: &Attempt<'_>,
) -> Result<(Token, Caller), SignInError> {
    let email = Email::parse(attempt.email).map_err(|_| SignInError::Wrong)?;
    if let Some(address) = &attempt.client.address {
        count(db, &throttle_key("address", &network(address)), TRIES_ADDRESS).await?;
    }
    let account = throttle_key("account", email.as_str());
    count(db, &account, TRIES_ACCOUNT).await?;

    let rows = db.find_sign_in(email.as_str()).await?;
    let hash = rows.first().and_then(|row| row.password_hash.as_deref());
    match passwords.verify(attempt.password, hash).await {
        Ok(true) => {}
        Ok(false) => return Err(SignInError::Wrong),
        Err(PasswordError::Busy) => return Err(SignInError::Busy),
        Err(_) => return Err(SignInError::Wrong),
    }
    let fits = |slug: &Option<String>| attempt.tenant.is_none_or(|wanted| slug.as_deref() == Some(wanted));
    let chosen = rows.iter().find(|row| row.tenant_id.is_some() && fits(&row.slug)).ok_or(SignInError::NoTenant)?;
    let tenant = TenantId(chosen.tenant_id.ok_or(SignInError::NoTenant)?);
    db.forgive(&account).await?;
    let entered =
        enter(db, PersonId(chosen.person_id), tenant, attempt.client, attempt.source, attempt.request_id).await?;
    db.prove_session(&entered.0.hash()).await?;
    Ok(entered)
}

/// Makes a link that signs one person in, once.
pub async fn make_link(db: &Db, person: PersonId, tenant: TenantId) -> Result<Token, sqlx::Error> {
    let token = Token::random();
    db.make_sign_in_link(&token.hash(), person, tenant, LINK_LIFE).await?;
    Ok(token)
}

/// Spends a link and opens a session.
pub async fn with_link(
    db: &Db,
    presented: &str,
    client: &Client,
    request_id: Option<&str>,
) -> Result<(Token, Caller), SignInError> {
    let (person, tenant) = db.use_sign_in_link(&token::hash(presented)).await?.ok_or(SignInError::Wrong)?;
    enter(db, person, tenant, client, Source::Screen, request_id).await
}

async fn enter(
    db: &Db,
    person: PersonId,
    tenant: TenantId,
    client: &Client,
    source: Source,
    request_id: Option<&str>,
) -> Result<(Token, Caller), SignInError> {
    let token = session::open(db, person, tenant, client).await?;
    let caller = session::find(db, token.reveal()).await?.ok_or(SignInError::Wrong)?;
    let mut tx = db.tenant_tx(&caller.actor()).await?;
    audit::record(
        &mut tx,
        &Entry {
            actor: (&caller).into(),
            source,
            request_id,
            entity: ("person", &person.0.to_string()),
            action: "sign in",
            before: None,
            after: None,
        },
    )
    .await?;
    tx.commit().await?;
    Ok((token, caller))
}

/// Counts a try of a person who is signed in and gives their password once more.
pub(super) async fn count_own(db: &Db, email: &str) -> Result<(), SignInError> {
    count(db, &throttle_key("account", email), TRIES_ACCOUNT).await
}

/// Forgets the tries of a person who gave the right password.
pub(super) async fn forgive_own(db: &Db, email: &str) -> Result<(), sqlx::Error> {
    db.forgive(&throttle_key("account", email)).await
}

async fn count(db: &Db, key: &[u8], most: i32) -> Result<(), SignInError> {
    match db.throttle(key, most, SPAN).await? {
        Some(wait) => Err(SignInError::Throttled(wait)),
        None => Ok(()),
    }
}

fn throttle_key(kind: &str, what: &str) -> [u8; 32] {
    token::hash(&format!("{kind}\n{what}"))
}

/// What counts as one address: a host of IPv4, a /64 of IPv6.
fn network(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(v6) => format!("{:x?}", &v6.segments()[..4]),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn one_house_of_ipv6_is_one_address() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
