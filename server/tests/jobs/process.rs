//! `/api/jobs/process` as a timer elsewhere calls it.

use serde_json::{Value, json};

use crate::scene::{Scene, env, number, send, sql};
use crate::support::{Answer, Tenant, client};

async fn with_header(scene: &Scene, method: &str, path: &str, name: &str, key: &str) -> Answer {
    let request = client().request(method.parse().unwrap(), format!("{}{path}", scene.api.base));
    let response = request.header(name, key).send().await.unwrap();
    Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
}

#[tokio::test]
async fn a_batch_runs_what_is_due_and_one_failure_does_not_end_it() {
    let scene = Scene::new(&["--no-worker"]).await;
    scene.probe(json!({"failTimes": 3})).await;
    for _ in 0..6 {
        scene.probe(json!({})).await;
    }
    let answer = scene.api.post("/api/jobs/process?maxJobs=5").await.expect(200);
    assert_eq!((&answer["processed"], &answer["failed"]), (&json!(5), &json!(1)));
    assert_eq!(answer["message"], "Processed 5 jobs, 1 failed");
    assert!(answer["startTime"].is_string() && answer["endTime"].is_string());
    let waiting = scene.api.get("/api/jobs/process").await.expect(200);
    assert_eq!(waiting["pendingCount"], 3, "{waiting}");
    assert_eq!(
        waiting["countsByStatus"],
        json!({"pending": 3, "processing": 0, "completed": 4, "failed": 0, "cancelled": 0})
    );
    assert_eq!(waiting["countsByType"], json!({"probe": 7}));
    let mut named: Vec<&str> = waiting["jobs"][0].as_object().unwrap().keys().map(String::as_str).collect();
    named.sort_unstable();
    assert_eq!(named, ["attempts", "createdAt", "id", "type"]);
    for bad in ["0", "1001", "many", "-1"] {
        let answer = scene.api.post(&format!("/api/jobs/process?maxJobs={bad}")).await.expect(400);
        assert_eq!(answer["details"]["field"], "maxJobs", "{bad}");
    }
}

#[tokio::test]
async fn calls_that_overlap_share_the_work() {
    let scene = Scene::new(&["--no-worker"]).await;
    for _ in 0..40 {
        scene.probe(json!({"sleepMs": 50})).await;
    }
    let calls = (0..4).map(|_| scene.api.post("/api/jobs/process?maxJobs=20"));
    let processed: i64 = futures::future::join_all(calls)
        .await
        .iter()
        .map(|answer| answer.expect(200)["processed"].as_i64().unwrap())
        .sum();
    assert_eq!(processed, 40);
    assert_eq!(number(&scene.env, "select count(*) from app.job_probe").await, 40);
}

#[tokio::test]
async fn the_operators_key_serves_all_tenants_and_is_told_of_no_payload() {
    let scene = Scene::on(env().await.with("JOB_PROCESSOR_API_KEY", "the operator's own key"), &["--no-worker"]).await;
    let other = Tenant::create(&scene.env, "south").await;
    scene.probe(json!({"key": "secret of north"})).await;
    sql(&scene.env, &format!("insert into app.jobs (tenant_id, type, payload) values ('{}', 'probe', '{{\"key\": \"secret of south\"}}')", other.id)).await;
    let path = "/api/jobs/process";
    let seen = with_header(&scene, "GET", path, "x-api-key", "the operator's own key").await;
    assert_eq!(seen.expect(200)["pendingCount"], 2);
    assert!(!seen.text.contains("secret"), "{}", seen.text);
    assert_eq!(scene.api.get(path).await.expect(200)["pendingCount"], 1, "a tenant's key sees its own");
    assert_eq!(scene.api.post(path).await.expect(200)["processed"], 1);
    let bearer = with_header(&scene, "POST", path, "authorization", "Bearer the operator's own key").await;
    assert_eq!(bearer.expect(200)["processed"], 1);
    let elsewhere = with_header(&scene, "GET", "/api/jobs", "authorization", "Bearer the operator's own key").await;
    assert_eq!(elsewhere.status, 401, "it opens this route only");
}

#[tokio::test]
async fn without_a_key_or_with_a_wrong_one_the_answer_is_unauthorized() {
    for scene in [
        Scene::new(&["--no-worker"]).await,
        Scene::on(env().await.with("JOB_PROCESSOR_API_KEY", "right"), &["--no-worker"]).await,
    ] {
        for method in ["GET", "POST"] {
            for (name, key) in [
                ("x-nothing", "x"),
                ("x-api-key", "wrong"),
                ("x-api-key", ""),
                ("authorization", "Bearer wrong"),
                ("authorization", "right"),
            ] {
                let answer: Value = with_header(&scene, method, "/api/jobs/process", name, key).await.expect(401);
                assert_eq!(answer["error"], "Unauthorized", "{method} {name}: {key}");
            }
        }
        let read = scene.tenant.new_key(&["read"]).await;
        assert_eq!(send(&scene.host.api(&read), "POST", "/api/jobs/process", None).await.status, 403);
    }
}
