//! What is answered, and that it is kept once.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;

use crate::scene::{Door, Scene, action_of, env, number};

#[tokio::test]
async fn a_delivery_is_answered_with_its_event_and_kept_byte_for_byte() {
    let scene = Scene::new(0).await;
    let body = format!("  {}\n", action_of(1364, 101, "update"));
    let answer = scene.door.post(body.clone()).await.expect(200);
    assert_eq!((answer["success"].clone(), answer["duplicate"].clone()), (json!(true), json!(false)));
    let id = answer["eventId"].as_str().unwrap();
    assert!(id.starts_with("evt_1364_17") || id.starts_with("evt_1364_18"), "{id}");
    assert_eq!(scene.api.get(&format!("/api/events/{id}/raw")).await.text, body);
    let event = scene.api.get(&format!("/api/events/{id}")).await.expect(200);
    assert_eq!(event["opportunityId"], 101);
    assert_eq!((event["actionType"].as_str(), event["userName"].as_str()), (Some("update"), Some("Ana")));
    assert_eq!(
        (event["opportunityName"].as_str(), event["deliveries"].as_array().unwrap().len()),
        (Some("Event 1364"), 1)
    );
}

#[tokio::test]
async fn fifty_identical_deliveries_at_once_are_one_event_and_one_read() {
    let scene = Scene::new(5).await;
    let opportunity = scene.stand.ids_in_scope()[0];
    let body = action_of(77, opportunity, "update").to_string();
    let answers = join_all((0..50).map(|_| scene.door.post(body.clone()))).await;
    let ids: BTreeSet<String> = answers.iter().map(|answer| answer.expect(200)["eventId"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let new = answers.iter().filter(|answer| answer.json()["duplicate"] == false).count();
    assert_eq!(new, 1);
    let id = ids.first().unwrap().trim_matches('"').to_owned();
    assert_eq!(scene.settled(&id, 10).await["state"], "processed");
    assert_eq!(number(&scene.env, "select count(*) from app.webhook_events").await, 1);
    assert_eq!(number(&scene.env, "select count(*) from app.webhook_delivery_log where success").await, 50);
    assert_eq!(number(&scene.env, "select times::bigint from app.webhook_seen").await, 50);
    assert_eq!(scene.reads(), 1);
}

#[tokio::test]
async fn different_deliveries_at_once_are_different_events() {
    let scene = Scene::new(0).await;
    let answers = join_all((0..200).map(|n| scene.door.post(action_of(n, 101, "update").to_string()))).await;
    let ids: BTreeSet<String> = answers.iter().map(|answer| answer.expect(200)["eventId"].to_string()).collect();
    assert_eq!(ids.len(), 200);
    // The same action through two doors of a company is two events, whatever the clock says.
    let other = Door::of(&scene.env, &scene.host).await;
    let body = action_of(5000, 101, "update").to_string();
    let both =
        join_all((0..40).map(|n| if n % 2 == 0 { scene.door.post(body.clone()) } else { other.post(body.clone()) }))
            .await;
    let ids: BTreeSet<String> = both.iter().map(|answer| answer.expect(200)["eventId"].to_string()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
}

#[tokio::test]
async fn what_nothing_follows_from_is_kept_and_ignored() {
    let scene = Scene::new(0).await;
    let invoice = json!({"action": {"id": 1, "subject_id": 5, "subject_type": "Invoice", "action_type": "create"}});
    for body in [invoice, action_of(2, 5, "frobnicate")] {
        let id = scene.door.post(body.to_string()).await.expect(200)["eventId"].as_str().unwrap().to_owned();
        let event = scene.api.get(&format!("/api/events/{id}")).await.expect(200);
        assert_eq!(event["state"], "ignored");
        assert!(event["error"].as_str().is_some_and(|why| !why.is_empty()));
    }
    assert_eq!(number(&scene.env, "select count(*) from app.jobs where type = 'follow_up'").await, 0);
}

#[tokio::test]
async fn too_large_and_too_many_are_refused_and_leave_a_line_in_the_log() {
    let scene = Scene::on(env().await.with("BACKLINE_WEBHOOK_RATE", "20"), 0).await;
    let large = format!("{{\"action\": {{\"subject_id\": 1, \"name\": \"{}\"}}}}", "x".repeat(1024 * 1024));
    assert_eq!(scene.door.post(large).await.status, 413);
    let fits = format!("{{\"action\": {{\"subject_id\": 1, \"name\": \"{}\"}}}}", "x".repeat(1024 * 1024 - 100));
    assert_eq!(scene.door.post(fits).await.status, 200);
    let answers = join_all((0..200).map(|n| scene.door.post(action_of(n, 101, "update").to_string()))).await;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert!((100..=180).contains(&refused), "{refused}");
    let logged = "select count(*) from app.webhook_delivery_log where not success and event_id is null";
    crate::support::until("refusals are in the log", 5, async || {
        (number(&scene.env, logged).await == i64::try_from(refused).unwrap() + 1).then_some(())
    })
    .await;
}
