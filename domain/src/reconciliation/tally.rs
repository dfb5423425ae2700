//! How long every list is, counted in two passes however many systems there are.

use sqlx::Error;

use super::lists::{Found, Slice, stale_keys};
use super::{Kind, get_opportunities_missing_integration, get_unaugmented_opportunities};
use crate::db::TenantTx;

/// A list that is fewer than one in so many of the opportunities is sifted out; a longer one is read from its beginning.
const RARE: i64 = 10;

/// What there is to count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Opportunities of the mirror that are not gone.
    live: i64,
    unaugmented: i64,
    systems: Vec<SystemTally>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct SystemTally {
    name: String,
    /// Live opportunities that it knows.
    known: i64,
    stale: i64,
}

/// A list and its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub kind: Kind,
    pub system: Option<String>,
    pub count: i64,
}

impl Tally {
    pub async fn read(tx: &mut TenantTx) -> Result<Tally, Error> {
        let tenant = tx.tenant();
        let mirror = sqlx::query!(
            r#"select count(*) as "live!", count(*) filter (where a.opportunity_id is null) as "unaugmented!"
            from opportunities o
            left join augmented_opportunities a on a.tenant_id = $1 and a.opportunity_id = o.id
            where o.tenant_id = $1 and o.deleted_at is null"#,
            tenant
        )
        .fetch_one(tx.connection())
        .await?;
        let systems = sqlx::query_as!(
            SystemTally,
            r#"select e.system_name as name, count(o.id) as "known!", count(*) filter (where e.sync_status = 'failed'
                or e.last_synced is null or e.last_synced < now() - interval '24 hours') as "stale!"
            from external_integrations e
            left join opportunities o on o.tenant_id = $1 and o.id = e.opportunity_id and o.deleted_at is null
            where e.tenant_id = $1 group by e.system_name order by e.system_name"#,
            tenant
        )
        .fetch_all(tx.connection())
        .await?;
        Ok(Tally { live: mirror.live, unaugmented: mirror.unaugmented, systems })
    }

    /// Every list: the opportunities without anything, then those that each system in use does not know, then what is stale.
    pub fn lists(&self) -> Vec<Counted> {
        let of = |kind, system: &SystemTally, count| Counted { kind, system: Some(system.name.clone()), count };
        let first = Counted { kind: Kind::Unaugmented, system: None, count: self.unaugmented };
        let missing = self.systems.iter().map(|one| of(Kind::MissingIntegration, one, self.live - one.known));
        let stale = self.systems.iter().map(|one| of(Kind::StaleIntegrations, one, one.stale));
        std::iter::once(first).chain(missing).chain(stale).collect()
    }

    /// A part of one of the lists.
    pub async fn part(&self, tx: &mut TenantTx, list: &Counted, slice: Slice) -> Result<Found, Error> {
        let system = list.system.as_deref().unwrap_or_default();
        if list.count <= slice.offset {
            return Ok(Found { count: list.count, keys: Vec::new() });
        }
        let rare = list.count * RARE < self.live || slice.limit.is_none() || slice.offset * RARE > list.count;
        match list.kind {
            Kind::StaleIntegrations => {
                Ok(Found { count: list.count, keys: stale_keys(tx, Some(system), slice).await? })
            }
            Kind::Unaugmented if rare => get_unaugmented_opportunities(tx, slice).await,
            Kind::MissingIntegration if rare => get_opportunities_missing_integration(tx, system, slice).await,
            Kind::Unaugmented => first_unaugmented(tx, list.count, slice).await,
            Kind::MissingIntegration => first_missing(tx, system, list.count, slice).await,
        }
    }
}

async fn first_unaugmented(tx: &mut TenantTx, count: i64, slice: Slice) -> Result<Found, Error> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select o.id from opportunities o where o.tenant_id = $1 and o.deleted_at is null
            and not exists (select from augmented_opportunities a where a.tenant_id = $1 and a.opportunity_id = o.id)
        order by o.updated_at_rms desc nulls last, o.id limit $2 offset $3",
        tenant,
        slice.limit,
        slice.offset
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(Found::of(Kind::Unaugmented, None, count, ids))
}

async fn first_missing(tx: &mut TenantTx, system: &str, count: i64, slice: Slice) -> Result<Found, Error> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select o.id from opportunities o where o.tenant_id = $1 and o.deleted_at is null
            and not exists (select from external_integrations e
                where e.tenant_id = $1 and e.opportunity_id = o.id and e.system_name = $2)
        order by o.updated_at_rms desc nulls last, o.id limit $3 offset $4",
        tenant,
        system,
        slice.limit,
        slice.offset
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(Found::of(Kind::MissingIntegration, Some(system), count, ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_list_for_each_kind_and_system_in_use() {
        let system = |name: &str, known, stale| SystemTally { name: name.into(), known, stale };
        let tally = Tally { live: 10, unaugmented: 4, systems: vec![system("Monday", 7, 0), system("Xero", 10, 2)] };
        let lists: Vec<String> = tally
            .lists()
            .iter()
            .map(|list| format!("{} {} {}", list.kind.as_str(), list.system.as_deref().unwrap_or("-"), list.count))
            .collect();
        assert_eq!(
            lists,
            [
                "unaugmented - 4",
                "missing-integration Monday 3",
                "missing-integration Xero 0",
                "stale-integrations Monday 0",
                "stale-integrations Xero 2"
            ]
        );
    }
}
