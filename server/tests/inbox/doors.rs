//! Addresses: made, renewed, revoked, guessed, and never written down.

use serde_json::json;

use crate::scene::{Scene, action_of, env};
use crate::support::{Answer, until};

async fn post(scene: &Scene, path: &str) -> Answer {
    let body = action_of(rand::random_range(1..1_000_000_000), 101, "update").to_string();
    let response = scene.door.http.post(format!("{}{path}", scene.host.url)).body(body).send().await.unwrap();
    Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
}

#[tokio::test]
async fn every_name_of_an_address_opens_the_same_door() {
    let scene = Scene::new(0).await;
    let token = &scene.door.token;
    assert_eq!(post(&scene, &format!("/api/webhook?token={token}")).await.status, 200);
    assert_eq!(post(&scene, &format!("/api/webhooks/current-rms/{token}")).await.status, 200);
    let body = json!({"action": {"id": 9, "subject_id": 5}}).to_string();
    let url = format!("{}/opportunity_mark_as_lost", scene.door.url);
    let answer = scene.door.http.post(url).body(body).send().await.unwrap();
    let id = answer.json::<serde_json::Value>().await.unwrap()["eventId"].as_str().unwrap().to_owned();
    let event = scene.api.get(&format!("/api/events/{id}")).await.expect(200);
    assert_eq!(event["actionType"], "mark_as_lost");
}

#[tokio::test]
async fn a_wrong_token_gets_an_empty_404_and_who_guesses_has_to_wait() {
    let scene = Scene::new(0).await;
    let token = &scene.door.token;
    for path in [
        "/api/webhooks/current-rms/nothing".to_owned(),
        format!("/api/webhooks/email-bison/{token}"),
        format!("/api/webhooks/unheard-of/{token}"),
        "/api/webhook".to_owned(),
        "/api/webhook?token=".to_owned(),
    ] {
        let answer = post(&scene, &path).await;
        assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{path}");
    }
    assert_eq!(post(&scene, &format!("/api/webhooks/current-rms/{token}")).await.status, 200);
    for _ in 0..30 {
        post(&scene, "/api/webhooks/current-rms/guess").await;
    }
    assert_eq!(post(&scene, "/api/webhooks/current-rms/guess").await.status, 429);
    let known = post(&scene, &format!("/api/webhooks/current-rms/{token}")).await;
    assert_eq!(known.status, 200, "a token that was right is no guess");
}

#[tokio::test]
async fn two_addresses_of_an_endpoint_work_until_the_older_is_ended() {
    let scene = Scene::new(0).await;
    let endpoints = scene.api.get("/api/webhooks").await.expect(200);
    let id = endpoints["endpoints"][0]["id"].as_i64().unwrap();
    let made = scene.api.post(&format!("/api/webhooks/{id}/rotate")).await.expect(201);
    let path = made["path"].as_str().unwrap().to_owned();
    let old = format!("/api/webhooks/current-rms/{}", scene.door.token);
    assert_eq!((post(&scene, &path).await.status, post(&scene, &old).await.status), (200, 200));
    assert_eq!(scene.api.post(&format!("/api/webhooks/{id}/end-older")).await.status, 204);
    assert_eq!((post(&scene, &path).await.status, post(&scene, &old).await.status), (200, 404));
    let said = scene.env.backline(&["webhook", "revoke", "--tenant", "north", "--id", &id.to_string()], "").await;
    assert_eq!(said.exit, 0, "{}", said.err);
    until("the host knows that the endpoint was revoked elsewhere", 3, async || {
        (post(&scene, &path).await.status == 404).then_some(())
    })
    .await;
    let said = scene.env.backline(&["webhook", "rotate", "--tenant", "north", "--id", &id.to_string()], "").await;
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("NOT_FOUND"), "{}", said.err);
}

#[tokio::test]
async fn a_token_is_in_no_line_of_the_log_and_in_no_figure() {
    let scene = Scene::on(env().await.with("RUST_LOG", "trace"), 0).await;
    let token = &scene.door.token;
    scene.door.deliver(1, 101, "update").await;
    scene.door.post("{").await.expect(400);
    post(&scene, &format!("/api/webhook?token={token}")).await;
    post(&scene, &format!("/api/webhooks/current-rms/{token}/opportunity_update")).await;
    post(&scene, &format!("/api/webhooks/email-bison/{token}")).await;
    let get = scene.door.http.get(&scene.door.url).send().await.unwrap();
    assert_eq!(get.status(), 405);
    assert!(!get.text().await.unwrap().contains(token));
    let metrics =
        scene.door.http.get(format!("{}/metrics", scene.host.url)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("/api/webhooks/{provider}/{token}"), "{metrics}");
    assert!(!metrics.contains(token));
    let log = scene.host.log();
    assert!(log.contains("webhooks"), "the log is there");
    let line = log.lines().find(|line| line.contains(token.as_str()));
    assert_eq!(line, None);
}
