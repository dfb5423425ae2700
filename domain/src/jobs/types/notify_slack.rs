//! Sends one notification to the tenant's webhook.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::notify_mail::skipped;
use crate::db::TenantTx;
use crate::jobs::kind::{Done, JobError, JobType};
use crate::notifications::webhook::{address, message, post};
use crate::services::Services;

pub const NAME: &str = "notify_slack";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotifySlack {
    notification: i64,
}

pub fn kind(services: &Services) -> JobType {
    let (http, sealer, public_url) = (services.http.clone(), services.sealer.clone(), services.public_url.clone());
    let guarded = !services.allow_private_targets;
    JobType::new(NAME, move |attempt, NotifySlack { notification: id }| {
        let (http, sealer, public_url) = (http.clone(), sealer.clone(), public_url.clone());
        async move {
            let mut tx = attempt.begin().await?;
            let Some(row) = read(&mut tx, id).await? else { return skipped("the notification is gone") };
            if row.person_id.is_some() {
                return skipped("it is a person's");
            }
            let address = address(&mut tx, &sealer).await.map_err(|error| JobError::Permanent(error.to_string()))?;
            drop(tx);
            let Some(address) = address else { return skipped("no webhook is set") };
            let link = link(public_url.as_deref(), &row.href);
            post(&http, &address, &message(&row.title, &row.body, link.as_deref()), guarded).await?;
            Ok(Done::Result(json!({"sent": true})))
        }
    })
    .at_once(2)
}

/// What is sent.
pub(super) struct Sent {
    /// None: the webhook's.
    pub person_id: Option<Uuid>,
    pub title: String,
    pub body: String,
    pub href: String,
}

pub(super) async fn read(tx: &mut TenantTx, id: i64) -> Result<Option<Sent>, sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Sent,
        "select person_id, title, body, href from notifications where tenant_id = $1 and id = $2",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// Where a page of ours is reached from outside.
pub(crate) fn link(public_url: Option<&str>, href: &str) -> Option<String> {
    public_url.map(|url| format!("{}{href}", url.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn a_link_leads_to_where_people_reach_the_host() {
        let url = Some("https://backline.example.com/");
        assert_eq!(link(url, "/jobs/7").as_deref(), Some("https://backline.example.com/jobs/7"));
        assert_eq!(link(None, "/jobs/7"), None);
    }
}
