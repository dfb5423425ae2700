//! A database that stands still: 503 in time, never 200, and afterwards all goes on by itself.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::scene::{Door, action_of};
use crate::support::{Cluster, Env, Host, Tenant, until};

/// Every process of the server, since a stopped postmaster alone holds nobody up.
fn signal_all(server: i32, signal: Signal) {
    let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
    let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
    children.chain([server]).for_each(|pid| {
        // One may have ended meanwhile.
        let _ = kill(Pid::from_raw(pid), signal);
    });
}

#[tokio::test]
async fn a_database_that_stands_still_is_answered_503_within_five_seconds() {
    let cluster = Cluster::start().await;
    let env = Env::of_folder(&cluster.data_dir);
    let host = Host::start(&env).await;
    let tenant = Tenant::create(&env, "north").await;
    let door = Door::of(&env, &host).await;
    door.deliver(1, 5, "frobnicate").await;
    let server = cluster.server_pid().unwrap();
    signal_all(server, Signal::SIGSTOP);
    let posts = (0..20).map(|n| {
        let door = door.clone();
        tokio::spawn(async move {
            let begun = Instant::now();
            (door.post(action_of(100 + n, 5, "frobnicate").to_string()).await.status, begun.elapsed())
        })
    });
    let mut answers = Vec::new();
    for post in posts.collect::<Vec<_>>() {
        answers.push(post.await.unwrap());
    }
    signal_all(server, Signal::SIGCONT);
    for (status, time) in answers {
        assert_eq!(status, 503);
        assert!(time < Duration::from_millis(5200), "{time:?}");
    }
    until("deliveries are taken again", 20, async || {
        (door.post(action_of(500, 5, "frobnicate").to_string()).await.status == 200).then_some(())
    })
    .await;
    // Those who come again meet what was kept after their 503 as a duplicate, or are kept now.
    for n in 0..20 {
        door.post(action_of(100 + n, 5, "frobnicate").to_string()).await.expect(200);
    }
    let events = host.api(&tenant.key).get("/api/events?limit=100").await.expect(200);
    assert_eq!(events["pagination"]["totalCount"], 22);
}
