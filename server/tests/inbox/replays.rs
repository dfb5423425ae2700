//! Replays: from the stored bytes, as new events, one or many.

use serde_json::{Value, json};

use crate::scene::{Scene, number, sql};
use crate::support::{Answer, patch, until};

pub async fn send(scene: &Scene, path: &str, body: Value) -> Answer {
    let response = scene.api.request(reqwest::Method::POST, path).json(&body).send().await.unwrap();
    Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
}

pub async fn replay(scene: &Scene, id: &str) -> Answer {
    send(scene, "/api/replay", json!({"eventId": id})).await
}

#[tokio::test]
async fn a_replay_is_a_new_event_that_reads_the_source_again() {
    let scene = Scene::new(20).await;
    let opportunity = scene.stand.ids_in_scope()[0];
    let event = scene.door.deliver(1, opportunity, "update").await;
    scene.settled(&event, 10).await;
    scene
        .stand
        .account
        .change(opportunity, patch(json!({"subject": "later", "updated_at": "2035-01-01T00:00:00.000Z"})));
    let replayed = replay(&scene, &event).await.expect(200);
    assert_eq!((&replayed["success"], &replayed["processed"]), (&json!(true), &json!(true)), "{replayed}");
    let new = replayed["replayEventId"].as_str().unwrap();
    assert!(new.starts_with(&format!("replay_{event}_")), "{new}");
    let row = scene.api.get(&format!("/api/events/{new}")).await.expect(200);
    assert_eq!(row["replayOf"], event.as_str());
    assert_eq!(scene.opportunity(opportunity).await["subject"], "later");
    // A replay of a replay is named for the first.
    let again = replay(&scene, new).await.expect(200);
    assert!(again["replayEventId"].as_str().unwrap().starts_with(&format!("replay_{event}_")), "{again}");
    let audited =
        "select count(*) from app.audit_log where entity_type = 'event' and action = 'replay' and actor_kind = 'key'";
    assert_eq!(number(&scene.env, audited).await, 2);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_replayed() {
    let scene = Scene::new(0).await;
    assert_eq!(replay(&scene, "evt_1_2").await.code(404), "NOT_FOUND");
    assert_eq!(replay(&scene, "evt\u{0}").await.code(404), "NOT_FOUND");
    let event = scene.door.deliver(1, 5, "frobnicate").await;
    sql(&scene.env, "update app.webhook_events set raw_payload = null").await;
    assert_eq!(replay(&scene, &event).await.code(409), "NO_BYTES");
    assert_eq!(scene.api.get(&format!("/api/events/{event}/raw")).await.code(409), "NO_BYTES");
    assert_eq!(scene.api.get(&format!("/api/events/{event}")).await.expect(200)["bytes"], Value::Null);
    assert_eq!(send(&scene, "/api/replay", json!({})).await.code(400), "INVALID");
}

#[tokio::test]
async fn many_are_counted_first_and_replayed_once_by_a_job() {
    let scene = Scene::new(60).await;
    let ids = scene.stand.ids_in_scope();
    for n in 0..250_usize {
        scene.door.deliver(i64::try_from(n).unwrap(), ids[n % 30], if n % 5 == 0 { "confirm" } else { "update" }).await;
    }
    let selection = json!({"type": "confirm", "dryRun": true});
    let counted = send(&scene, "/api/replay/bulk", selection).await.expect(200);
    assert_eq!(counted, json!({"count": 50, "jobId": null}));
    let begun = send(&scene, "/api/replay/bulk", json!({})).await.expect(200);
    assert_eq!(begun["count"], 250);
    let job = begun["jobId"].as_i64().unwrap();
    until("the job has ended", 30, async || {
        let ended = format!("select count(*) from app.jobs where id = {job} and status = 'completed'");
        (number(&scene.env, &ended).await == 1).then_some(())
    })
    .await;
    assert_eq!(number(&scene.env, "select count(distinct replay_of) from app.webhook_events").await, 250);
    assert_eq!(number(&scene.env, "select count(*) from app.webhook_events where replay_of is not null").await, 250);
    let open = "select count(*) from app.webhook_events where state = 'received'";
    until("all are followed up", 30, async || (number(&scene.env, open).await == 0).then_some(())).await;
    assert_eq!(send(&scene, "/api/replay/bulk", json!({"state": "open"})).await.code(400), "INVALID");
}
