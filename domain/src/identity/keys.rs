//! API keys of a tenant: made, listed, revoked. The secret leaves [`create`] once and is kept nowhere.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::token::Token;
use super::{Change, IdentityError, KeyView, Scope, plain_name, tenant};
use crate::calendar::{date, day_end, moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::{Db, TenantTx};

/// A key to make.
pub struct NewKey<'a> {
    pub name: &'a str,
    pub scopes: &'a [String],
    /// The last day on which it works, in the tenant's zone; empty for no end.
    pub last_day: &'a str,
}

/// A key as it is kept, without its secret.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRow {
    pub id: Uuid,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    /// The first instant at which it does not work any more.
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The tenant's keys, those that work first.
pub async fn rows(tx: &mut TenantTx) -> Result<Vec<KeyRow>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        KeyRow,
        "select id, name, scopes, created_at, expires_at, last_used_at, revoked_at from api_keys where tenant_id = $1
         order by revoked_at is not null, created_at desc, id",
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// The same in words.
pub async fn list(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<KeyView>, sqlx::Error> {
    let zone = zone_or_utc(&tenant::view(tx).await?.timezone);
    let view = |row: KeyRow| {
        let (state, tone) = match (row.revoked_at, row.expires_at) {
            (Some(_), _) => ("Revoked", Tone::Bad),
            (None, Some(end)) if end <= now => ("Expired", Tone::Warn),
            _ => ("Works", Tone::Ok),
        };
        let last_day = |end| date(end - chrono::Duration::seconds(1), zone).format("%-d %b %Y").to_string();
        KeyView {
            id: row.id,
            name: row.name,
            scopes: row.scopes.join(", "),
            created: moment(row.created_at, now, zone),
            expires: row.expires_at.map(last_day),
            last_used: row.last_used_at.map(|at| moment(at, now, zone)),
            state: state.into(),
            tone,
            works: tone == Tone::Ok,
        }
    };
    Ok(rows(tx).await?.into_iter().map(view).collect())
}

/// Makes a key and gives its id and secret, which nobody can read again.
pub async fn create(db: &Db, change: &Change<'_>, new: &NewKey<'_>) -> Result<(Uuid, Token), IdentityError> {
    let name = plain_name("name", new.name)?;
    let scopes = scopes(new.scopes)?;
    let end = end(new.last_day, &change.caller.tenant_view.timezone, Utc::now())?;
    let key = Token::api_key();
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "insert into api_keys (tenant_id, name, secret_hash, scopes, expires_at) values ($1, $2, $3, $4, $5) returning id",
        tenant,
        name,
        &key.hash()[..],
        &scopes,
        end
    )
    .fetch_one(tx.connection())
    .await?;
    let after = json!({"name": name, "scopes": scopes, "expires_at": end});
    change.record(&mut tx, ("api key", &id.to_string()), "create", None, Some(after)).await?;
    tx.commit().await?;
    Ok((id, key))
}

/// Revokes a key: the next request with it is refused. Gives its name; a key that is revoked already stays so.
pub async fn revoke(db: &Db, change: &Change<'_>, id: Uuid) -> Result<String, IdentityError> {
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let tenant = tx.tenant();
    let key =
        sqlx::query!("select name, revoked_at from api_keys where tenant_id = $1 and id = $2 for update", tenant, id)
            .fetch_optional(tx.connection())
            .await?
            .ok_or(IdentityError::NotFound("key"))?;
    if key.revoked_at.is_none() {
        sqlx::query!("update api_keys set revoked_at = now() where tenant_id = $1 and id = $2", tenant, id)
            .execute(tx.connection())
            .await?;
        change.record(&mut tx, ("api key", &id.to_string()), "revoke", None, None).await?;
        tx.commit().await?;
    }
    Ok(key.name)
}

/// Known words, each once, in the order of the table.
fn scopes(words: &[String]) -> Result<Vec<String>, IdentityError> {
    let expected = || format!("expected one or more of {}", Scope::ALL.map(Scope::as_str).join(", "));
    if words.is_empty() || words.iter().any(|word| Scope::parse(word).is_none()) {
        return Err(IdentityError::invalid("scopes", expected()));
    }
    let chosen = Scope::ALL.map(Scope::as_str).into_iter().filter(|scope| words.iter().any(|word| word == scope));
    Ok(chosen.map(str::to_owned).collect())
}

/// The first instant after the last day.
fn end(last_day: &str, timezone: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, IdentityError> {
    let text = last_day.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = |reason: &str| IdentityError::invalid("last_day", reason);
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    let end = day_end(day.ok_or_else(|| refuse("expected a date such as 2027-11-21"))?, zone_or_utc(timezone));
    if end <= now { Err(refuse("must not lie in the past")) } else { Ok(Some(end)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_works_through_its_last_day_in_the_tenants_zone() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let told = |text| end(text, "America/New_York", now).map(|end| end.map(|end| end.to_rfc3339()));
        assert_eq!(told("2026-11-21").unwrap().as_deref(), Some("2026-11-22T05:00:00+00:00"));
        assert_eq!(told("  ").unwrap(), None);
        for wrong in ["2026-11-20", "21.11.2026", "2026-11-31", "+2026-1-01"] {
            assert!(told(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn scopes_are_known_words_each_once() {
        let parse = |words: &[&str]| scopes(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).ok();
        assert_eq!(parse(&["sync", "read", "sync"]), Some(vec!["read".into(), "sync".into()]));
        assert_eq!((parse(&[]), parse(&["read", "all"])), (None, None));
    }
}
