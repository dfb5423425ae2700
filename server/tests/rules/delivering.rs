//! What goes to receivers outside: signed, again until it is taken, and no receiver keeps another waiting.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::scene::{Scene, number};
use crate::stage::{firings, quiet, reaches, rule, send, stage};
use crate::support::until;

async fn posting(scene: &Scene, name: &str, url: &str) -> (Value, String) {
    let actions = json!([{"type": "webhook", "url": url}]);
    let made = rule(scene, name, json!({"type": "event"}), json!([]), actions).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    (made, secret)
}

#[tokio::test]
async fn a_message_is_signed_and_says_what_happened() {
    let scene = stage(20).await;
    let receiver = Receiver::up().await;
    let (made, secret) = posting(&scene, "post", &receiver.url).await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    let path = format!("/api/rules/{}", made["id"]);
    assert!(scene.api.get(&path).await.expect(200).get("secret").is_none());
    let ids = scene.stand.ids_in_scope();
    let event = scene.door.deliver(1, ids[0], "convert_to_order").await;
    until("it has arrived", 20, async || (receiver.got().len() == 1).then_some(())).await;
    let got = receiver.got().remove(0);
    assert!(got.verifies(&secret));
    assert!(!got.verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    let body = got.json();
    assert_eq!((&body["type"], &body["data"]["rule"]["name"]), (&json!("rule.fired"), &json!("post")));
    let facts = &body["data"]["cause"]["facts"];
    assert_eq!((&facts["eventId"], &facts["opportunityId"]), (&json!(event), &json!(ids[0])));
    // A new secret takes over; the one before still verifies.
    let new = scene.api.post(&format!("{path}/secret")).await.expect(201)["secret"].as_str().unwrap().to_owned();
    scene.door.deliver(2, ids[1], "update").await;
    until("the second has arrived", 20, async || (receiver.got().len() == 2).then_some(())).await;
    let got = receiver.got().remove(1);
    assert!(got.verifies(&new) && got.verifies(&secret));
    // No secret is in the audit, and none in a log.
    let leaked = format!(
        "select count(*) from app.audit_log a where a::text like '%{}%' or a::text like '%{}%'",
        &secret[6..],
        &new[6..]
    );
    assert_eq!(number(&scene.env, &leaked).await, 0);
    assert!(!scene.host.log().contains("whsec_"));
}

#[tokio::test]
async fn a_receiver_that_was_away_gets_everything_and_nobody_waits_for_it() {
    let scene = stage(20).await;
    let (away, fine) = (Receiver::up().await, Receiver::up().await);
    let seconds = std::env::var("RULES_DOWN_S").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    away.answers(503);
    let (rule, secret) = posting(&scene, "away", &away.url).await;
    posting(&scene, "fine", &fine.url).await;
    let ids = scene.stand.ids_in_scope();
    let begun = Instant::now();
    for n in 0..200_usize {
        scene.door.deliver(i64::try_from(n).unwrap(), ids[n % ids.len()], "update").await;
    }
    until("the other has everything", 60, async || (fine.got().len() == 200).then_some(())).await;
    assert!(away.got().is_empty());
    let troubled = scene.api.get(&format!("/api/rules/{}/firings?troubled=true", rule["id"])).await.expect(200);
    assert_eq!(troubled["firings"][0]["actions"][0]["error"], "the receiver answered 503");
    tokio::time::sleep(Duration::from_secs(seconds).saturating_sub(begun.elapsed())).await;
    // It was asked now and then, not hammered: most have lost no attempt.
    assert!(away.refused() < 150, "{}", away.refused());
    away.answers(204);
    reaches(&scene, "all are sent", 60, "select count(*) from app.rule_actions where state <> 'done'", 0).await;
    let got = away.got();
    let mut seen: Vec<i64> = got.iter().map(|got| got.json()["data"]["firingId"].as_i64().unwrap()).collect();
    assert!(got.iter().all(|got| got.verifies(&secret)));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 200);
    let ids: std::collections::BTreeSet<&str> = got.iter().map(|got| got.header("webhook-id")).collect();
    assert_eq!(ids.len(), 200, "a message keeps its id");
}

#[tokio::test]
async fn one_action_that_fails_stops_no_other() {
    let scene = stage(20).await;
    let receiver = Receiver::up().await;
    let gone = Receiver::up().await;
    gone.answers(410);
    let actions = json!([
        {"type": "slack"},
        {"type": "notify", "to": "admin"},
        {"type": "webhook", "url": gone.url},
        {"type": "webhook", "url": receiver.url},
    ]);
    let made = rule(&scene, "four", json!({"type": "event"}), json!([]), actions).await;
    scene.door.deliver(1, scene.stand.ids_in_scope()[0], "update").await;
    quiet(&scene, 20).await;
    let fired = firings(&scene, &made).await;
    let shown: Vec<(&str, &str)> = fired[0]["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| (action["state"].as_str().unwrap(), action["error"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        shown,
        [
            ("failed", "no webhook is set for notifications"),
            ("done", ""),
            ("failed", "the receiver answered 410: it wants nothing more"),
            ("done", ""),
        ]
    );
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(number(&scene.env, "select count(*) from app.notifications").await, 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let scene = stage(20).await;
    let receiver = Receiver::up().await;
    receiver.answers(307);
    let (made, _) = posting(&scene, "post", &receiver.url).await;
    scene.door.deliver(1, scene.stand.ids_in_scope()[0], "update").await;
    quiet(&scene, 20).await;
    assert_eq!(firings(&scene, &made).await[0]["actions"][0]["error"], "the receiver answered 307");
    // The next attempt is soon, and the one after it later.
    let path = format!("/api/rules/{}", made["id"]);
    assert_eq!(send(&scene, "PATCH", &path, json!({"enabled": false})).await.expect(200)["enabled"], false);
    reaches(&scene, "it is tried again", 20, "select count(*) from app.rule_actions where attempts = 2", 1).await;
    let wait = "select (extract(epoch from run_at - now()) between 280 and 340)::int::bigint from app.rule_actions";
    assert_eq!(number(&scene.env, wait).await, 1);
}
