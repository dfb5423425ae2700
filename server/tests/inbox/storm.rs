//! The proof: hosts and the database are killed at random while senders post and some hang up right after the body; what was
//! answered 200 is there exactly once, and is followed up.
//!
//! `STORM=3000 STORM_SEED=7 cargo test -p server --test inbox storm` repeats a run; the seed is printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

use crate::scene::{Door, action_of};
use crate::support::{Cluster, Env, Host, Stand, Tenant, until};

const SENDERS: usize = 16;

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Posts until an answer came that is final, or without waiting for one; gives whether 200 was heard.
async fn send(address: &Mutex<String>, door: &Door, number: i64, opportunity: i64, hang_up: bool) -> bool {
    let body = action_of(number, opportunity, "update").to_string();
    let path = format!("/api/webhooks/current-rms/{}", door.token);
    if hang_up {
        let host = address.lock().await.clone();
        if let Ok(mut stream) = tokio::net::TcpStream::connect(host.trim_start_matches("http://")).await {
            let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
        return false;
    }
    let url = format!("{}{path}", address.lock().await);
    let sent = door.http.post(url).timeout(Duration::from_secs(8)).body(body).send().await;
    sent.is_ok_and(|response| response.status() == 200)
}

#[tokio::test]
async fn what_was_answered_200_is_there_once_and_followed_up() {
    let (deliveries, seed) = (from_env("STORM", 600), from_env("STORM_SEED", rand::random::<u32>().into()));
    println!("storm: {deliveries} deliveries, seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let cluster = Cluster::start().await;
    let env = Env::of_folder(&cluster.data_dir).with("BACKLINE_JOB_LEASE_S", "2").with("BACKLINE_JOB_BACKOFF_S", "0.2");
    let stand = Stand::of(40, &[]).await;
    let mut host = Host::start(&env).await;
    let tenant = Tenant::connected(&env, "north", &stand).await;
    host.api(&tenant.key).sync("initial").await.expect(200);
    let door = Door::of(&env, &host).await;
    let ids = stand.ids_in_scope();
    let address = Arc::new(Mutex::new(host.url.clone()));
    let (next, done) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let most = i64::try_from(deliveries).unwrap();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (address, door, next, ids) = (address.clone(), door.clone(), next.clone(), ids.clone());
            let mut random = StdRng::seed_from_u64(seed + u64::try_from(sender).unwrap());
            tokio::spawn(async move {
                let mut heard = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= most {
                        return heard;
                    }
                    let opportunity = ids[random.random_range(0..ids.len())];
                    if send(&address, &door, number, opportunity, number % 10 == 3).await {
                        heard.push(number);
                    }
                    tokio::time::sleep(Duration::from_millis(random.random_range(0..40))).await;
                }
            })
        })
        .collect();
    let breaking = async {
        let (mut hosts, mut servers) = (0, 0);
        while !done.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(random.random_range(300..1500))).await;
            if random.random_range(0..3) == 0 {
                // The supervisor inside of the host or the keeper starts it again.
                kill(Pid::from_raw(cluster.server_pid().unwrap_or(0).max(2)), Signal::SIGKILL).ok();
                servers += 1;
            } else {
                let old = std::mem::replace(&mut host, Host::start(&env).await);
                *address.lock().await = host.url.clone();
                old.kill().await;
                hosts += 1;
            }
        }
        (hosts, servers)
    };
    let sending = async {
        let mut heard = Vec::new();
        for sender in senders {
            heard.extend(sender.await.unwrap());
        }
        done.store(true, Ordering::Relaxed);
        heard
    };
    let (heard, (hosts, servers)) = tokio::join!(sending, breaking);
    println!("storm: {} of {deliveries} heard 200; {hosts} hosts and {servers} servers killed", heard.len());
    assert!(heard.len() * 5 > usize::try_from(deliveries).unwrap(), "seed {seed}: hardly anything came through");
    let api = host.api(&tenant.key);
    let open = until("everything is followed up", 90, async || {
        let answer = api.get("/api/events?state=received").await;
        (answer.status == 200 && answer.json()["pagination"]["totalCount"] == 0).then_some(())
    });
    open.await;
    let events = api.all("events", "/api/events?limit=100").await;
    let mut count = std::collections::HashMap::<i64, usize>::new();
    for event in &events {
        let number = event["id"].as_str().unwrap().split('_').nth(1).unwrap().parse().unwrap();
        *count.entry(number).or_default() += 1;
        assert_eq!(event["state"], "processed", "seed {seed}: {event}");
    }
    for number in heard {
        assert_eq!(count.get(&number), Some(&1), "seed {seed}: delivery {number} was answered 200");
    }
    let twice: Vec<_> = count.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "seed {seed}: {twice:?}");
}
