//! Sending: what fired goes to receivers outside, at least once. Each receiver has a lane and at most one job at a time. One
//! that does not answer is left alone for a while, and then asked with one message: those that wait for it lose no attempts
//! meanwhile, and nobody waits for it but they.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use reqwest::{StatusCode, Url};
use serde_json::json;
use sqlx::Error;

use super::act::{Outcome, Work, cancel_left, end, take};
use super::action::Action;
use super::signature::Secret;
use super::{attempts, message, secret};
use crate::db::{QueryError, TenantTx};
use crate::jobs::kind::{Attempt, Done, JobError};
use crate::jobs::types::notify_slack;
use crate::notifications::webhook;
use crate::services::Services;

/// Messages that are on their way at once to a receiver.
const AT_ONCE: usize = 16;
/// Messages of one look.
const CHUNK: i64 = 64;
/// After so long a job makes room for the other receivers' and is enqueued again.
const TURN: Duration = Duration::from_secs(30);
/// How long a receiver may take.
const ANSWER: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, so that its connection can be used again.
const LONGEST_ANSWER: usize = 16 * 1024;

/// What a lane's messages need beside themselves.
struct Means {
    secrets: Result<Vec<Secret>, String>,
    slack: Result<String, String>,
}

/// Sends what is due in a lane.
pub(super) async fn run(services: &Services, attempt: &Attempt, lane: &str) -> Result<Done, JobError> {
    cancel_left(attempt, lane).await?;
    let begun = Instant::now();
    let mut failing = failing_since(attempt, lane).await?;
    let (mut sent, mut tried) = (0, 0);
    // A receiver that did not answer is asked with one message.
    let mut chunk = if failing.is_some() { 1 } else { CHUNK };
    while begun.elapsed() < TURN {
        if attempt.stop.is_cancelled() {
            return Err(JobError::Stopped);
        }
        let mut tx = attempt.begin().await?;
        let due = take(&mut tx, lane, chunk).await?;
        let Some(first) = due.first() else { break };
        let means = means(&mut tx, services, first.rule).await?;
        // Nothing is held while the receiver thinks: who loses the lease sends a message twice, at worst.
        tx.commit().await?;
        let sending: Vec<_> = due.iter().map(|work| send(services, &means, work)).collect();
        let outcomes: Vec<Outcome> = stream::iter(sending).buffered(AT_ONCE).collect().await;
        let good = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Done)).count();
        let away = good == 0 && outcomes.iter().any(|outcome| matches!(outcome, Outcome::Later(_)));
        let mut tx = attempt.begin().await?;
        end(&mut tx, &due, &outcomes).await?;
        match (away, failing) {
            (true, since) => pause(&mut tx, lane, since.unwrap_or_else(Utc::now)).await?,
            (false, Some(_)) => forgive(&mut tx, lane).await?,
            (false, None) => {}
        }
        tx.commit().await?;
        (sent, tried) = (sent + good, tried + due.len());
        if away {
            break;
        }
        (failing, chunk) = (None, (chunk * 4).min(CHUNK));
    }
    Ok(Done::Result(json!({"tried": tried, "sent": sent})))
}

async fn failing_since(attempt: &Attempt, lane: &str) -> Result<Option<DateTime<Utc>>, JobError> {
    let mut tx = attempt.begin().await?;
    let tenant = tx.tenant();
    let since = sqlx::query_scalar!(
        "select failing_since from rule_receivers where tenant_id = $1 and lane = $2",
        tenant,
        lane
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(since)
}

/// Leaves a receiver alone for a while. What has waited for it for too long fails.
async fn pause(tx: &mut TenantTx, lane: &str, since: DateTime<Utc>) -> Result<(), Error> {
    let failing = (Utc::now() - since).to_std().unwrap_or_default();
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into rule_receivers (tenant_id, lane, failing_since, paused_until) values ($1, $2, $3, now() + make_interval(secs => $4))
         on conflict (tenant_id, lane) do update set paused_until = excluded.paused_until",
        tenant,
        lane,
        since,
        attempts::pause(failing).as_secs_f64()
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update rule_actions set state = 'failed', ended_at = now(), errors = errors
            || jsonb_build_object('attempt', attempts, 'at', now(), 'error', 'the receiver did not answer in all the time')
         where tenant_id = $1 and lane = $2 and state = 'pending' and run_at < now() - make_interval(hours => $3)",
        tenant,
        lane,
        attempts::PATIENCE_HOURS
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

async fn forgive(tx: &mut TenantTx, lane: &str) -> Result<(), Error> {
    let tenant = tx.tenant();
    sqlx::query!("delete from rule_receivers where tenant_id = $1 and lane = $2", tenant, lane)
        .execute(tx.connection())
        .await?;
    Ok(())
}

async fn means(tx: &mut TenantTx, services: &Services, rule: i64) -> Result<Means, QueryError> {
    let secrets = match secret::live(tx, &services.sealer, rule).await {
        Ok(secrets) if secrets.is_empty() => Err("the rule has no signing secret: make one".into()),
        Ok(secrets) => Ok(secrets),
        Err(super::RuleError::Db(error)) => return Err(error),
        Err(error) => Err(error.to_string()),
    };
    let slack = match webhook::address(tx, &services.sealer).await {
        Ok(Some(address)) => Ok(address),
        Ok(None) => Err("no webhook is set for notifications".into()),
        Err(crate::notifications::NotificationError::Db(error)) => return Err(error),
        Err(error) => Err(error.to_string()),
    };
    Ok(Means { secrets, slack })
}

async fn send(services: &Services, means: &Means, work: &Work) -> Outcome {
    let guarded = !services.allow_private_targets;
    match (&work.action, &means.secrets, &means.slack) {
        (Some(Action::Webhook { url }), Ok(secrets), _) => post(services, url, secrets, work).await,
        (Some(Action::Webhook { .. }), Err(why), _) | (Some(Action::Slack { .. }), _, Err(why)) => {
            Outcome::Never(why.clone())
        }
        (Some(Action::Slack { message: words }), _, Ok(address)) => {
            let words = words.as_deref().unwrap_or_else(|| message::default(&work.facts));
            let title = format!("{}: {}", work.rule_name, message::subject(&work.facts));
            let link = notify_slack::link(services.public_url.as_deref(), &message::page(&work.facts));
            let text = webhook::message(&title, &message::say(words, &work.facts), link.as_deref());
            match webhook::post(&services.http, address, &text, guarded).await {
                Ok(()) => Outcome::Done,
                Err(JobError::Permanent(why)) => Outcome::Never(why),
                Err(error) => Outcome::Later(error.to_string()),
            }
        }
        _ => Outcome::Never("this release does not know the action".into()),
    }
}

/// Posts one message, signed with every live secret.
async fn post(services: &Services, url: &str, secrets: &[Secret], work: &Work) -> Outcome {
    let Ok(url) = url.parse::<Url>() else { return Outcome::Never("the address cannot be read".into()) };
    let Ok(client) = services.http.to(&url, !services.allow_private_targets) else {
        return Outcome::Never("the address is not public".into());
    };
    let (id, now, body) = (message_id(work), Utc::now().timestamp(), body(work));
    let signed: Result<Vec<String>, _> = secrets.iter().map(|secret| secret.sign(&id, now, &body)).collect();
    let Ok(signed) = signed else { return Outcome::Never("the signing secret cannot be read: make a new one".into()) };
    let request = client
        .post(url)
        .timeout(ANSWER)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", now.to_string())
        .header("webhook-signature", signed.join(" "))
        .body(body);
    // An error of reqwest has the address in it.
    match request.send().await {
        Ok(answer) => {
            let status = answer.status();
            read_some(answer).await;
            verdict(status)
        }
        Err(error) if error.is_timeout() => Outcome::Later("the receiver did not answer within 10 s".into()),
        Err(_) => Outcome::Later("the receiver could not be reached".into()),
    }
}

/// The same for every attempt: a receiver that has seen it may leave it.
fn message_id(work: &Work) -> String {
    format!("msg_{}_{}_{}", work.rule, work.firing, work.position)
}

fn body(work: &Work) -> String {
    let cause = json!({"type": work.cause, "facts": work.facts});
    let rule = json!({"id": work.rule, "name": work.rule_name});
    json!({"type": "rule.fired", "timestamp": work.fired_at, "data": {"firingId": work.firing, "rule": rule, "cause": cause}})
        .to_string()
}

fn verdict(status: StatusCode) -> Outcome {
    match status {
        status if status.is_success() => Outcome::Done,
        StatusCode::GONE => Outcome::Never("the receiver answered 410: it wants nothing more".into()),
        status => Outcome::Later(format!("the receiver answered {}", status.as_u16())),
    }
}

async fn read_some(mut answer: reqwest::Response) {
    let mut read = 0;
    while let Ok(Some(bytes)) = answer.chunk().await {
        read += bytes.len();
        if read > LONGEST_ANSWER {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_gone_is_final() {
        assert!(matches!(verdict(StatusCode::NO_CONTENT), Outcome::Done));
        assert!(matches!(verdict(StatusCode::GONE), Outcome::Never(_)));
        for code in [301, 400, 404, 429, 500, 503] {
            assert!(matches!(verdict(StatusCode::from_u16(code).unwrap()), Outcome::Later(_)), "{code}");
        }
    }
}
