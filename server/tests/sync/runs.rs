//! Runs as callers see them: one at a time, cancelled, waited for, abandoned.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::scene::Scene;
use crate::support::{Env, Host, Mirror, Stand, Tenant, faults, until};

/// Some seconds long, by many pages.
const PACED: &[&str] = &["clamp=25", "slow=100"];

#[tokio::test]
async fn the_answer_has_the_counts_of_the_run() {
    let scene = Scene::new(60, &[]).await;
    let body = scene.api.sync("initial").await.expect(200);
    let count = scene.stand.ids_in_scope().len();
    let expected =
        json!({"success": true, "syncId": 1, "recordsSynced": count, "recordsFailed": 0, "duration": body["duration"]});
    assert_eq!(body, expected);
    assert!(body["duration"].is_i64());
}

#[tokio::test]
async fn a_run_is_shown_as_its_row() {
    let scene = Scene::mirrored(60).await;
    let status = scene.api.status().await.unwrap();
    let run = &status["lastSync"];
    assert_eq!(
        (&run["id"], &run["sync_type"], &run["status"]),
        (&json!(1), &json!("initial_sync"), &json!("completed"))
    );
    let mut keys: Vec<_> = run.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = "completed_at error id metadata records_failed records_synced started_at status sync_type";
    assert_eq!(keys.join(" "), expected);
    assert_eq!((&status["history"], &status["progress"]), (&json!([run]), &json!(null)));
}

#[tokio::test]
async fn before_the_first_run_there_is_no_last_one() {
    let scene = Scene::new(5, &[]).await;
    assert_eq!(
        scene.api.status().await.unwrap(),
        json!({"success": true, "lastSync": null, "history": [], "progress": null, "lastWebhookAt": null})
    );
}

/// Defect 14 of the first system: its dashboard never found the last run.
#[tokio::test]
async fn the_dashboard_knows_the_last_run() {
    let scene = Scene::mirrored(30).await;
    let dashboard = scene.api.get("/api/dashboard").await.expect(200);
    assert_eq!(dashboard["data"]["syncInfo"]["lastSync"], scene.api.status().await.unwrap()["lastSync"]);
}

#[tokio::test]
async fn incremental_before_initial_is_refused() {
    let scene = Scene::new(5, &[]).await;
    assert_eq!(scene.api.sync("incremental").await.code(409), "INITIAL_SYNC_REQUIRED");
}

#[tokio::test]
async fn a_tenant_without_an_account_is_told_so() {
    let env = Env::fresh().await;
    let tenant = Tenant::create(&env, "north").await;
    let host = Host::start(&env).await;
    assert_eq!(host.api(&tenant.key).sync("initial").await.code(409), "NOT_CONNECTED");
}

#[tokio::test]
async fn a_run_that_the_source_refuses_keeps_its_status_and_says_what_to_do() {
    let scene = Scene::new(5, &["auth=1"]).await;
    assert_eq!(scene.api.sync("initial").await.code(502), "CREDENTIALS_REFUSED");
    let run = &scene.api.status().await.unwrap()["lastSync"];
    assert_eq!((&run["status"], &run["metadata"]["httpStatus"]), (&json!("failed"), &json!(401)));
    assert!(run["error"].as_str().unwrap().contains("enter them again"), "{}", run["error"]);
}

#[tokio::test]
async fn a_key_that_may_only_read_cannot_start_a_run() {
    let scene = Scene::new(5, &[]).await;
    let key = scene.tenant.new_key(&["read"]).await;
    assert_eq!(scene.host.api(&key).sync("initial").await.code(403), "FORBIDDEN");
}

#[tokio::test]
async fn starting_while_one_runs_is_refused_with_its_id() {
    let scene = Scene::new(200, PACED).await;
    let run = scene.api.start("initial").await;
    let answer = scene.api.sync("initial").await;
    assert_eq!(answer.code(409), "SYNC_RUNNING");
    assert_eq!(answer.json()["details"], json!({"syncId": run}));
}

/// Defect 26: two runs at once doubled the load.
#[tokio::test]
async fn two_hosts_asked_at_once_make_one_run() {
    let (env, stand) = (Env::fresh().await, Stand::of(200, PACED).await);
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let (one, two) = (Host::start(&env).await, Host::start(&env).await);
    let (one, two) = (one.api(&tenant.key), two.api(&tenant.key));
    let asked = (0..8).map(|at| if at % 2 == 0 { &one } else { &two });
    let answers = futures::future::join_all(asked.map(|api| api.post("/api/sync/initial?wait=false"))).await;
    let started: Vec<_> = answers.iter().filter(|answer| answer.status == 202).collect();
    assert_eq!(started.len(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        assert_eq!(refused.code(409), "SYNC_RUNNING");
        assert_eq!(refused.json()["details"]["syncId"], started[0].json()["syncId"]);
    }
    let run = started[0].json()["syncId"].as_i64().unwrap();
    assert_eq!(one.ended(run, 30).await["status"], "completed");
    Mirror::read(&env, &tenant, &two).await.assert_equals(&stand);
}

#[tokio::test]
async fn both_hosts_show_the_progress_of_a_run() {
    let (env, stand) = (Env::fresh().await, Stand::of(200, PACED).await);
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let (one, two) = (Host::start(&env).await, Host::start(&env).await);
    one.api(&tenant.key).start("initial").await;
    for host in [&one, &two] {
        let progress = &host.api(&tenant.key).pages_done(2, 10).await["progress"];
        let number = |key: &str| progress[key].as_i64().unwrap();
        assert!(number("rowsDone") >= 50 && number("rowsTotal") >= 180, "{progress}");
        assert!(number("pagesTotal") >= number("pagesDone"), "{progress}");
    }
}

#[tokio::test]
async fn a_run_started_on_a_host_without_workers_is_done_by_another() {
    let (env, stand) = (Env::fresh().await, Stand::of(60, &[]).await);
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let (idle, _busy) = (Host::start_with(&env, &["--no-worker"]).await, Host::start(&env).await);
    let api = idle.api(&tenant.key);
    api.sync("initial").await.expect(200);
    Mirror::read(&env, &tenant, &api).await.assert_equals(&stand);
}

#[tokio::test]
async fn there_is_nothing_to_cancel_when_nothing_runs() {
    let scene = Scene::new(5, &[]).await;
    assert_eq!(scene.api.sync("cancel").await.code(409), "SYNC_NOT_RUNNING");
}

#[tokio::test]
async fn a_cancelled_run_ends_as_cancelled_and_makes_room() {
    let scene = Scene::new(400, &["clamp=25", "slow=1000"]).await;
    let run = scene.api.start("initial").await;
    scene.api.pages_done(1, 10).await;
    scene.api.sync("cancel").await.expect(200);
    assert_eq!(scene.api.ended(run, 10).await["status"], "cancelled");
    scene.stand.account.set_faults(faults(&[]));
    scene.api.sync("initial").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_run_is_cancelled_from_another_host() {
    let scene = Scene::new(400, &["clamp=25", "slow=1000"]).await;
    let other = Host::start(&scene.env).await;
    let run = scene.api.start("initial").await;
    scene.api.pages_done(1, 10).await;
    other.api(&scene.tenant.key).sync("cancel").await.expect(200);
    assert_eq!(scene.api.ended(run, 10).await["status"], "cancelled");
}

#[tokio::test]
async fn a_run_that_waits_long_for_the_source_is_cancelled_too() {
    let scene = Scene::new(20, &["rate-limit=1", "retry-after=50"]).await;
    let run = scene.api.start("initial").await;
    until("the source has said 429", 10, async || scene.stand.lists().first().cloned()).await;
    scene.api.sync("cancel").await.expect(200);
    assert_eq!(scene.api.ended(run, 10).await["status"], "cancelled");
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_stop_the_run() {
    let scene = Scene::new(200, PACED).await;
    let request = scene.api.request(Method::POST, "/api/sync/initial").timeout(Duration::from_millis(400));
    assert!(request.send().await.unwrap_err().is_timeout());
    let row = scene.api.ended(1, 30).await;
    assert_eq!(row["status"], "completed");
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn callers_that_hang_up_at_once_leave_no_run_behind_that_does_not_end() {
    let scene = Scene::new(20, &[]).await;
    for micros in (0..30).map(|step| step * 400) {
        let request = scene.api.request(Method::POST, "/api/sync/initial").timeout(Duration::from_micros(micros));
        let _ = request.send().await;
    }
    until("nothing runs", 10, async || scene.api.status().await?["progress"].is_null().then_some(())).await;
    scene.api.sync("initial").await.expect(200);
}
