//! Sends one notification to its person by mail.

use serde::Deserialize;
use serde_json::json;

use super::notify_slack::{link, read};
use crate::identity::PersonId;
use crate::jobs::kind::{Done, JobError, JobType};
use crate::notifications::mail::Letter;
use crate::notifications::settings;
use crate::services::Services;

pub const NAME: &str = "notify_mail";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotifyMail {
    notification: i64,
}

pub fn kind(services: &Services) -> JobType {
    let (mailer, public_url) = (services.mailer.clone(), services.public_url.clone());
    JobType::new(NAME, move |attempt, NotifyMail { notification: id }| {
        let (mailer, public_url) = (mailer.clone(), public_url.clone());
        async move {
            let Some(mailer) = mailer else { return skipped("no mail server is set") };
            let mut tx = attempt.begin().await?;
            let Some(row) = read(&mut tx, id).await? else { return skipped("the notification is gone") };
            let Some(person) = row.person_id else { return skipped("it is no person's") };
            if !settings::read(&mut tx, PersonId(person)).await?.by_mail {
                return skipped("the person wants no mail");
            }
            let address = sqlx::query!(r#"select email as "email!", name as "name!" from mail_address($1)"#, person)
                .fetch_optional(tx.connection())
                .await?;
            drop(tx);
            let Some(address) = address else { return skipped("the person works here no more") };
            let mut text = row.body;
            if let Some(link) = link(public_url.as_deref(), &row.href) {
                text = format!("{text}\n\n{link}");
            }
            let id = format!("notification-{id}-{}", attempt.tenant().0);
            let to = (address.name.as_str(), address.email.as_str());
            mailer.send(Letter { to, subject: &row.title, text, id }).await?;
            Ok(Done::Result(json!({"sent": true})))
        }
    })
    .at_once(2)
}

#[expect(clippy::unnecessary_wraps, reason = "it ends the handler")]
pub(super) fn skipped(why: &str) -> Result<Done, JobError> {
    Ok(Done::Result(json!({"skipped": why})))
}
