//! `backline sync`: exits and output that scripts rely on.

use serde_json::{Value, json};

use crate::scene::Scene;
use crate::support::patch;

/// Exit and JSON of a command: from standard output, or when it failed, all that it wrote on standard error.
async fn sync(scene: &Scene, args: &[&str]) -> (i32, Value) {
    let env = scene.env.clone().without("RUST_LOG");
    let said = env.backline(&[&["sync", args[0], "--tenant", "north"], &args[1..]].concat(), "").await;
    let text = if matches!(said.exit, 0 | 3) { &said.out } else { &said.err };
    (said.exit, serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON alone: {text}")))
}

#[tokio::test]
async fn a_run_from_the_command_line_mirrors_and_exits_with_0() {
    let scene = Scene::new(60, &[]).await;
    let (exit, body) = sync(&scene, &["initial"]).await;
    assert_eq!((exit, &body["recordsSynced"]), (0, &json!(scene.stand.ids_in_scope().len())));
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn failed_records_make_it_exit_with_3() {
    let scene = Scene::new(60, &["broken=2"]).await;
    let (exit, body) = sync(&scene, &["initial"]).await;
    assert_eq!((exit, &body["recordsFailed"]), (3, &json!(2)));
}

#[tokio::test]
async fn a_run_under_way_makes_it_exit_with_4() {
    let scene = Scene::new(300, &["clamp=25", "slow=200"]).await;
    scene.api.start("initial").await;
    let (exit, body) = sync(&scene, &["initial"]).await;
    assert_eq!((exit, &body["code"]), (4, &json!("SYNC_RUNNING")));
}

#[tokio::test]
async fn a_source_that_refuses_makes_it_exit_with_1() {
    let scene = Scene::new(5, &["auth=1"]).await;
    let (exit, body) = sync(&scene, &["initial"]).await;
    assert_eq!((exit, &body["code"]), (1, &json!("CREDENTIALS_REFUSED")));
}

#[tokio::test]
async fn a_single_record_that_cannot_be_mirrored_makes_it_exit_with_3() {
    let scene = Scene::mirrored(5).await;
    let id = scene.stand.ids_in_scope()[0];
    scene.stand.account.change(id, patch(json!({"charge_total": "abc"})));
    let (exit, body) = sync(&scene, &["single", "--id", &id.to_string()]).await;
    assert_eq!((exit, &body["success"]), (3, &json!(false)));
    assert_eq!(scene.api.failures(None).await[0]["source_id"], id);
}
