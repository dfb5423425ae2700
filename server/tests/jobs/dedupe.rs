//! One pending job a key.

use serde_json::{Value, json};

use crate::scene::{Scene, number};

async fn with_key(scene: &Scene, payload: Value) -> i64 {
    let job = json!({"type": "probe", "payload": payload, "dedupeKey": "opportunity:7"});
    scene.enqueue(job).await.expect(201)["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_key_stands_for_the_job_that_waits_and_not_for_the_one_that_is_worked_on() {
    let scene = Scene::new(&[]).await;
    let first = with_key(&scene, json!({"sleepMs": 1500})).await;
    scene.reaches(first, "processing", 10).await;
    // A change that arrives while the record is refreshed is not swallowed.
    let second = with_key(&scene, json!({})).await;
    assert_ne!(first, second);
    scene.reaches(second, "completed", 10).await;
    scene.reaches(first, "completed", 10).await;
    assert_ne!(with_key(&scene, json!({})).await, second, "an ended job holds no key");
}

#[tokio::test]
async fn many_at_once_become_one() {
    let scene = Scene::new(&["--no-worker"]).await;
    let asks = (0..20).map(|_| with_key(&scene, json!({})));
    let ids: std::collections::BTreeSet<i64> = futures::future::join_all(asks).await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(number(&scene.env, "select count(*) from app.jobs").await, 1);
}

#[tokio::test]
async fn a_job_that_goes_back_to_the_queue_meets_its_twin_and_neither_is_lost() {
    let scene = Scene::new(&[]).await;
    let first = with_key(&scene, json!({"failTimes": 1, "sleepMs": 700})).await;
    scene.reaches(first, "processing", 10).await;
    let later = json!({"type": "probe", "dedupeKey": "opportunity:7", "runAt": "2999-01-01T00:00:00Z"});
    let twin = scene.enqueue(later).await.expect(201)["id"].as_i64().unwrap();
    assert_ne!(first, twin);
    scene.reaches(first, "completed", 20).await;
    assert_eq!(scene.job(twin).await["status"], "pending");
    // The key of a job that waits for another attempt still stands for it.
    let slow = json!({"type": "probe", "payload": {"failTimes": 1}, "dedupeKey": "slow"});
    let slow_id = scene.enqueue(slow.clone()).await.expect(201)["id"].as_i64().unwrap();
    crate::scene::sql(&scene.env, "update app.jobs set run_at = '2999-01-01' where dedupe_key = 'slow'").await;
    crate::scene::sql(
        &scene.env,
        "update app.jobs set status = 'pending', attempts = 1, lease_until = null where dedupe_key = 'slow' and status <> 'completed'",
    )
    .await;
    if scene.job(slow_id).await["status"] == "pending" {
        assert_eq!(scene.enqueue(slow).await.expect(201)["id"], slow_id);
    }
}
