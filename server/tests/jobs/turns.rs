//! Whose job is next.

use serde_json::json;

use crate::scene::{Scene, number, sql};
use crate::support::Tenant;

async fn order(scene: &Scene, tenant: &str) -> Vec<String> {
    let mut connection = scene.env.connect("backline_reader", tenant).await;
    sqlx::query_scalar("select key from job_probe order by id").fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn the_larger_priority_is_first_then_the_earlier_time_then_the_smaller_id() {
    let scene = Scene::new(&["--no-worker"]).await;
    for (key, priority, run_at) in [
        ("low", -5, "2026-01-01T00:00:00Z"),
        ("late", 0, "2026-01-03T00:00:00Z"),
        ("early", 0, "2026-01-02T00:00:00Z"),
        ("early too", 0, "2026-01-02T00:00:00Z"),
        ("high", 9, "2026-01-04T00:00:00Z"),
        ("not yet", 100, "2999-01-01T00:00:00Z"),
    ] {
        let job = json!({"type": "probe", "payload": {"key": key}, "priority": priority, "runAt": run_at});
        scene.enqueue(job).await.expect(201);
    }
    for _ in 0..7 {
        scene.api.post("/api/jobs/process?maxJobs=1").await.expect(200);
    }
    assert_eq!(order(&scene, &scene.tenant.id).await, ["high", "early", "early too", "late", "low"]);
}

#[tokio::test]
async fn a_hundred_thousand_jobs_of_one_tenant_do_not_delay_anothers() {
    let scene = Scene::new(&["--no-worker"]).await;
    let other = Tenant::create(&scene.env, "south").await;
    let many = format!(
        "insert into app.jobs (tenant_id, type, priority, run_at, payload) select '{}', 'probe', 50, now() - interval '1 hour', '{{\"sleepMs\": 5}}' from generate_series(1, 100000);
         insert into app.jobs (tenant_id, type, payload) select '{}', 'probe', '{{}}' from generate_series(1, 20)",
        scene.tenant.id, other.id
    );
    sql(&scene.env, &many).await;
    let env = scene.env.clone().with("RUST_LOG", "warn");
    let said = env.backline_ok(&["jobs", "process", "--max-jobs", "100"], "").await;
    assert!(said.contains("\"processed\": 100") || said.contains("\"processed\":100"), "{said}");
    let done = format!("select count(*) from app.jobs where status = 'completed' and tenant_id = '{}'", other.id);
    assert_eq!(number(&scene.env, &done).await, 20);
}
