//! What one tenant does is nothing to another.

use serde_json::json;

use crate::scene::Scene;
use crate::support::{Api, Stand, Tenant};

/// Beside the tenant north with a run under way: the tenant south, and its client.
async fn north_runs() -> (Scene, Stand, Tenant, Api) {
    let scene = Scene::new(300, &["clamp=25", "slow=150", "broken=2"]).await;
    let stand = Stand::of(40, &[]).await;
    let south = Tenant::connected(&scene.env, "south", &stand).await;
    scene.api.start("initial").await;
    scene.api.pages_done(1, 10).await;
    let api = scene.host.api(&south.key);
    (scene, stand, south, api)
}

#[tokio::test]
async fn a_run_is_invisible_to_another_tenant() {
    let (_scene, _stand, _south, api) = north_runs().await;
    let nothing = json!({"success": true, "lastSync": null, "history": [], "progress": null, "lastWebhookAt": null});
    assert_eq!(api.status().await.unwrap(), nothing);
}

#[tokio::test]
async fn a_run_does_not_stand_in_the_way_of_another_tenant() {
    let (scene, stand, south, api) = north_runs().await;
    let run = api.sync("initial").await.expect(200);
    assert_eq!(run["syncId"], 1);
    crate::support::Mirror::read(&scene.env, &south, &api).await.assert_equals(&stand);
}

#[tokio::test]
async fn a_run_is_not_cancelled_by_another_tenant() {
    let (scene, _stand, _south, api) = north_runs().await;
    assert_eq!(api.sync("cancel").await.code(409), "SYNC_NOT_RUNNING");
    assert_eq!(scene.api.ended(1, 30).await["status"], "completed");
}

#[tokio::test]
async fn failures_of_a_run_are_invisible_to_another_tenant() {
    let (scene, _stand, _south, api) = north_runs().await;
    scene.api.ended(1, 30).await;
    assert_eq!((scene.api.failures(None).await.len(), api.failures(None).await.len()), (2, 0));
    assert_eq!(api.get("/api/sync/failures?runId=1").await.code(404), "NOT_FOUND");
}

#[tokio::test]
async fn records_with_the_same_ids_do_not_meet() {
    let scene = Scene::mirrored(40).await;
    let stand = Stand::of(80, &[]).await;
    let south = Tenant::connected(&scene.env, "south", &stand).await;
    let api = scene.host.api(&south.key);
    api.sync("initial").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
    crate::support::Mirror::read(&scene.env, &south, &api).await.assert_equals(&stand);
}
