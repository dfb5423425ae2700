//! What runs by the clock.

use serde_json::{Value, json};

use crate::scene::{Scene, number, send, sql};
use crate::support::{Host, until};

async fn schedules(scene: &Scene) -> Vec<Value> {
    scene.api.get("/api/schedules").await.expect(200)["schedules"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_tenant_has_its_schedules_and_an_admin_changes_them() {
    let scene = Scene::new(&["--no-worker"]).await;
    let names: Vec<_> = schedules(&scene).await.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    for name in ["clean-up", "incremental-sync", "nightly-snapshot", "nightly-sweep"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    let id = schedules(&scene).await.iter().find(|row| row["name"] == "nightly-sweep").unwrap()["id"].clone();
    let path = format!("/api/schedules/{id}");
    let set = json!({"cron": "15 4 * * *", "enabled": true});
    let row = send(&scene.api, "PATCH", &path, Some(set)).await.expect(200);
    assert_eq!((&row["cron"], &row["enabled"]), (&json!("15 4 * * *"), &json!(true)));
    assert!(row["nextRunAt"].as_str().unwrap().ends_with("04:15:00Z"), "{row}");
    let bad = send(&scene.api, "PATCH", &path, Some(json!({"cron": "every day"}))).await.expect(400);
    assert_eq!(bad["details"]["field"], "cron");
    assert_eq!(send(&scene.api, "PATCH", "/api/schedules/999999", Some(json!({"enabled": true}))).await.status, 404);
    let audited = "select count(*) from app.audit_log where entity_type = 'schedule' and action = 'set'";
    assert_eq!(number(&scene.env, audited).await, 1);
    let job = scene.api.post(&format!("{path}/run")).await.expect(201)["id"].as_i64().unwrap();
    assert_eq!(scene.job(job).await["payload"], json!({"kind": "sweep"}));
    assert_eq!(scene.api.post(&format!("{path}/run")).await.expect(201)["id"], job, "one that waits is enough");
}

#[tokio::test]
async fn two_hosts_fire_a_tick_once_and_missed_ticks_once() {
    let scene = Scene::new(&[]).await;
    let _other = Host::start(&scene.env).await;
    let add = format!(
        "insert into app.schedules (tenant_id, name, type, payload, cron, enabled, next_run_at)
         select '{}', 'probe-' || n, 'probe', '{{\"key\": \"tick\"}}', '0 0 1 1 *', true, now() - interval '3 days' from generate_series(1, 40) n",
        scene.tenant.id
    );
    sql(&scene.env, &add).await;
    until("all have run", 20, async || {
        (number(&scene.env, "select count(*) from app.job_probe where key = 'tick'").await >= 40).then_some(())
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(number(&scene.env, "select count(*) from app.jobs where type = 'probe'").await, 40);
    let next = "select count(*) from app.schedules where name like 'probe-%' and next_run_at > now() and last_job_id is not null";
    assert_eq!(number(&scene.env, next).await, 40);
}

#[tokio::test]
async fn a_tick_of_an_unknown_type_becomes_no_job_and_holds_up_no_other() {
    let scene = Scene::new(&["--no-worker"]).await;
    let add = format!(
        "insert into app.schedules (tenant_id, name, type, cron, enabled, next_run_at)
         select '{}', name, type, '0 0 1 1 *', true, now() - interval '1 hour' from (values ('odd', 'of_tomorrow'), ('fine', 'probe')) s (name, type)",
        scene.tenant.id
    );
    sql(&scene.env, &add).await;
    assert_eq!(scene.api.post("/api/jobs/process").await.expect(200)["processed"], 1);
    let moved = "select count(*) from app.schedules where name in ('odd', 'fine') and next_run_at > now()";
    assert_eq!(number(&scene.env, moved).await, 2);
}
