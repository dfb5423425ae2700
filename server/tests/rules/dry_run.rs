//! Trying a rule on the past changes nothing.

use serde_json::{Value, json};

use crate::scene::number;
use crate::stage::{rule, send, stage};

#[tokio::test]
async fn it_says_what_would_be_done_and_does_nothing() {
    let scene = stage(20).await;
    let ids = scene.stand.ids_in_scope();
    let lost = scene.door.deliver(1, ids[0], "mark_as_lost").await;
    let other = scene.door.deliver(2, ids[1], "update").await;
    scene.settled(&lost, 10).await;
    scene.settled(&other, 10).await;
    send(&scene, "POST", "/api/replay", json!({"eventId": lost})).await.expect(200);
    let actions = json!([
        {"type": "notify", "to": "manager", "message": "{user} lost it"},
        {"type": "slack"},
        {"type": "webhook", "url": "http://127.0.0.1:9/x"},
    ]);
    let trigger = json!({"type": "event", "actionTypes": ["mark_as_lost"]});
    let made = rule(&scene, "lost", trigger, json!([]), actions).await;
    let tables = ["rule_causes", "rule_firings", "rule_actions", "notifications", "audit_log", "jobs"];
    let counts = async || {
        let mut counts = Vec::new();
        for table in tables {
            counts.push(number(&scene.env, &format!("select count(*) from app.{table}")).await);
        }
        counts
    };
    let before = counts().await;
    let path = format!("/api/rules/{}/dry-run", made["id"]);
    let run = send(&scene, "POST", &path, json!({})).await.expect(200);
    assert_eq!((&run["examined"], &run["complete"]), (&json!(3), &json!(true)), "{run}");
    assert_eq!(run["events"].as_array().unwrap().len(), 1, "{run}");
    let event = &run["events"][0];
    assert_eq!((&event["eventId"], &event["opportunityId"]), (&json!(lost), &json!(ids[0])));
    let done: Vec<(&str, &Value)> = event["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| (done["type"].as_str().unwrap(), &done["message"]))
        .collect();
    assert_eq!((done[0], done[2]), (("notify", &json!("Ana lost it")), ("webhook", &Value::Null)));
    assert_eq!(counts().await, before);
    let future = send(&scene, "POST", &path, json!({"from": "2999-01-01"})).await.expect(200);
    assert_eq!((&future["examined"], &future["events"]), (&json!(0), &json!([])));
    for (body, field) in [
        (json!({"from": "x"}), "from"),
        (json!({"from": "2026-01-02", "to": "2026-01-01"}), "to"),
        (json!({"limit": 0}), "limit"),
        (json!({"limit": 1001}), "limit"),
    ] {
        assert_eq!(send(&scene, "POST", &path, body.clone()).await.expect(400)["details"]["field"], field, "{body}");
    }
    let jobs = rule(&scene, "jobs", json!({"type": "job_failed"}), json!([]), json!([{"type": "slack"}])).await;
    let path = format!("/api/rules/{}/dry-run", jobs["id"]);
    assert_eq!(send(&scene, "POST", &path, json!({})).await.code(409), "NO_PAST_EVENTS");
}
