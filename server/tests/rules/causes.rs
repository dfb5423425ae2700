//! What else than an event fires a rule: jobs that failed, endpoints that have gone silent, lists that grew.

use serde_json::json;

use crate::scene::{number, sql};
use crate::stage::{firings, notify, quiet, reaches, rule, send, stage};

#[tokio::test]
async fn a_job_that_failed_fires_but_none_that_rules_made() {
    let scene = stage(0).await;
    let all = rule(&scene, "jobs", json!({"type": "job_failed"}), json!([]), json!([notify("admin")])).await;
    let some = json!({"type": "job_failed", "jobTypes": ["snapshot"]});
    let some = rule(&scene, "snapshots", some, json!([]), json!([notify("admin")])).await;
    // No such run: the job fails for good.
    let fail = |kind: &str| {
        format!(
            "with job as (insert into app.jobs (tenant_id, type, status, errors, completed_at)
                 select id, '{kind}', 'failed', '[{{\"attempt\": 1, \"error\": \"out of fuel\"}}]', now() from app.tenants returning tenant_id, id)
             insert into app.notification_events (tenant_id, kind, job_id, job_type) select tenant_id, 'job_failed', id, '{kind}' from job"
        )
    };
    for kind in ["sync", "rules", "rule_actions", "rule_watch", "notify_mail"] {
        sql(&scene.env, &fail(kind)).await;
    }
    reaches(&scene, "all are told", 20, "select count(*) from app.notification_events", 0).await;
    quiet(&scene, 20).await;
    let fired = firings(&scene, &all).await;
    assert_eq!(fired.len(), 1, "{fired:?}");
    assert_eq!((&fired[0]["facts"]["jobType"], &fired[0]["facts"]["error"]), (&json!("sync"), &json!("out of fuel")));
    assert!(firings(&scene, &some).await.is_empty());
}

#[tokio::test]
async fn a_silent_endpoint_fires_once_a_silence() {
    let scene = stage(20).await;
    let silent = rule(&scene, "silent", json!({"type": "endpoint_silent"}), json!([]), json!([notify("admin")])).await;
    let watch = async || {
        send(&scene, "POST", "/api/jobs", json!({"type": "rule_watch"})).await.expect(201);
        reaches(
            &scene,
            "it was looked",
            20,
            "select count(*) from app.jobs where type = 'rule_watch' and status <> 'completed'",
            0,
        )
        .await;
        quiet(&scene, 20).await;
    };
    watch().await;
    assert!(firings(&scene, &silent).await.is_empty(), "it is a minute old");
    sql(&scene.env, "update app.webhook_endpoints set created_at = now() - interval '25 hours'").await;
    watch().await;
    watch().await;
    assert_eq!(firings(&scene, &silent).await.len(), 1);
    scene.door.deliver(1, scene.stand.ids_in_scope()[0], "update").await;
    watch().await;
    assert_eq!(firings(&scene, &silent).await.len(), 1, "it has spoken");
    sql(&scene.env, "update app.webhook_delivery_log set created_at = now() - interval '2 days'").await;
    watch().await;
    assert_eq!(firings(&scene, &silent).await.len(), 2);
    assert_eq!(
        number(&scene.env, "select count(*) from app.notifications where href = '/settings/endpoints'").await,
        2
    );
}

#[tokio::test]
async fn a_list_that_grew_fires_and_one_that_shrank_does_not() {
    let scene = stage(20).await;
    let ids = scene.stand.ids_in_scope();
    let watch = async || {
        send(&scene, "POST", "/api/jobs", json!({"type": "rule_watch"})).await.expect(201);
        let open = "select count(*) from app.jobs where type = 'rule_watch' and status <> 'completed'";
        reaches(&scene, "it was looked", 20, open, 0).await;
        quiet(&scene, 20).await;
    };
    watch().await;
    assert_eq!(number(&scene.env, "select count(*) from app.rule_counts").await, 0, "no rule asks");
    let trigger = json!({"type": "reconciliation_grew", "list": "unaugmented"});
    let grew = rule(&scene, "grew", trigger, json!([]), json!([notify("admin")])).await;
    let other = json!({"type": "reconciliation_grew", "list": "stale-integrations"});
    let other = rule(&scene, "other", other, json!([]), json!([notify("admin")])).await;
    watch().await;
    assert!(firings(&scene, &grew).await.is_empty(), "it was looked at for the first time");
    let set = json!({"riskLevel": "LOW"});
    send(&scene, "PUT", &format!("/api/opportunities/{}/augmentation", ids[0]), set).await.expect(200);
    watch().await;
    assert!(firings(&scene, &grew).await.is_empty(), "it is shorter");
    sql(&scene.env, "delete from app.augmented_opportunities").await;
    watch().await;
    let fired = firings(&scene, &grew).await;
    assert_eq!(fired.len(), 1, "{fired:?}");
    let (count, before) =
        (fired[0]["facts"]["count"].as_i64().unwrap(), fired[0]["facts"]["countBefore"].as_i64().unwrap());
    assert_eq!((&fired[0]["facts"]["list"], count - before), (&json!("unaugmented"), 1));
    assert!(firings(&scene, &other).await.is_empty());
}
