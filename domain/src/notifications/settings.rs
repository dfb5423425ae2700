//! What a person wants to be told, and whether by mail. Without a row everything is on.

use serde_json::json;

use super::{Kind, NotificationError};
use crate::db::{Db, TenantTx};
use crate::identity::{Change, PersonId};

/// A person's switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub kinds_off: Vec<String>,
    pub by_mail: bool,
}

impl Settings {
    pub fn wants(&self, kind: Kind) -> bool {
        !self.kinds_off.iter().any(|off| off == kind.as_str())
    }
}

pub async fn read(tx: &mut TenantTx, person: PersonId) -> Result<Settings, sqlx::Error> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Settings,
        "select kinds_off, by_mail from notification_settings where tenant_id = $1 and person_id = $2",
        tenant,
        person.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.unwrap_or(Settings { kinds_off: Vec::new(), by_mail: true }))
}

/// Sets the switches of the person who asks.
pub async fn set(
    db: &Db,
    change: &Change<'_>,
    person: PersonId,
    kinds_on: &[Kind],
    by_mail: bool,
) -> Result<(), NotificationError> {
    let kinds_off: Vec<String> =
        Kind::ALL.into_iter().filter(|kind| !kinds_on.contains(kind)).map(|kind| kind.as_str().to_owned()).collect();
    let mut tx = db.tenant_tx(&change.caller.actor()).await?;
    let before = read(&mut tx, person).await?;
    let after = Settings { kinds_off, by_mail };
    if before == after {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into notification_settings (tenant_id, person_id, kinds_off, by_mail) values ($1, $2, $3, $4)
         on conflict (tenant_id, person_id) do update set kinds_off = excluded.kinds_off, by_mail = excluded.by_mail",
        tenant,
        person.0,
        &after.kinds_off,
        after.by_mail
    )
    .execute(tx.connection())
    .await?;
    let shown = |settings: &Settings| json!({"kindsOff": settings.kinds_off, "byMail": settings.by_mail});
    let entity = ("notification settings", person.0.to_string());
    change.record(&mut tx, (entity.0, &entity.1), "set", Some(shown(&before)), Some(shown(&after))).await?;
    tx.commit().await?;
    Ok(())
}
