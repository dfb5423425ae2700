//! What metrics were worth: kept every night and when somebody asks, with the version that counted then.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::Error;

use super::change;
use super::code::MetricCode;
use super::definition::State;
use super::error::MetricError;
use super::number::Number;
use super::run::{self, Measured};
use super::store;
use crate::db::TenantTx;
use crate::identity::Change;
use crate::services::Services;

/// A metric at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    pub computed_at: DateTime<Utc>,
    /// A decimal text; null where there is none, such as the mean of nothing.
    pub value: Option<String>,
    pub version: i32,
    /// Records that counted.
    pub matched: i64,
    /// All of the entity.
    pub base: i64,
}

/// A page of what was kept of a metric, newest first.
pub async fn page(tx: &mut TenantTx, code: &MetricCode, page: i64, limit: i64) -> Result<Vec<Kept>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select computed_at, value, version, matched, base from metric_values
         where tenant_id = $1 and code = $2 order by computed_at desc limit $3 offset $4",
        tenant,
        code.as_str(),
        limit,
        (page - 1) * limit
    )
    .fetch_all(tx.connection())
    .await?;
    let kept = rows.into_iter().map(|row| Kept {
        computed_at: row.computed_at,
        value: row.value.and_then(Number::from_decimal).map(|number| number.to_string()),
        version: row.version,
        matched: row.matched,
        base: row.base,
    });
    Ok(kept.collect())
}

/// How many values were kept of a metric.
pub async fn count(tx: &mut TenantTx, code: &MetricCode) -> Result<i64, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from metric_values where tenant_id = $1 and code = $2"#,
        tenant,
        code.as_str()
    )
    .fetch_one(tx.connection())
    .await
}

/// Keeps a value; gives when it is of.
pub(super) async fn keep(
    tx: &mut TenantTx,
    code: &str,
    version: i32,
    measured: &Measured,
) -> Result<DateTime<Utc>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        "insert into metric_values (tenant_id, code, computed_at, version, value, matched, base)
         values ($1, $2, clock_timestamp(), $3, $4, $5, $6) returning computed_at",
        tenant,
        code,
        version,
        measured.value.map(Number::to_decimal),
        measured.matched,
        measured.base
    )
    .fetch_one(tx.connection())
    .await
}

/// Computes what a metric is worth now, and keeps it.
pub async fn compute(services: &Services, change: &Change<'_>, code: &MetricCode) -> Result<Kept, MetricError> {
    let actor = change.caller.actor();
    let mut tx = services.db.tenant_tx(&actor).await?;
    let definition = store::find(&mut tx, code).await?.filter(|definition| definition.state != State::Deprecated);
    let definition = definition.ok_or_else(|| MetricError::NotFound(code.to_string()))?;
    let formula = definition.read_formula().filter(|_| definition.is_active());
    let formula = formula.ok_or_else(|| MetricError::NotActive(code.to_string()))?;
    let now = change::now(&mut tx).await?;
    run::read_only(&mut tx).await?;
    let measured = run::measure(&mut tx, &formula, &now).await?;
    drop(tx);
    let mut tx = services.db.tenant_tx(&actor).await?;
    let computed_at = keep(&mut tx, code.as_str(), definition.version, &measured).await?;
    let value = measured.value.map(|value| value.to_string());
    let after =
        json!({"version": definition.version, "value": value, "matched": measured.matched, "base": measured.base});
    change.record(&mut tx, ("metric", code.as_str()), "compute", None, Some(after)).await?;
    tx.commit().await?;
    let Measured { matched, base, .. } = measured;
    Ok(Kept { computed_at, value, version: definition.version, matched, base })
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was_kept() {
        for text in ["0", "-0.5", "999999999999999.999999", "-999999999999999.999999", "12.000001"] {
            let kept = Number::parse(text).unwrap();
            assert_eq!(Number::from_decimal(kept.to_decimal()), Some(kept), "{text}");
        }
        assert_eq!(Number::from_decimal(Decimal::new(12, 0)).unwrap().to_string(), "12");
    }
}
