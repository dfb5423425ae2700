//! Workers that die, are slow, or stop.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::scene::{Scene, number, sql};
use crate::support::{Host, until};

#[tokio::test]
async fn a_killed_workers_job_runs_again_within_its_lease() {
    let scene = Scene::new(&[]).await;
    let id = scene.probe(json!({"sleepMs": 4000})).await;
    scene.reaches(id, "processing", 10).await;
    let other = Host::start(&scene.env).await;
    let killed = Instant::now();
    scene.host.kill().await;
    let api = other.api(&scene.tenant.key);
    until("it runs again", 10, async || {
        (api.get(&format!("/api/jobs/{id}")).await.json()["attempts"] == 2).then_some(())
    })
    .await;
    assert!(killed.elapsed() < Duration::from_secs(3) + Duration::from_millis(500), "{:?}", killed.elapsed());
    until("it is completed", 15, async || {
        (api.get(&format!("/api/jobs/{id}")).await.json()["status"] == "completed").then_some(())
    })
    .await;
    assert_eq!(number(&scene.env, "select count(*) from app.job_probe where attempt = 2").await, 1);
    assert_eq!(number(&scene.env, "select count(*) from app.job_probe").await, 1);
}

#[tokio::test]
async fn a_slow_live_one_keeps_its_job() {
    let scene = Scene::new(&[]).await;
    let _other = Host::start(&scene.env).await;
    let id = scene.probe(json!({"sleepMs": 8000})).await;
    let job = scene.reaches(id, "completed", 20).await;
    assert_eq!((&job["attempts"], job["errors"].as_array().unwrap().len()), (&json!(1), 0));
}

#[tokio::test]
async fn a_result_that_comes_after_the_lease_is_refused_and_its_effect_is_undone() {
    let scene = Scene::new(&[]).await;
    let id = scene.probe(json!({"sleepMs": 1500})).await;
    scene.reaches(id, "processing", 10).await;
    // As if another worker had it.
    sql(&scene.env, "update app.jobs set lease_token = gen_random_uuid(), lease_until = now() + interval '1 hour'")
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(scene.job(id).await["status"], "processing");
    assert_eq!(number(&scene.env, "select count(*) from app.job_probe").await, 0);
}

#[tokio::test]
async fn a_host_that_stops_gives_its_jobs_back_in_time() {
    let scene = Scene::new(&[]).await;
    let id = scene.probe(json!({"sleepMs": 60_000})).await;
    scene.reaches(id, "processing", 10).await;
    scene.host.signal(Signal::SIGTERM);
    assert!(scene.host.stop().await < Duration::from_secs(20));
    let back = "select count(*) from app.jobs where status = 'pending' and attempts = 0 and lease_until is null";
    assert_eq!(number(&scene.env, back).await, 1);
}
