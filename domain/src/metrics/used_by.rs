//! What relies on metrics: whoever deprecates one is told first.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::Error;

use super::code::MetricCode;
use crate::db::TenantTx;

/// Something that relies on a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// `replacement`: a deprecated metric points to this one.
    pub kind: String,
    /// The thing's own code or id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// All that relies on a metric, by kind and name. Whatever starts to use metrics (widgets, alerts, lists) adds its rows here and
/// to [`counts`].
pub async fn of(tx: &mut TenantTx, code: &MetricCode) -> Result<Vec<Use>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Use,
        r#"select 'replacement' as "kind!", d.code as id, v.name
           from metric_definitions d
           join metric_versions v on v.tenant_id = $1 and v.code = d.code and v.version = d.newest_version
           where d.tenant_id = $1 and d.replaced_by = $2 order by v.name, d.code"#,
        tenant,
        code.as_str()
    )
    .fetch_all(tx.connection())
    .await
}

/// How many rely on each of these metrics; those that nothing relies on are left out.
pub async fn counts(tx: &mut TenantTx, codes: &[String]) -> Result<HashMap<String, i64>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select replaced_by as "code!", count(*) as "count!" from metric_definitions
           where tenant_id = $1 and replaced_by = any($2) group by replaced_by"#,
        tenant,
        codes
    );
    Ok(rows.fetch_all(tx.connection()).await?.into_iter().map(|row| (row.code, row.count)).collect())
}
