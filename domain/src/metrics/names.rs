//! The names of records, for lists of ids.

use std::collections::HashMap;

use sqlx::Error;

use super::catalogue::Entity;
use crate::db::TenantTx;

/// The names of these; one that has none is left out.
pub async fn of(tx: &mut TenantTx, entity: Entity, ids: &[i64]) -> Result<HashMap<i64, String>, Error> {
    let tenant = tx.tenant();
    match entity {
        Entity::Opportunity => {
            let rows =
                sqlx::query!("select id, name from opportunities where tenant_id = $1 and id = any($2)", tenant, ids)
                    .fetch_all(tx.connection())
                    .await?;
            Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
        }
        // As the opportunity that changed last names it.
        Entity::Customer => {
            let rows = sqlx::query!(
                r#"select distinct on (organisation_id) organisation_id as "id!", organisation_name as "name!"
                   from opportunities
                   where tenant_id = $1 and organisation_id = any($2) and organisation_name is not null
                   order by organisation_id, updated_at_rms desc nulls last, id desc"#,
                tenant,
                ids
            )
            .fetch_all(tx.connection())
            .await?;
            Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
        }
    }
}

/// The page of a record.
pub fn address(entity: Entity, id: i64) -> String {
    match entity {
        Entity::Opportunity => format!("/opportunities/{id}"),
        Entity::Customer => format!("/opportunities?organisation={id}"),
    }
}
