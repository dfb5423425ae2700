//! The lines of a list: which opportunity, why it is there, since when, what mends it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::Error;

use super::Kind;
use crate::db::TenantTx;

/// What names a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub kind: Kind,
    pub system: Option<String>,
    pub opportunity: i64,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub opportunity_id: i64,
    /// Null when the mirror does not have it, as before its first run.
    pub opportunity_name: Option<String>,
    pub organisation_name: Option<String>,
    /// None where no system is meant.
    pub system: Option<String>,
    pub reason: String,
    /// Since when it is so, as far as is known.
    pub since: Option<DateTime<Utc>>,
    /// What to do about it.
    pub remedy: String,
}

/// What is known of an opportunity and its integration.
struct Facts {
    name: Option<String>,
    organisation_name: Option<String>,
    made_at: Option<DateTime<Utc>>,
    sync_status: Option<String>,
    last_synced: Option<DateTime<Utc>>,
    linked_at: Option<DateTime<Utc>>,
}

/// The lines of these keys, in their order.
pub async fn items(tx: &mut TenantTx, keys: &[Key]) -> Result<Vec<Item>, Error> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = keys.iter().map(|key| key.opportunity).collect();
    let systems: Vec<String> = keys.iter().map(|key| key.system.clone().unwrap_or_default()).collect();
    let facts = sqlx::query_as!(
        Facts,
        r#"select o.name as "name?", o.organisation_name, o.created_at_rms as made_at, e.sync_status as "sync_status?",
            e.last_synced, e.created_at as "linked_at?"
        from unnest($2::bigint[], $3::text[]) with ordinality k (opportunity, system, nth)
        left join opportunities o on o.tenant_id = $1 and o.id = k.opportunity
        left join external_integrations e
            on e.tenant_id = $1 and e.opportunity_id = k.opportunity and e.system_name = k.system
        order by k.nth"#,
        tenant,
        &ids,
        &systems
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(keys.iter().zip(facts).map(|(key, facts)| item(key, facts)).collect())
}

fn item(key: &Key, facts: Facts) -> Item {
    let system = key.system.as_deref().unwrap_or_default();
    let page = format!("/opportunities/{}/more", key.opportunity);
    let (reason, since, remedy) = match key.kind {
        Kind::Unaugmented => (
            "nothing is added to it".into(),
            facts.made_at,
            format!("add its workflow status, risk or financial health: {page}"),
        ),
        Kind::MissingIntegration => {
            (format!("it has no integration with {system}"), facts.made_at, format!("add its id in {system}: {page}"))
        }
        Kind::StaleIntegrations => {
            let (reason, since) = match (facts.sync_status.as_deref(), facts.last_synced) {
                (Some("failed"), last) => (format!("its sync with {system} failed"), last.or(facts.linked_at)),
                (_, Some(last)) => (format!("its last sync with {system} is over 24 hours ago"), Some(last)),
                (_, None) => (format!("it was never synced with {system}"), facts.linked_at),
            };
            (reason, since, format!("sync it with {system} again and note when: {page}"))
        }
    };
    Item {
        opportunity_id: key.opportunity,
        opportunity_name: facts.name,
        organisation_name: facts.organisation_name,
        system: key.system.clone(),
        reason,
        since,
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale(sync_status: &str, last_synced: Option<&str>) -> (String, Option<String>) {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let facts = Facts {
            name: Some("Gala".into()),
            organisation_name: None,
            made_at: None,
            sync_status: Some(sync_status.into()),
            last_synced: last_synced.map(at),
            linked_at: Some(at("2026-11-01T00:00:00Z")),
        };
        let key = Key { kind: Kind::StaleIntegrations, system: Some("Xero".into()), opportunity: 7 };
        let item = item(&key, facts);
        (item.reason, item.since.map(|at| at.format("%d").to_string()))
    }

    #[test]
    fn a_stale_integration_says_what_is_the_matter_and_since_when() {
        let told = |reason: &str, day: &str| (reason.to_owned(), Some(day.to_owned()));
        assert_eq!(stale("failed", Some("2026-11-20T00:00:00Z")), told("its sync with Xero failed", "20"));
        assert_eq!(stale("failed", None), told("its sync with Xero failed", "01"));
        assert_eq!(
            stale("synced", Some("2026-11-20T00:00:00Z")),
            told("its last sync with Xero is over 24 hours ago", "20")
        );
        assert_eq!(stale("pending", None), told("it was never synced with Xero", "01"));
    }
}
