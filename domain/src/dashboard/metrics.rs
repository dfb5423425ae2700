//! What the company's own metrics were worth last, for the overview.

use serde_json::value::RawValue;
use sqlx::types::Json;

use super::MetricFigure;
use crate::db::TenantTx;
use crate::metrics::{Formula, Number};

/// Metrics that are shown; the list has them all.
const MOST: i64 = 8;

/// The active ones with a formula, those that have a value first.
pub(super) async fn read(tx: &mut TenantTx) -> Result<Vec<MetricFigure>, sqlx::Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select d.code, v.name, v.version, v.formula as "formula!: Json<Box<RawValue>>", l.value as "value?", l.version as "computed_version?",
               l.computed_at as "computed_at?"
           from metric_definitions d
           join metric_versions v on v.tenant_id = $1 and v.code = d.code and v.version = d.active_version
           left join lateral (
               select value, version, computed_at from metric_values where tenant_id = $1 and code = d.code order by computed_at desc limit 1
           ) l on true
           where d.tenant_id = $1 and d.state = 'active' and v.formula is not null
           order by l.computed_at is null, d.code limit $2"#,
        tenant,
        MOST
    )
    .fetch_all(tx.connection())
    .await?;
    let figures = rows.into_iter().map(|row| {
        let formula = serde_json::from_str(row.formula.get()).ok().and_then(|sent| Formula::read(&sent).ok());
        MetricFigure {
            code: row.code,
            name: row.name,
            version: row.version,
            sentence: formula.as_ref().map(Formula::sentence).unwrap_or_default(),
            is_money: formula.as_ref().is_some_and(Formula::is_money),
            value: row.value.and_then(Number::from_decimal).map(|value| value.to_string()),
            computed_version: row.computed_version,
            computed_at: row.computed_at,
        }
    });
    Ok(figures.collect())
}
