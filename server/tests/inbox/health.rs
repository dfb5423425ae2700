//! Health over a day, computed from the log.

use serde_json::{Value, json};

use crate::scene::{Scene, sql};

/// So many deliveries of the last day, so many of them bad.
async fn fill(scene: &Scene, total: i64, bad: i64) -> Value {
    sql(&scene.env, "truncate app.webhook_delivery_log").await;
    let log = format!(
        "insert into app.webhook_delivery_log (tenant_id, event_type, workspace_name, endpoint_id, success, processing_time_ms, created_at)
         select e.tenant_id, 'opportunity_update', e.label, e.id, n > {bad}, n, now() - interval '23 hours'
         from app.webhook_endpoints e, generate_series(1, {total}) n"
    );
    sql(&scene.env, &log).await;
    scene.api.get("/api/webhooks/health").await.expect(200)["endpoints"][0].clone()
}

#[tokio::test]
async fn health_is_the_share_of_good_deliveries_of_a_day() {
    let scene = Scene::new(0).await;
    let good = fill(&scene, 200, 8).await;
    assert_eq!(
        (&good["successRate"], &good["state"], &good["failed24h"]),
        (&json!("96.00"), &json!("healthy"), &json!(8))
    );
    assert_eq!((&good["p50Ms"], &good["p99Ms"]), (&json!(100), &json!(198)));
    let bad = fill(&scene, 200, 11).await;
    assert_eq!((&bad["successRate"], &bad["state"]), (&json!("94.50"), &json!("unhealthy")));
    sql(&scene.env, "update app.webhook_delivery_log set created_at = now() - interval '25 hours'").await;
    let silent = &scene.api.get("/api/webhooks/health").await.expect(200)["endpoints"][0];
    assert_eq!(
        (&silent["successRate"], &silent["state"], &silent["total24h"]),
        (&Value::Null, &json!("silent"), &json!(0))
    );
    assert!(silent["lastDeliveryAt"].is_string());
}

#[tokio::test]
async fn an_endpoint_is_silent_after_its_own_limit_and_the_view_says_the_same() {
    let scene = Scene::new(0).await;
    fill(&scene, 200, 11).await;
    sql(&scene.env, "update app.webhook_endpoints set silent_after_minutes = 10").await;
    let endpoint = &scene.api.get("/api/webhooks/health").await.expect(200)["endpoints"][0];
    assert_eq!(endpoint["state"], "silent");
    let seen =
        "select count(*) from app.webhook_health where workspace_name = 'Current RMS' and webhook_count_24h = 200
        and success_rate_24h = 94.50 and not is_healthy and last_webhook_at is not null";
    assert_eq!(crate::scene::number(&scene.env, seen).await, 1);
}

#[tokio::test]
async fn what_is_kept_aside_or_refused_counts_as_failed() {
    let scene = Scene::new(0).await;
    scene.door.deliver(1, 5, "frobnicate").await;
    scene.door.post("{").await.expect(400);
    let endpoint = &scene.api.get("/api/webhooks/health").await.expect(200)["endpoints"][0];
    assert_eq!((&endpoint["total24h"], &endpoint["failed24h"]), (&json!(2), &json!(1)));
    let figures = &scene.api.get("/api/dashboard").await.expect(200)["data"];
    let overview = &figures["overview"];
    let actions = json!([{"actionType": "frobnicate", "count": 1}, {"actionType": null, "count": 1}]);
    assert_eq!(figures["actionTypeDistribution"], actions);
    assert_eq!((&overview["totalEvents"], &overview["failedEvents"]), (&json!(2), &json!(1)));
    assert_eq!(overview["successRate"], 50.0);
    assert!(overview["lastEventTime"].is_string());
}
