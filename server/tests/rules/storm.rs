//! The proof: many events through twenty rules, of which one always fails and one calls a receiver that is away, while hosts
//! are killed. Every other action is done once; the receiver gets each message at least once.
//!
//! `RULES_EVENTS=5000 RULES_DOWN_S=60 cargo test -p server --test rules storm` is the whole of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::receiver::Receiver;
use crate::scene::{Door, number};
use crate::stage::{notify, reaches, rule, stage};
use crate::support::{Host, until};

/// Rules that only tell people.
const TELLING: i64 = 18;
const SENDERS: i64 = 8;

fn from_env(name: &str, default: i64) -> i64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn deliver(door: Door, sender: i64, events: i64, opportunities: Vec<i64>) {
    for n in (0..events).filter(|n| n % SENDERS == sender) {
        let opportunity = opportunities[usize::try_from(n).unwrap() % opportunities.len()];
        door.deliver(n, opportunity, "update").await;
    }
}

#[tokio::test]
async fn every_action_is_done_once_and_every_message_arrives() {
    let (events, down) = (from_env("RULES_EVENTS", 400), from_env("RULES_DOWN_S", 6));
    let mut scene = stage(60).await;
    let receiver = Receiver::up().await;
    receiver.answers(503);
    for n in 0..TELLING {
        rule(&scene, &format!("tell {n}"), json!({"type": "event"}), json!([]), json!([notify("admin")])).await;
    }
    rule(&scene, "fails", json!({"type": "event"}), json!([]), json!([{"type": "slack"}])).await;
    let hook = json!([{"type": "webhook", "url": receiver.url}]);
    let posting = rule(&scene, "posts", json!({"type": "event"}), json!([]), hook).await;
    let secret = posting["secret"].as_str().unwrap();
    let begun = Instant::now();
    let (door, ids) = (scene.door.clone(), scene.stand.ids_in_scope());
    let sending: Vec<_> =
        (0..SENDERS).map(|sender| tokio::spawn(deliver(door.clone(), sender, events, ids.clone()))).collect();
    // Hosts that work beside the one that listens die while events come in; then, twice, the one that listens.
    let mut killed = 0;
    while sending.iter().any(|one| !one.is_finished()) {
        let beside = Host::start(&scene.env).await;
        tokio::time::sleep(Duration::from_millis(rand::random_range(300..1500))).await;
        beside.kill().await;
        killed += 1;
    }
    for one in sending {
        one.await.unwrap();
    }
    println!("rules: {events} events after {:?}, {killed} hosts killed", begun.elapsed());
    for _ in 0..2 {
        let done = "select count(*) from app.rule_actions where state = 'done'";
        let before = number(&scene.env, done).await;
        until("something is done", 30, async || {
            let now = number(&scene.env, done).await;
            (now > before || now == events * TELLING).then_some(())
        })
        .await;
        let next = Host::start(&scene.env).await;
        std::mem::replace(&mut scene.host, next).kill().await;
    }
    let told = "select count(*) from app.rule_actions where state = 'done' and lane = 'here'";
    reaches(&scene, "people are told", 240, told, events * TELLING).await;
    println!("rules: people were told after {:?}", begun.elapsed());
    assert!(receiver.got().is_empty());
    tokio::time::sleep(Duration::from_secs(down.unsigned_abs()).saturating_sub(begun.elapsed())).await;
    receiver.answers(200);
    let sent = "select count(*) from app.rule_actions where state = 'done' and lane <> 'here'";
    reaches(&scene, "messages are sent", 240, sent, events).await;
    println!("rules: {} requests, {} refused, after {:?}", receiver.got().len(), receiver.refused(), begun.elapsed());
    // Each event fired each rule once.
    assert_eq!(number(&scene.env, "select count(*) from app.rule_firings").await, events * (TELLING + 2));
    assert_eq!(
        number(&scene.env, "select count(distinct (rule_id, cause_id)) from app.rule_firings").await,
        events * (TELLING + 2)
    );
    // Told one by one or collected: once for each event and rule.
    let notifications =
        "select sum(case when collected = 0 then 1 else collected end) from app.notifications where kind = 'rule'";
    assert_eq!(number(&scene.env, notifications).await, events * TELLING);
    assert_eq!(number(&scene.env, "select sum(fired_count)::bigint from app.rules").await, events * (TELLING + 2));
    let failed = "select count(*) from app.rule_actions where state = 'failed' and attempts = 1";
    reaches(&scene, "the failing one has failed", 60, failed, events).await;
    let got = receiver.got();
    assert!(got.iter().all(|got| got.verifies(secret)));
    let arrived: BTreeSet<i64> = got.iter().map(|got| got.json()["data"]["firingId"].as_i64().unwrap()).collect();
    assert_eq!(i64::try_from(arrived.len()).unwrap(), events);
    assert!(number(&scene.env, "select count(*) from app.jobs where status = 'failed'").await == 0);
}
