//! The dates that a person looks at, kept until they choose others. An address with dates rules over them.

use chrono::NaiveDate;

use super::DateRange;
use crate::db::{Db, TenantTx};
use crate::identity::{Caller, PersonId};
use crate::opportunities::address::Address;

/// The pairs of an address that narrow to these dates.
pub fn address(range: DateRange) -> Address {
    let set = |address: Address, name: &str, day: Option<NaiveDate>| match day {
        Some(day) => address.with(name, &day.to_string()),
        None => address,
    };
    set(set(Address::default(), "from", range.from), "to", range.to)
}

/// The dates of the address, else those that are kept for the person who asks. A key has none.
pub async fn of_caller(db: &Db, caller: &Caller, asked: DateRange) -> Result<DateRange, sqlx::Error> {
    let Some(person) = caller.person().filter(|_| asked.is_all()) else { return Ok(asked) };
    kept(&mut db.tenant_tx(&caller.actor()).await?, person).await
}

/// Keeps dates for a person in this tenant; no dates forget those that are kept.
pub async fn keep(db: &Db, caller: &Caller, person: PersonId, range: DateRange) -> Result<(), sqlx::Error> {
    let mut tx = db.tenant_tx(&caller.actor()).await?;
    if kept(&mut tx, person).await? == range {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query!("delete from dashboard_dates where tenant_id = $1 and person_id = $2", tenant, person.0)
        .execute(tx.connection())
        .await?;
    if !range.is_all() {
        sqlx::query!(
            "insert into dashboard_dates (tenant_id, person_id, from_day, to_day) values ($1, $2, $3, $4)
            on conflict (tenant_id, person_id) do update set from_day = excluded.from_day, to_day = excluded.to_day",
            tenant,
            person.0,
            range.from,
            range.to
        )
        .execute(tx.connection())
        .await?;
    }
    tx.commit().await
}

async fn kept(tx: &mut TenantTx, person: PersonId) -> Result<DateRange, sqlx::Error> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select from_day as "from: NaiveDate", to_day as "to: NaiveDate" from dashboard_dates where tenant_id = $1 and person_id = $2"#,
        tenant,
        person.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map_or_else(DateRange::default, |row| DateRange { from: row.from, to: row.to }))
}
