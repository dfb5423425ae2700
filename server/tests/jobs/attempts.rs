//! What becomes of a job: completed, tried again, failed, cancelled.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::scene::{Scene, number, send, sql};

#[tokio::test]
async fn a_job_that_works_is_completed_with_its_result() {
    let scene = Scene::new(&[]).await;
    let id = scene.probe(json!({"result": {"answer": 42, "text": "a\u{2028}b"}, "key": "once"})).await;
    let job = scene.reaches(id, "completed", 10).await;
    assert_eq!((&job["attempts"], &job["result"]["answer"], &job["error"]), (&json!(1), &json!(42), &json!(null)));
    assert!(job["startedAt"].is_string() && job["completedAt"].is_string(), "{job}");
    let traces = format!("select count(*) from app.job_probe where job_id = {id} and attempt = 1 and key = 'once'");
    assert_eq!(number(&scene.env, &traces).await, 1);
}

#[tokio::test]
async fn what_fails_twice_ends_completed_and_what_fails_three_times_ends_failed() {
    let scene = Scene::new(&[]).await;
    let (twice, thrice) = (scene.probe(json!({"failTimes": 2})).await, scene.probe(json!({"failTimes": 3})).await);
    let later = scene.probe(json!({})).await;
    scene.reaches(later, "completed", 10).await;
    let job = scene.reaches(twice, "completed", 20).await;
    assert_eq!((&job["attempts"], job["errors"].as_array().unwrap().len()), (&json!(3), 2));
    let job = scene.reaches(thrice, "failed", 20).await;
    let errors: Vec<_> = job["errors"].as_array().unwrap().iter().map(|e| e["error"].as_str().unwrap()).collect();
    assert_eq!(errors, ["told to fail: attempt 1", "told to fail: attempt 2", "told to fail: attempt 3"]);
    assert_eq!((&job["attempts"], &job["error"]), (&json!(3), &json!("told to fail: attempt 3")));
    assert!(job["result"].is_null() && job["completedAt"].is_string());
}

#[tokio::test]
async fn the_wait_between_two_attempts_doubles_and_stands_in_the_row() {
    let env = crate::scene::env().await.with("BACKLINE_JOB_BACKOFF_S", "30");
    let scene = Scene::on(env, &[]).await;
    let id = scene.probe(json!({"failTimes": 3})).await;
    let wait = format!(
        "select extract(epoch from run_at - (errors -> -1 ->> 'at')::timestamptz)::bigint from app.jobs where id = {id}"
    );
    for attempt in 1..3 {
        crate::support::until("the attempt has failed", 10, async || {
            let job = scene.job(id).await;
            (job["attempts"] == attempt && job["status"] == "pending").then_some(())
        })
        .await;
        let (seconds, rule) = (number(&scene.env, &wait).await, 30 << (attempt - 1));
        assert!((rule..=rule + rule / 10 + 1).contains(&seconds), "attempt {attempt}: {seconds} s");
        sql(&scene.env, "update app.jobs set run_at = now()").await;
    }
    scene.reaches(id, "failed", 10).await;
}

#[tokio::test]
async fn a_waiting_job_is_cancelled_at_once_and_a_running_one_stops() {
    let scene = Scene::new(&[]).await;
    let later = json!({"type": "probe", "runAt": "2999-01-01T00:00:00Z"});
    let waiting = scene.enqueue(later).await.expect(201)["id"].as_i64().unwrap();
    let running = scene.probe(json!({"sleepMs": 60_000})).await;
    scene.reaches(running, "processing", 10).await;
    let begun = Instant::now();
    for id in [waiting, running] {
        assert_eq!(scene.api.post(&format!("/api/jobs/{id}/cancel")).await.status, 204);
    }
    assert_eq!(scene.job(waiting).await["status"], "cancelled");
    scene.reaches(running, "cancelled", 10).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(scene.api.post(&format!("/api/jobs/{running}/cancel")).await.code(409), "JOB_OVER");
    assert_eq!(number(&scene.env, "select count(*) from app.job_probe").await, 0);
}

#[tokio::test]
async fn failed_jobs_are_tried_again_one_or_all_and_others_are_left_alone() {
    let scene = Scene::new(&[]).await;
    let mut failed = Vec::new();
    for _ in 0..3 {
        failed.push(scene.probe(json!({"failTimes": 3})).await);
    }
    let fine = scene.probe(json!({})).await;
    for id in &failed {
        scene.reaches(*id, "failed", 20).await;
    }
    scene.reaches(fine, "completed", 10).await;
    assert_eq!(scene.api.post(&format!("/api/jobs/{fine}/retry")).await.code(409), "JOB_NOT_OVER");
    sql(&scene.env, "update app.jobs set payload = '{}' where status = 'failed'").await;
    assert_eq!(scene.api.post(&format!("/api/jobs/{}/retry", failed[0])).await.status, 204);
    assert_eq!(scene.reaches(failed[0], "completed", 10).await["attempts"], 1);
    let all = async |dry: bool| {
        let body = json!({"status": "failed", "type": "probe", "dryRun": dry});
        send(&scene.api, "POST", "/api/jobs/retry", Some(body)).await.expect(200)["count"].clone()
    };
    assert_eq!((all(true).await, all(false).await), (json!(2), json!(2)));
    scene.reaches(failed[1], "completed", 10).await;
    scene.reaches(failed[2], "completed", 10).await;
    assert_eq!(all(false).await, json!(0));
}

#[tokio::test]
async fn what_cannot_be_a_job_is_refused_by_the_field() {
    let scene = Scene::new(&["--no-worker"]).await;
    let field = async |body| {
        let answer = scene.enqueue(body).await.expect(400);
        (answer["code"].as_str().unwrap().to_owned(), answer["details"]["field"].as_str().unwrap().to_owned())
    };
    let invalid = |field: &str| ("INVALID".to_owned(), field.to_owned());
    assert_eq!(field(json!({"type": "make_coffee"})).await, ("UNKNOWN_JOB_TYPE".into(), "type".into()));
    assert_eq!(field(json!({"type": "probe", "payload": []})).await, invalid("payload"));
    assert_eq!(field(json!({"type": "probe", "payload": {"sleep": 1}})).await, invalid("payload"));
    assert_eq!(field(json!({"type": "probe", "payload": {"key": "a\0b"}})).await, invalid("payload"));
    assert_eq!(field(json!({"type": "probe", "maxAttempts": 0})).await, invalid("maxAttempts"));
    assert_eq!(field(json!({"type": "probe", "dedupeKey": ""})).await, invalid("dedupeKey"));
    assert_eq!(field(json!({"type": "sync", "payload": {"kind": "some"}})).await, invalid("payload"));
    assert_eq!(number(&scene.env, "select count(*) from app.jobs").await, 0);
}
