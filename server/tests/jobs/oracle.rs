//! The proof: handlers leave (job, attempt, token) in the transaction that completes their job, workers are killed, their
//! connections cut and the database restarted, and afterwards the traces say whether anything was lost or ended twice.
//!
//! `ORACLE_JOBS=20000 ORACLE_SEED=7 cargo test -p server --test jobs oracle` repeats a run; the seed is printed.

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::{Connection, Executor, PgConnection, Row};
use tokio::process::Child;

use crate::support::{Cluster, Env, Tenant, until};

const WORKERS: usize = 4;
/// Which of ten turns restarts the database, once.
const RESTART: i32 = 7;

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn worker(env: &Env) -> Child {
    let mut command = env.command(&["jobs", "work", "--types", "probe"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

async fn connect(url: &str) -> Option<PgConnection> {
    PgConnection::connect(url).await.ok()
}

async fn count(url: &str, query: &str) -> Option<i64> {
    let mut connection = connect(url).await?;
    let row = connection.fetch_one(sqlx::AssertSqlSafe(query.to_owned())).await.ok()?;
    Some(row.get(0))
}

/// A tenth of them fail once, a few for good; some take their time.
async fn fill(url: &str, tenant: &Tenant, first: u64, last: u64) {
    let jobs = format!(
        "insert into app.jobs (tenant_id, type, payload, max_attempts, priority)
         select '{}', 'probe', jsonb_build_object('failTimes', case when n % 200 = 0 then 3 when n % 10 = 0 then 1 else 0 end,
             'sleepMs', case when n % 7 = 0 then 20 else 0 end, 'key', n::text), case when n % 200 = 0 then 3 else 20 end, n % 3
         from generate_series({first}, {last}) n",
        tenant.id
    );
    connect(url).await.unwrap().execute(sqlx::AssertSqlSafe(jobs)).await.unwrap();
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_ends_twice_whatever_is_killed() {
    let (jobs, seed) = (from_env("ORACLE_JOBS", 4000), from_env("ORACLE_SEED", rand::random::<u32>().into()));
    println!("oracle: {jobs} jobs, seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let cluster = Cluster::start().await;
    let env = Env::of_folder(&cluster.data_dir).with("BACKLINE_PROBE_JOBS", "1");
    let env = env.with("BACKLINE_JOB_LEASE_S", "2").with("BACKLINE_JOB_BACKOFF_S", "0.2");
    let url = cluster.url_of("backline");
    let tenant = Tenant::create(&env, "north").await;
    // A new tenant's schedules run; nobody here works on what they would bring.
    assert_eq!(count(&url, "select count(*) from app.schedules where not enabled").await, Some(0));
    connect(&url).await.unwrap().execute("update app.schedules set enabled = false").await.unwrap();
    fill(&url, &tenant, 1, jobs).await;
    let mut filled = jobs;
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| worker(&env)).collect();
    let left = "select count(*) from app.jobs where status in ('pending', 'processing')";
    let mut restarted = false;
    let (mut kills, mut cuts) = (0, 0);
    let begun = std::time::Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..600))).await;
        let left = count(&url, left).await;
        if left == Some(0) {
            if restarted && kills > 0 {
                break;
            }
            // A quick machine was through before enough was broken.
            fill(&url, &tenant, filled + 1, filled + jobs).await;
            filled += jobs;
        }
        assert!(begun.elapsed() < Duration::from_secs(60 + filled / 50), "seed {seed}: still {left:?} jobs to do");
        // The last quarter is left alone, so that it ends.
        if left.is_some_and(|left| left < i64::try_from(jobs / 4).unwrap()) && restarted && kills > 0 {
            continue;
        }
        let half_done = left.is_some_and(|left| left < i64::try_from(jobs / 2).unwrap());
        match if half_done && !restarted { RESTART } else { random.random_range(0..10) } {
            0..=3 => {
                let victim = random.random_range(0..WORKERS);
                workers[victim].kill().await.unwrap();
                workers[victim] = worker(&env);
                kills += 1;
            }
            4..=6 => {
                let some = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where application_name = 'backline' and pid <> pg_backend_pid() and random() < 0.5";
                count(&url, some).await;
                cuts += 1;
            }
            RESTART if !restarted => {
                // An immediate stop: nothing is written out; whoever supervises starts it again.
                kill(Pid::from_raw(cluster.server_pid().unwrap()), Signal::SIGQUIT).unwrap();
                restarted = true;
                until("the database is back", 60, async || count(&url, "select 1::bigint").await).await;
            }
            _ => {}
        }
    }
    // What was claimed when the last worker was looked at may still be on its way to the end.
    until("every job has ended", 60, async || {
        (count(&url, "select count(*) from app.jobs where status in ('pending', 'processing')").await? == 0)
            .then_some(())
    })
    .await;
    println!(
        "oracle: {filled} jobs, {kills} kills, {cuts} cuts, restarted: {restarted}, {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    for (what, query) in [
        ("jobs that are missing", format!("select {filled} - count(*) from app.jobs")),
        ("jobs without an end", "select count(*) from app.jobs where status not in ('completed', 'failed')".into()),
        ("attempts beyond the limit", "select count(*) from app.jobs where attempts > max_attempts".into()),
        (
            "completed jobs whose effect is not exactly one",
            "select count(*) from app.jobs j where status = 'completed'
                and 1 <> (select count(*) from app.job_probe p where p.tenant_id = j.tenant_id and p.job_id = j.id)"
                .into(),
        ),
        (
            "effects of a job that is not completed",
            "select count(*) from app.job_probe p join app.jobs j on j.tenant_id = p.tenant_id and j.id = p.job_id where j.status <> 'completed'".into(),
        ),
        (
            "effects of another attempt than the one that ended the job",
            "select count(*) from app.job_probe p join app.jobs j on j.tenant_id = p.tenant_id and j.id = p.job_id
                where (p.attempt, p.lease_token) is distinct from (j.attempts, j.lease_token)"
                .into(),
        ),
    ] {
        assert_eq!(count(&url, &query).await, Some(0), "seed {seed}: {what}");
    }
    for mut worker in workers {
        worker.kill().await.unwrap();
    }
}
