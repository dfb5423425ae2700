//! Hosts and databases that die in the middle of a run: it goes on by itself, behind the last committed page.

use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::json;
use simulator::RequestRecord;

use crate::scene::Scene;
use crate::support::{Api, Cluster, Env, Host, Mirror, Stand, Tenant, until};

/// Some seconds long, by many pages.
const PACED: &[&str] = &["clamp=25", "slow=150"];

/// No page is asked for again but the one that was in flight.
#[track_caller]
fn only_the_last_again(before: &[RequestRecord], all: &[RequestRecord]) {
    let after = &all[before.len()..];
    assert!(!before.is_empty() && !after.is_empty(), "{} requests before, {} after", before.len(), after.len());
    let again = after.iter().filter(|request| before.iter().any(|earlier| earlier.query == request.query));
    let in_flight = &before[before.len() - 1].query;
    let again: Vec<_> = again.map(|request| &request.query).collect();
    assert!(again.is_empty() || again == [in_flight], "asked for again: {again:?}");
}

async fn ends_equal(env: &Env, tenant: &Tenant, stand: &Stand, api: &Api, run: i64) {
    let row = api.ended(run, 60).await;
    let count = stand.ids_in_scope().len();
    assert_eq!((&row["status"], &row["records_synced"]), (&json!("completed"), &json!(count)));
    Mirror::read(env, tenant, api).await.assert_equals(stand);
}

/// Kills the host whenever the run has so many pages, and starts it again.
async fn killed_at(opportunities: usize, pages: impl Iterator<Item = i64>) {
    let Scene { env, stand, tenant, mut host, mut api } = Scene::new(opportunities, PACED).await;
    let run = api.start("initial").await;
    for pages in pages {
        api.pages_done(pages, 30).await;
        host.kill().await;
        host = Host::start(&env).await;
        let (before, ready) = (stand.lists(), Instant::now());
        until("the run goes on", 30, async || (stand.lists().len() > before.len() + 1).then_some(())).await;
        println!("went on {:.1} s after the restart, at page {pages}", ready.elapsed().as_secs_f64());
        only_the_last_again(&before, &stand.lists());
        api = host.api(&tenant.key);
    }
    let before = stand.lists();
    ends_equal(&env, &tenant, &stand, &api, run).await;
    only_the_last_again(&before, &stand.lists());
}

#[tokio::test]
async fn a_killed_host_goes_on_by_itself_and_asks_for_no_page_twice() {
    killed_at(500, [4, 10].into_iter()).await;
}

#[tokio::test]
async fn a_host_that_is_killed_ten_times_goes_on_each_time() {
    killed_at(1_000, (1..=10).map(|kill| kill * 3)).await;
}

#[tokio::test]
async fn another_host_takes_over_the_run_of_a_dead_one() {
    let Scene { env, stand, tenant, host, api } = Scene::new(400, PACED).await;
    let other = Host::start(&env).await;
    let run = api.start("initial").await;
    api.pages_done(4, 30).await;
    host.kill().await;
    let (before, dead) = (stand.lists(), Instant::now());
    until("the other host goes on", 30, async || (stand.lists().len() > before.len() + 1).then_some(())).await;
    println!("taken over after {:.1} s", dead.elapsed().as_secs_f64());
    ends_equal(&env, &tenant, &stand, &other.api(&tenant.key), run).await;
    only_the_last_again(&before, &stand.lists());
}

#[tokio::test]
async fn a_host_that_was_asleep_writes_nothing_into_a_run_that_another_has_taken() {
    let Scene { env, stand, tenant, host, api } = Scene::new(300, PACED).await;
    let other = Host::start(&env).await;
    let run = api.start("initial").await;
    api.pages_done(3, 30).await;
    host.signal(Signal::SIGSTOP);
    let api = other.api(&tenant.key);
    ends_equal(&env, &tenant, &stand, &api, run).await;
    let before = Mirror::read(&env, &tenant, &api).await;
    host.signal(Signal::SIGCONT);
    until("the host that slept answers again", 20, async || host.api(&tenant.key).status().await).await;
    host.stop().await;
    assert_eq!(Mirror::read(&env, &tenant, &api).await.rows, before.rows);
}

#[tokio::test]
async fn a_host_that_is_stopped_leaves_its_run_to_the_next_at_once() {
    let Scene { env, stand, tenant, host, api } = Scene::new(400, PACED).await;
    let run = api.start("initial").await;
    api.pages_done(4, 30).await;
    let took = host.stop().await;
    println!("stopped in {:.1} s", took.as_secs_f64());
    let before = stand.lists();
    let host = Host::start(&env).await;
    until("the next host goes on", 4, async || (stand.lists().len() > before.len()).then_some(())).await;
    ends_equal(&env, &tenant, &stand, &host.api(&tenant.key), run).await;
    only_the_last_again(&before, &stand.lists());
}

#[tokio::test]
async fn a_host_stops_within_25_seconds_though_a_caller_waits_for_a_long_run() {
    let Scene { host, api, stand: _stand, .. } = Scene::new(400, &["clamp=25", "slow=2000"]).await;
    let caller = api.clone();
    let waiting = tokio::spawn(async move { caller.request(Method::POST, "/api/sync/initial").send().await });
    until("the run is under way", 10, async || (api.status().await?["lastSync"]["status"] == "running").then_some(()))
        .await;
    println!("stopped in {:.1} s", host.stop().await.as_secs_f64());
    waiting.abort();
}

/// Kills PostgreSQL whenever the run has so many pages; the host starts it again.
async fn postgres_killed_at(opportunities: usize, faults: &[&str], pages: impl Iterator<Item = i64>) {
    let cluster = Cluster::start().await;
    let env = Env::of_folder(&cluster.data_dir).with("BACKLINE_SYNC_INTERVAL_MS", "0");
    let stand = Stand::of(opportunities, faults).await;
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let host = Host::start(&env).await;
    let api = host.api(&tenant.key);
    let run = api.start("initial").await;
    for pages in pages {
        api.pages_done(pages, 30).await;
        let pid = cluster.server_pid().unwrap();
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        let (before, dead) = (stand.lists(), Instant::now());
        until("Postgres is another process", 30, async || cluster.server_pid().filter(|other| *other != pid)).await;
        until("the run goes on", 40, async || (stand.lists().len() > before.len() + 3).then_some(())).await;
        println!("went on after {:.1} s, at page {pages}", dead.elapsed().as_secs_f64());
        only_the_last_again(&before, &stand.lists());
    }
    let reading = env.clone().with("DATABASE_URL", &cluster.url_of("backline"));
    ends_equal(&reading, &tenant, &stand, &api, run).await;
    host.stop().await;
}

#[tokio::test]
async fn a_run_survives_the_death_of_postgres() {
    postgres_killed_at(1_000, PACED, [4, 12, 20].into_iter()).await;
}

/// Its last pages are not on the disk yet.
#[tokio::test]
async fn a_run_without_a_pause_survives_the_death_of_postgres() {
    postgres_killed_at(6_000, &["clamp=25", "slow=5"], [10, 40, 90].into_iter()).await;
}

#[tokio::test]
async fn a_run_survives_that_all_its_sessions_are_cut() {
    let Scene { env, stand, tenant, host: _host, api } = Scene::new(400, PACED).await;
    let run = api.start("initial").await;
    api.pages_done(4, 30).await;
    let before = stand.lists();
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()";
    let mut superuser = <sqlx::PgConnection as sqlx::Connection>::connect(env.url()).await.unwrap();
    sqlx::query(cut).execute(&mut superuser).await.unwrap();
    ends_equal(&env, &tenant, &stand, &api, run).await;
    only_the_last_again(&before, &stand.lists());
}
