//! Telling people what fired. Ten an hour of a rule are told one by one; what comes on top is collected by one notification
//! that counts on for an hour, as with failed jobs.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use serde_json::json;
use sqlx::Error;
use uuid::Uuid;

use super::act::Work;
use super::action::{Action, Recipient};
use super::message;
use super::trigger::same_word;
use crate::db::TenantTx;
use crate::jobs::types::notify_mail;
use crate::jobs::{EnqueueError, Jobs, NewJob};
use crate::notifications::digest::{self, Hour};

/// Characters of a title.
const LONGEST_TITLE: usize = 300;
/// A mail server may be away for an hour.
const MAIL_ATTEMPTS: i32 = 8;

/// Somebody who may be told.
struct Person {
    id: Uuid,
    role: String,
    name: String,
    by_mail: bool,
}

/// A notification to be.
struct Note {
    rule: i64,
    person: Uuid,
    by_mail: bool,
    title: String,
    body: String,
    href: String,
    collected: i32,
}

/// Does the actions that tell people; others are left alone.
pub(super) async fn tell(tx: &mut TenantTx, jobs: &Jobs, due: &[&Work]) -> Result<(), Error> {
    let people = people(tx).await?;
    let mut told: BTreeMap<(i64, usize), Vec<&Work>> = BTreeMap::new();
    for work in due {
        let Some(Action::Notify { to, .. }) = &work.action else { continue };
        for (n, person) in people.iter().enumerate() {
            if concerns(*to, person, work) {
                told.entry((work.rule, n)).or_default().push(work);
            }
        }
    }
    let hours = hours(tx, told.keys().map(|(rule, _)| *rule)).await?;
    let (mut new, mut more) = (Vec::new(), Vec::new());
    for ((rule, n), works) in told {
        let Some(person) = people.get(n) else { continue };
        let (singles, collecting) = hours.get(&(rule, person.id)).copied().unwrap_or_default();
        let plan = digest::plan(Hour { singles, collecting: collecting.is_some() }, works.len());
        let (own, others) = works.split_at(plan.singles);
        new.extend(own.iter().map(|work| single(work, person)));
        let count = i32::try_from(others.len()).unwrap_or(i32::MAX);
        match (others.first(), collecting) {
            (None, _) => {}
            (Some(_), Some(id)) => more.push((id, count)),
            (Some(first), None) => new.push(collecting_one(first, person, count)),
        }
    }
    count_on(tx, &more).await?;
    insert(tx, jobs, &new).await
}

fn concerns(to: Recipient, person: &Person, work: &Work) -> bool {
    match to {
        Recipient::Role(role) => person.role == role.as_str(),
        Recipient::Owner => work.facts.owner.as_ref().is_some_and(|owner| same_word(owner, &person.name)),
    }
}

fn single(work: &Work, person: &Person) -> Note {
    let words = match &work.action {
        Some(Action::Notify { message: Some(words), .. }) => words,
        _ => message::default(&work.facts),
    };
    let title = format!("{}: {}", work.rule_name, message::subject(&work.facts));
    note(work, person, title, message::say(words, &work.facts), message::page(&work.facts), 0)
}

fn collecting_one(work: &Work, person: &Person, count: i32) -> Note {
    let body = "It fired more than ten times within an hour. This notification counts the others of the next hour.";
    let title = format!("{count} more of {}", work.rule_name);
    note(work, person, title, body.into(), "/events".into(), count)
}

fn note(work: &Work, person: &Person, title: String, body: String, href: String, collected: i32) -> Note {
    let title = title.replace('\0', "\u{fffd}").chars().take(LONGEST_TITLE).collect();
    Note { rule: work.rule, person: person.id, by_mail: person.by_mail, title, body, href, collected }
}

/// Who wants to be told what rules say.
async fn people(tx: &mut TenantTx) -> Result<Vec<Person>, Error> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Person,
        r#"select p.person_id as "id!", p.role as "role!", p.name as "name!", coalesce(s.by_mail, true) as "by_mail!"
         from active_people() p left join notification_settings s on s.tenant_id = $1 and s.person_id = p.person_id
         where not 'rule' = any (coalesce(s.kinds_off, '{}'))"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await
}

/// What each was told by each rule in the hour before now: how many one by one, and the notification that collects.
async fn hours(
    tx: &mut TenantTx,
    rules: impl Iterator<Item = i64>,
) -> Result<BTreeMap<(i64, Uuid), (usize, Option<i64>)>, Error> {
    let (tenant, rules) = (tx.tenant(), rules.collect::<Vec<i64>>());
    let rows = sqlx::query!(
        r#"select rule_id as "rule!", person_id as "person!", count(*) filter (where collected = 0) as "singles!",
            max(id) filter (where collected > 0) as collecting
         from notifications
         where tenant_id = $1 and rule_id = any($2) and person_id is not null and created_at > now() - interval '1 hour'
         group by 1, 2"#,
        tenant,
        &rules
    )
    .fetch_all(tx.connection())
    .await?;
    let hour = |singles: i64| usize::try_from(singles).unwrap_or(usize::MAX);
    Ok(rows.into_iter().map(|row| ((row.rule, row.person), (hour(row.singles), row.collecting))).collect())
}

/// It is news again.
async fn count_on(tx: &mut TenantTx, more: &[(i64, i32)]) -> Result<(), Error> {
    let (tenant, (ids, counts)) = (tx.tenant(), more.iter().copied().unzip::<i64, i32, Vec<_>, Vec<_>>());
    sqlx::query!(
        "update notifications n set collected = n.collected + m.count, changed_at = now(), read_at = null,
            title = regexp_replace(n.title, '^\\d+', (n.collected + m.count)::text)
         from unnest($2::bigint[], $3::int[]) m (id, count) where n.tenant_id = $1 and n.id = m.id",
        tenant,
        &ids,
        &counts
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

async fn insert(tx: &mut TenantTx, jobs: &Jobs, notes: &[Note]) -> Result<(), Error> {
    if notes.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    let of = |text: fn(&Note) -> &str| notes.iter().map(text).collect::<Vec<&str>>();
    let people: Vec<Uuid> = notes.iter().map(|note| note.person).collect();
    let rules: Vec<i64> = notes.iter().map(|note| note.rule).collect();
    let collected: Vec<i32> = notes.iter().map(|note| note.collected).collect();
    let (titles, bodies, hrefs) = (of(|note| &note.title), of(|note| &note.body), of(|note| &note.href));
    let ids = sqlx::query_scalar!(
        "insert into notifications (tenant_id, person_id, kind, rule_id, title, body, href, collected)
         select $1, n.person, 'rule', n.rule, n.title, n.body, n.href, n.collected
         from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::int[]) with ordinality
            n (person, rule, title, body, href, collected, at)
         order by n.at returning id",
        tenant,
        &people,
        &rules,
        &titles as &[&str],
        &bodies as &[&str],
        &hrefs as &[&str],
        &collected
    )
    .fetch_all(tx.connection())
    .await?;
    if !jobs.options().mail {
        return Ok(());
    }
    for (note, id) in notes.iter().zip(ids).filter(|(note, _)| note.by_mail) {
        // One that collects is mailed with what it has counted by then.
        let run_at = (note.collected > 0).then(|| Utc::now() + TimeDelta::hours(1));
        let job = NewJob::new(notify_mail::NAME, json!({"notification": id}));
        match jobs.enqueue_job(tx, &NewJob { run_at, max_attempts: MAIL_ATTEMPTS, ..job }).await {
            Ok(_) => {}
            Err(EnqueueError::Db(error)) => return Err(error),
            Err(error) => tracing::warn!(%error, "a notification cannot be mailed; the bell has it"),
        }
    }
    Ok(())
}
