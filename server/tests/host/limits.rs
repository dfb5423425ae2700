//! Clients that are slow, stuck or still there when the host stops.

use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::browser::{Browser, http};
use super::support::{Env, Host, Tenant, until};

/// Sends a text a byte at a time, one each `pace`, until the host answers or hangs up; how long it held, and its answer.
async fn drip(url: &str, text: &str, pace: Duration) -> (Duration, String) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    let (begun, mut answer) = (Instant::now(), Vec::new());
    for byte in text.bytes().cycle() {
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
        let mut buffer = [0; 4096];
        match timeout(pace, stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(read)) => answer.extend(&buffer[..read]),
            Err(_) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "the host waits for ever");
    }
    (begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_and_bodies_that_drip_are_cut() {
    let env = Env::fresh().await;
    let host = Host::start(&env).await;
    let mut body = format!(
        "POST /api/session HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{\"email\":\"{}",
        "a".repeat(50_000)
    );
    let head = body.split_off(body.find("{\"email").unwrap());
    let slow_body = async {
        let mut stream = TcpStream::connect(host.url.strip_prefix("http://").unwrap()).await.unwrap();
        let (begun, mut answer) = (Instant::now(), Vec::new());
        stream.write_all(body.as_bytes()).await.unwrap();
        for byte in head.bytes() {
            let mut buffer = [0; 4096];
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            match timeout(Duration::from_millis(400), stream.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(read)) => answer.extend(&buffer[..read]),
                Err(_) => {}
            }
            assert!(begun.elapsed() < Duration::from_secs(40), "the host waits for ever");
        }
        (begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
    };
    let ((headers, _), (bodies, answer), (silent, _)) = tokio::join!(
        drip(
            &host.url,
            "GET /healthz HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            Duration::from_millis(400)
        ),
        slow_body,
        drip(&host.url, "G", Duration::from_secs(30)),
    );
    let about_ten = Duration::from_secs(9)..Duration::from_secs(13);
    assert!(about_ten.contains(&headers), "headers were cut after {headers:?}");
    assert!(about_ten.contains(&silent), "a silent client was cut after {silent:?}");
    assert!(bodies < Duration::from_secs(25), "a body was cut after {bodies:?}");
    assert!(answer.contains("\"requestId\""), "{answer}");
    assert_eq!(Browser::anonymous(&host.url).get("/healthz").await.status, 200);
}

/// How one request under a stopping host ended.
enum Ended {
    Whole(u16),
    /// No byte came: the connection was not taken any more.
    NotTaken,
    Broken(String),
}

async fn request(url: String, key: &str) -> Ended {
    // A connection of its own: one that is kept may be closed at the moment of its next use.
    let request = http().get(url).bearer_auth(key).header("connection", "close");
    match request.send().await {
        Err(error) if error.is_connect() || error.is_request() => Ended::NotTaken,
        Err(error) => Ended::Broken(format!("{error:?}")),
        Ok(response) => {
            let status = response.status().as_u16();
            match response.bytes().await {
                Ok(_) => Ended::Whole(status),
                Err(error) => Ended::Broken(format!("{error:?}")),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_breaks_no_answer_and_takes_less_than_25_seconds() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    let host = Host::start(&env).await;
    // One that never finishes its headers, one that never sends its body, one that sits idle.
    let addr = host.url.strip_prefix("http://").unwrap().to_owned();
    let mut stuck = Vec::new();
    for text in [
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST /api/sync/cancel HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
        "",
    ] {
        let mut stream = TcpStream::connect(&addr).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stuck.push(stream);
    }
    let (done, seen) = tokio::sync::watch::channel(0_u32);
    let load: Vec<_> = (0..6)
        .map(|task| {
            let (base, key, done) = (host.url.clone(), north.key.clone(), done.clone());
            tokio::spawn(async move {
                let path = ["/api/dashboard", "/", "/api/opportunities"][task % 3];
                let (mut whole, mut broken) = (0, Vec::new());
                loop {
                    match request(format!("{base}{path}"), &key).await {
                        Ended::Whole(200) => whole += 1,
                        Ended::Whole(status) => broken.push(format!("{path}: status {status}")),
                        Ended::Broken(how) => broken.push(how),
                        Ended::NotTaken => return (whole, broken),
                    }
                    done.send_modify(|count| *count += 1);
                }
            })
        })
        .collect();
    until("the load runs", 30, async || (*seen.borrow() > 60).then_some(())).await;
    let took = host.stop().await;
    assert!(took < Duration::from_secs(25), "{took:?}");
    for task in load {
        let (whole, broken) = task.await.unwrap();
        assert!(whole > 0 && broken.is_empty(), "{whole} whole, {broken:?}");
    }
    drop(stuck);
}

#[tokio::test]
async fn a_stop_without_anybody_is_quick() {
    let env = Env::fresh().await;
    let host = Host::start(&env).await;
    assert_eq!(Browser::anonymous(&host.url).send(Method::GET, "/readyz", |request| request).await.status, 200);
    let took = host.stop().await;
    assert!(took < Duration::from_secs(5), "{took:?}");
}
