//! For how long bytes are kept, what is a test, and follow-ups that got lost.

use serde_json::{Value, json};

use crate::replays::send;
use crate::scene::{Scene, number, sql};
use crate::support::until;

#[tokio::test]
async fn a_follow_up_that_was_lost_is_found() {
    let scene = Scene::new(20).await;
    let id = scene.stand.ids_in_scope()[0];
    let event = scene.door.deliver(1, id, "update").await;
    sql(&scene.env, "update app.jobs set status = 'cancelled', completed_at = now() where type = 'follow_up' and status = 'pending'").await;
    assert_eq!(
        number(&scene.env, "select count(*) from app.jobs where type = 'follow_up' and status = 'cancelled'").await,
        1
    );
    sql(&scene.env, "update app.webhook_events set timestamp = now() - interval '2 minutes'").await;
    assert_eq!(scene.settled(&event, 40).await["state"], "processed");
}

#[tokio::test]
async fn bytes_are_removed_when_a_company_wants_it_and_their_events_stay() {
    let scene = Scene::new(5).await;
    let opportunity = scene.stand.ids_in_scope()[0];
    let (old, new) =
        (scene.door.deliver(1, opportunity, "update").await, scene.door.deliver(2, opportunity, "confirm").await);
    scene.settled(&old, 10).await;
    scene.settled(&new, 10).await;
    sql(
        &scene.env,
        &format!("update app.webhook_events set timestamp = now() - interval '31 days' where id = '{old}'"),
    )
    .await;
    let clean_up = async || {
        let job = send(&scene, "/api/jobs", json!({"type": "clean_up"})).await.expect(201)["id"].as_i64().unwrap();
        until("it is cleaned up", 20, async || {
            let done = format!("select count(*) from app.jobs where id = {job} and status = 'completed'");
            (number(&scene.env, &done).await == 1).then_some(())
        })
        .await;
    };
    clean_up().await;
    assert!(!scene.api.get(&format!("/api/events/{old}")).await.expect(200)["bytes"].is_null(), "for ever, unless");
    let put = |body: Value| scene.api.request(reqwest::Method::PUT, "/api/webhooks/keeping").json(&body).send();
    assert_eq!(put(json!({"provider": "current-rms", "keepDays": 0})).await.unwrap().status(), 400);
    assert_eq!(put(json!({"provider": "x", "keepDays": 5})).await.unwrap().status(), 400);
    assert_eq!(put(json!({"provider": "current-rms", "keepDays": 30})).await.unwrap().status(), 200);
    clean_up().await;
    let bytes = async |id: &str| scene.api.get(&format!("/api/events/{id}")).await.expect(200)["bytes"].clone();
    assert!(bytes(&old).await.is_null() && !bytes(&new).await.is_null());
}

#[tokio::test]
async fn a_test_goes_through_the_door_and_into_no_number() {
    let scene = Scene::new(5).await;
    let sent = send(&scene, "/api/test-webhook", json!({})).await.expect(200);
    let event = scene.settled(sent["eventId"].as_str().unwrap(), 10).await;
    assert_eq!((&event["isTest"], &event["state"]), (&json!(true), &json!("processed")));
    let endpoint = &scene.api.get("/api/webhooks/health").await.expect(200)["endpoints"][0];
    assert_eq!((&endpoint["total24h"], &endpoint["lastDeliveryAt"]), (&json!(0), &Value::Null));
    assert_eq!(scene.api.status().await.unwrap()["lastWebhookAt"], Value::Null);
    assert_eq!(number(&scene.env, "select count(*) from app.opportunities where last_webhook_at is not null").await, 0);
    sql(&scene.env, "update app.webhook_endpoints set revoked_at = now()").await;
    assert_eq!(send(&scene, "/api/test-webhook", json!({})).await.code(409), "NO_ENDPOINT");
}
