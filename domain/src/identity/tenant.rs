//! A tenant's own settings, read and changed inside it.

use serde_json::{Value, json};
use sqlx::Error;

use super::{Change, FirstDay, IdentityError, TenantView, plain_name};
use crate::calendar;
use crate::db::{Db, TenantTx};

/// What an admin may set.
pub struct NewSettings<'a> {
    pub name: &'a str,
    /// An IANA name.
    pub timezone: &'a str,
    /// ISO 4217.
    pub currency: &'a str,
    /// `monday`, `sunday` or `saturday`.
    pub first_day: &'a str,
}

impl<'a> NewSettings<'a> {
    /// Each with its name in forms.
    pub fn fields(&self) -> [(&'static str, &'a str); 4] {
        [("name", self.name), ("timezone", self.timezone), ("currency", self.currency), ("first_day", self.first_day)]
    }
}

/// The tenant of the transaction.
pub async fn view(tx: &mut TenantTx) -> Result<TenantView, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        TenantView,
        r#"select slug, name, timezone, currency, first_day as "first_day: FirstDay" from tenants where id = $1"#,
        tenant
    )
    .fetch_one(tx.connection())
    .await
}

/// Changes name, zone, currency and the first day of the week; days, weeks and amounts are shown by them from the next request on.
pub async fn set(db: &Db, change: &Change<'_>, new: &NewSettings<'_>) -> Result<(), IdentityError> {
    let name = plain_name("name", new.name)?;
    let zone = calendar::zone(new.timezone.trim())
        .ok_or_else(|| IdentityError::invalid("timezone", "expected an IANA time zone such as Europe/London"))?;
    let currency = new.currency.trim();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(IdentityError::invalid("currency", "expected an ISO 4217 code such as GBP"));
    }
    let first_day = FirstDay::parse(new.first_day)
        .ok_or_else(|| IdentityError::invalid("first_day", "expected monday, sunday or saturday"))?;
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let tenant = tx.tenant();
    sqlx::query!("select 1 as one from tenants where id = $1 for update", tenant).fetch_one(tx.connection()).await?;
    let before = view(&mut tx).await?;
    sqlx::query!(
        "update tenants set name = $2, timezone = $3, currency = $4, first_day = $5 where id = $1",
        tenant,
        name,
        zone.name(),
        currency,
        first_day.as_str()
    )
    .execute(tx.connection())
    .await?;
    let after = view(&mut tx).await?;
    if before != after {
        change.record(&mut tx, ("tenant", &before.slug), "set", Some(fields(&before)), Some(fields(&after))).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn fields(tenant: &TenantView) -> Value {
    json!({"name": tenant.name, "timezone": tenant.timezone, "currency": tenant.currency, "first_day": tenant.first_day})
}
