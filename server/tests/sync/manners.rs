//! Manners towards the source: Retry-After, the pace, what a run costs.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::scene::Scene;
use crate::support::{Env, faults, patch, until};

/// The time between a first answer of 429 with these faults and the request that follows it.
async fn pause_after_429(pairs: &[&str]) -> f64 {
    let scene = Scene::new(20, &[&["rate-limit=1"], pairs].concat()).await;
    let run = scene.api.start("initial").await;
    until("the source has said 429", 10, async || scene.stand.lists().first().cloned()).await;
    scene.stand.account.set_faults(faults(&[]));
    assert_eq!(scene.api.ended(run, 30).await["status"], "completed");
    let lists = scene.stand.lists();
    assert_eq!((lists[0].status, lists[1].status), (429, 200));
    (lists[1].at - lists[0].at).as_seconds_f64()
}

#[tokio::test]
async fn a_retry_after_in_seconds_is_obeyed() {
    let pause = pause_after_429(&["retry-after=3"]).await;
    assert!((3.0..4.5).contains(&pause), "{pause} s");
}

#[tokio::test]
async fn a_retry_after_as_a_date_is_obeyed() {
    // The date is cut to whole seconds.
    let pause = pause_after_429(&["retry-after=4", "retry-after-date=1"]).await;
    assert!((3.0..5.5).contains(&pause), "{pause} s");
}

#[tokio::test]
async fn without_a_retry_after_it_pauses_about_a_second() {
    let pause = pause_after_429(&[]).await;
    assert!((0.5..2.0).contains(&pause), "{pause} s");
}

#[tokio::test]
async fn at_the_default_pace_five_changes_take_less_than_three_seconds_and_two_lists() {
    let env = Env::fresh().await.without("BACKLINE_SYNC_INTERVAL_MS");
    let scene = Scene::on(env, 245, &[]).await;
    scene.api.sync("initial").await.expect(200);
    for id in &scene.stand.ids_in_scope()[..5] {
        scene.stand.account.change(*id, patch(json!({"subject": format!("Changed {id}")})));
    }
    scene.stand.account.clear_requests();
    let begun = Instant::now();
    assert_eq!(scene.api.sync("incremental").await.expect(200)["recordsSynced"], 5);
    let took = begun.elapsed();
    println!("five changes in {:.2} s, {} requests", took.as_secs_f64(), scene.stand.account.requests().len());
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(scene.stand.account.requests().len() <= 2, "{:?}", scene.stand.account.requests());
}

#[tokio::test]
async fn at_the_default_pace_245_records_take_less_than_30_seconds() {
    let env = Env::fresh().await.without("BACKLINE_SYNC_INTERVAL_MS");
    let scene = Scene::on(env, 245, &[]).await;
    let begun = Instant::now();
    scene.api.sync("initial").await.expect(200);
    println!("245 records in {:.2} s", begun.elapsed().as_secs_f64());
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn at_the_default_pace_requests_are_200_ms_apart() {
    let env = Env::fresh().await.without("BACKLINE_SYNC_INTERVAL_MS");
    let scene = Scene::on(env, 200, &["clamp=25"]).await;
    scene.api.sync("initial").await.expect(200);
    let requests = scene.stand.account.requests();
    let took = (requests[requests.len() - 1].at - requests[0].at).num_milliseconds();
    // A busy machine notes the first arrival late.
    let least = i64::try_from(requests.len() - 1).unwrap() * 200 - 300;
    assert!(took >= least, "{} requests within {took} ms", requests.len());
}

#[tokio::test]
async fn an_initial_run_asks_for_each_page_once() {
    let scene = Scene::mirrored(245).await;
    let requests = scene.stand.account.requests().len();
    // Three pages of the window and one of records without dates.
    assert!(requests <= 4, "{requests} requests: {:#?}", scene.stand.account.requests());
}
