//! Who changed what, newest first.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::Error;
use uuid::Uuid;

use super::Source;
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::params::{Fault, Params};

/// Rows that are counted: beyond that nobody needs the number any more.
pub const MOST: i64 = 100_000;

/// Which rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailFilter {
    pub entity_type: Option<String>,
    pub entity_id: Option<String>,
    /// A person's or key's id, or the name of anybody.
    pub actor: Option<String>,
    pub action: Option<String>,
    pub source: Option<String>,
    /// Of this opportunity: of itself, of what the business adds to it, of its workflows and integrations.
    pub opportunity: Option<i64>,
    /// At or after the first, before the second.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

impl TrailFilter {
    /// Takes the filter's fields; days are the tenant's, both included.
    pub fn take(params: &mut Params, timezone: &str) -> Result<TrailFilter, Fault> {
        let source = params.text("source")?;
        if source.as_ref().is_some_and(|source| !Source::WORDS.contains(&source.as_str())) {
            return Err(Fault::new("source", format!("expected one of {}", Source::WORDS.join(", "))));
        }
        let (from, to) = params.instants("from", "to", zone_or_utc(timezone))?;
        let filter = TrailFilter {
            entity_type: params.text("entityType")?,
            entity_id: params.text("entityId")?,
            actor: params.text("actor")?,
            action: params.text("action")?,
            source,
            opportunity: params.value("opportunity", "an integer")?,
            from,
            to,
        };
        if filter.entity_id.is_some() && filter.entity_type.is_none() {
            return Err(Fault::new("entityType", "is missing: an id alone names no record"));
        }
        Ok(filter)
    }

    fn actor_id(&self) -> Option<Uuid> {
        self.actor.as_deref().and_then(|text| Uuid::parse_str(text).ok())
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrailActor {
    /// person, key or system.
    pub kind: String,
    pub id: Option<Uuid>,
    pub name: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrailRow {
    pub id: i64,
    pub timestamp: DateTime<Utc>,
    pub actor: TrailActor,
    pub source: String,
    pub request_id: Option<String>,
    pub entity_type: String,
    pub entity_id: String,
    pub action: String,
    /// The changed fields only, beside whose it is, and never a secret.
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// Its place in the chain; null until it is sealed.
    pub number: Option<i64>,
}

/// A page, from 1.
pub async fn get_audit_trail(
    tx: &mut TenantTx,
    filter: &TrailFilter,
    page: i64,
    limit: i64,
) -> Result<Vec<TrailRow>, Error> {
    let ids = ids(tx, filter, limit, (page - 1).saturating_mul(limit)).await?;
    rows(tx, &ids).await
}

/// A statement over the rows of a filter. Its parameters are 1 to 10; those of what stands behind it follow.
macro_rules! over {
    ($before:literal, $tenant:expr, $filter:expr, $behind:literal $(, $more:expr)*) => {
        sqlx::query_scalar!(
            $before
                + " from audit_log
            where tenant_id = $1 and ($2::text is null or entity_type = $2) and ($3::text is null or entity_id = $3)
                and ($4::uuid is null or actor_id = $4) and ($4 is not null or $5::text is null or lower(actor_name) = lower($5))
                and ($6::text is null or action = $6) and ($7::text is null or source = $7)
                and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9)
                and ($10::bigint is null or (entity_type in ('opportunity', 'augmentation') and entity_id = $10::text)
                    or (entity_type in ('workflow', 'integration')
                        and coalesce(after, before) ->> 'opportunity_id' = $10::text)) "
                + $behind,
            $tenant,
            $filter.entity_type,
            $filter.entity_id,
            $filter.actor_id(),
            $filter.actor,
            $filter.action,
            $filter.source,
            $filter.from,
            $filter.to,
            $filter.opportunity
            $(, $more)*
        )
    };
}

/// The rows of a filter, newest first.
pub async fn ids(tx: &mut TenantTx, filter: &TrailFilter, limit: i64, offset: i64) -> Result<Vec<i64>, Error> {
    let tenant = tx.tenant();
    over!("select id", tenant, filter, "order by id desc limit $11 offset $12", limit, offset)
        .fetch_all(tx.connection())
        .await
}

/// Rows of a filter, at most one more than [`MOST`].
pub async fn count(tx: &mut TenantTx, filter: &TrailFilter) -> Result<i64, Error> {
    let tenant = tx.tenant();
    over!(r#"select count(*) as "count!" from (select"#, tenant, filter, "limit $11) found", MOST + 1)
        .fetch_one(tx.connection())
        .await
}

/// Rows by their ids, in their order.
pub async fn rows(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<TrailRow>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.source, a.request_id, a.entity_type, a.entity_id, a.action,
            a.before, a.after, c.number as "number?"
           from unnest($2::bigint[]) with ordinality k (id, place)
           join audit_log a on a.tenant_id = $1 and a.id = k.id
           left join audit_chain c on c.tenant_id = $1 and c.audit_id = a.id
           order by k.place"#,
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await?;
    let rows = rows.into_iter().map(|row| TrailRow {
        id: row.id,
        timestamp: row.at,
        actor: TrailActor { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
        source: row.source,
        request_id: row.request_id,
        entity_type: row.entity_type,
        entity_id: row.entity_id,
        action: row.action,
        before: row.before,
        after: row.after,
        number: row.number,
    });
    Ok(rows.collect())
}

/// The actions and the types of records that the newest rows have, for the fields of a form.
pub async fn words(tx: &mut TenantTx) -> Result<(Vec<String>, Vec<String>), Error> {
    let tenant = tx.tenant();
    let found = sqlx::query!(
        r#"with recent as (select action, entity_type from audit_log where tenant_id = $1 order by id desc limit 5000)
           select array(select distinct action from recent order by 1) as "actions!",
               array(select distinct entity_type from recent order by 1) as "types!""#,
        tenant
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((found.actions, found.types))
}
