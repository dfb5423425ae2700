//! The stored values of metrics as lists and drawings show them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::Error;

use super::number::Number;
use super::values::Kept;
use crate::dashboard::bars::{self, Layer};
use crate::db::TenantTx;

/// The last value of a metric, and the one before it of the same version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    pub value: Option<Number>,
    pub at: DateTime<Utc>,
    pub before: Option<(Number, DateTime<Utc>)>,
}

/// Of these codes; one without values is left out.
pub async fn last(tx: &mut TenantTx, codes: &[String]) -> Result<HashMap<String, Last>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select c.code as "code!", l.value as "value?", l.computed_at as "at!", b.value as "before?", b.computed_at as "before_at?"
           from unnest($2::text[]) c (code)
           cross join lateral (select value, computed_at, version from metric_values
               where tenant_id = $1 and code = c.code order by computed_at desc limit 1) l
           left join lateral (select value, computed_at from metric_values
               where tenant_id = $1 and code = c.code and computed_at < l.computed_at and version = l.version and value is not null
               order by computed_at desc limit 1) b on true"#,
        tenant,
        codes
    )
    .fetch_all(tx.connection())
    .await?;
    let of = |value: Option<Decimal>| value.and_then(Number::from_decimal);
    let told = rows.into_iter().map(|row| {
        let last = Last { value: of(row.value), at: row.at, before: of(row.before).zip(row.before_at) };
        (row.code, last)
    });
    Ok(told.collect())
}

/// Values that a drawing has room for at least: a few are as slim as many.
const FEWEST: usize = 14;

/// A drawing of these, the oldest first, in a colour for each version; empty for none.
pub fn drawing(kept: &[Kept], zone: Tz) -> String {
    if kept.is_empty() {
        return String::new();
    }
    let mut versions: Vec<i32> = kept.iter().map(|value| value.version).collect();
    versions.sort_unstable();
    versions.dedup();
    let room = FEWEST.saturating_sub(kept.len());
    let height = |kept: &Kept| {
        let value = kept.value.as_deref().and_then(|text| text.parse::<Decimal>().ok());
        value.and_then(|value| value.to_f64()).unwrap_or_default()
    };
    let layer = |version: &i32| {
        let values = kept.iter().map(|one| if one.version == *version { height(one) } else { 0.0 });
        Layer { name: "value", values: values.chain(std::iter::repeat_n(0.0, room)).collect() }
    };
    let labels = kept.iter().map(|one| one.computed_at.with_timezone(&zone).format("%-d %b").to_string());
    let labels = labels.chain(std::iter::repeat_n(String::new(), room)).collect();
    bars::svg(labels, versions.iter().map(layer).collect(), 650.0).unwrap_or_default()
}
