//! Guessing: what is counted, and for whom.

use std::time::{Duration, Instant};

use super::browser::{Browser, PASSWORD};
use super::psql::sql;
use super::sign_in::{forget_attempts, stage};
use super::support::{Env, Host};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_guesses_at_once_five_are_tried_and_the_host_stays_awake() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let browser = Browser::anonymous(&host.url);
    let guesses: Vec<_> = (0..100)
        .map(|guess| {
            let browser = browser.clone();
            tokio::spawn(
                async move { browser.try_sign_in("ana@north.example", &format!("a guess, number {guess}")).await },
            )
        })
        .collect();
    let mut slowest = Duration::ZERO;
    while !guesses.iter().all(tokio::task::JoinHandle::is_finished) {
        let asked = Instant::now();
        assert_eq!(browser.get("/healthz").await.status, 200);
        slowest = slowest.max(asked.elapsed());
    }
    let mut seen = Vec::new();
    for guess in guesses {
        seen.push(guess.await.unwrap());
    }
    let count = |status: u16| seen.iter().filter(|seen| seen.status == status).count();
    assert_eq!((count(401), count(429)), (5, 95), "{:?}", seen.iter().map(|seen| seen.status).collect::<Vec<_>>());
    let refused = seen.iter().find(|seen| seen.status == 429).unwrap();
    assert_eq!(refused.code(), "TOO_MANY_ATTEMPTS");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 300);
    assert!(slowest < Duration::from_secs(1), "/healthz took {slowest:?}");
    // The right password does not help within the window, and does after it: no lock for ever.
    assert_eq!(browser.try_sign_in("ana@north.example", PASSWORD).await.status, 429);
    sql(env.url(), "update throttles set window_ends_at = now()").await;
    assert_eq!(browser.try_sign_in("ana@north.example", PASSWORD).await.status, 204);
}

#[tokio::test]
async fn an_address_that_a_client_makes_up_does_not_evade_the_throttle() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let forwarded = |host: &str, line: &str| Browser::anonymous(host).with("x-forwarded-for", line);
    assert_eq!(forwarded(&host.url, "198.51.100.1").try_sign_in("one@x.example", "x").await.status, 401);
    assert_eq!(forwarded(&host.url, "198.51.100.2").try_sign_in("two@x.example", "x").await.status, 401);
    // Two accounts and one address were counted, whatever the client said of itself.
    assert_eq!(sql(env.url(), "select attempts from throttles order by 1").await, "1\n1\n2");
    sql(env.url(), "update throttles set attempts = 50 where attempts = 2").await;
    for (number, line) in
        ["198.51.100.3", "10.0.0.1, 198.51.100.4", "::1", "unknown", "127.0.0.1"].into_iter().enumerate()
    {
        let seen = forwarded(&host.url, line).try_sign_in(&format!("p{number}@x.example"), "x").await;
        assert_eq!(seen.status, 429, "{line}");
    }
    host.stop().await;

    // Behind one trusted proxy its word counts, and what stands left of it does not.
    forget_attempts(&env).await;
    let host = Host::start(&env.clone().with("BACKLINE_TRUSTED_PROXIES", "1")).await;
    for line in ["198.51.100.9", "6.6.6.6, 198.51.100.9", "7.7.7.7,198.51.100.9"] {
        assert_eq!(forwarded(&host.url, line).try_sign_in(&format!("{}@x.example", line.len()), "x").await.status, 401);
    }
    assert_eq!(sql(env.url(), "select max(attempts) from throttles").await, "3");
    sql(env.url(), "update throttles set attempts = 50 where attempts = 3").await;
    assert_eq!(forwarded(&host.url, "8.8.8.8, 198.51.100.9").try_sign_in("a@x.example", "x").await.status, 429);
    assert_eq!(forwarded(&host.url, "198.51.100.9, 198.51.100.10").try_sign_in("b@x.example", "x").await.status, 401);
}
