//! `/api/live`: what changed is told at once, to its own tenant and to nobody else, for as long as the session holds.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};

use super::browser::{Browser, PASSWORD, http};
use super::psql::sql;
use super::support::{Env, Host, Stand, Tenant, patch, until};

/// A reader of one stream.
struct Reader {
    response: Response,
    text: String,
}

const SOON: Duration = Duration::from_secs(2);

impl Reader {
    /// Opens a stream and reads what it begins with.
    async fn open(url: &str, header: (&str, &str)) -> Reader {
        let response = http().get(format!("{url}/api/live")).header(header.0, header.1).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"));
        let mut reader = Reader { response, text: String::new() };
        let first = reader.block(Instant::now() + SOON).await.unwrap();
        assert!(first.contains("retry: 3000"), "{first}");
        reader
    }

    async fn with_key(host: &Host, key: &str) -> Reader {
        Reader::open(&host.url, ("authorization", &format!("Bearer {key}"))).await
    }

    /// The next block of lines; none when there is none in time, or when the stream has ended.
    async fn block(&mut self, end: Instant) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let bytes = timeout_at(end, self.response.chunk()).await.ok()?.unwrap()?;
            self.text += std::str::from_utf8(&bytes).unwrap();
        }
    }

    /// The topics of the next event.
    async fn changed(&mut self, within: Duration) -> Option<Vec<String>> {
        let end = Instant::now() + within;
        loop {
            let block = self.block(end).await?;
            let Some(event) = block.strip_prefix("event: changed\ndata: ") else { continue };
            let event: Value = serde_json::from_str(event).unwrap();
            return Some(serde_json::from_value(event["topics"].clone()).unwrap());
        }
    }

    /// Reads until a topic comes.
    async fn hears(&mut self, topic: &str) {
        let end = Instant::now() + SOON;
        while let Some(topics) = self.changed(end - Instant::now()).await {
            if topics.iter().any(|heard| heard == topic) {
                return;
            }
        }
        panic!("{topic} did not come within {SOON:?}");
    }

    /// Reads to the end of the stream.
    async fn ends(&mut self, within: Duration) {
        let all = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        timeout(within, all).await.unwrap_or_else(|_| panic!("the stream is still open after {within:?}"));
    }

    /// Reads away what is already on its way, until it is quiet.
    async fn drain(&mut self) {
        while self.changed(Duration::from_millis(700)).await.is_some() {}
    }
}

#[tokio::test]
async fn a_change_is_told_within_two_seconds_of_its_commit_on_every_host() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let (one, two) = (Host::start(&env).await, Host::start(&env).await);
    let api = one.api(&north.key);
    api.sync("initial").await.expect(200);
    let (mut here, mut there) = (Reader::with_key(&one, &north.key).await, Reader::with_key(&two, &north.key).await);
    here.drain().await;
    there.drain().await;
    let id = stand.ids_in_scope()[0];
    stand.account.change(id, patch(json!({"subject": "Gala", "updated_at": "2099-01-01T00:00:00.000Z"})));
    assert_eq!(api.sync("incremental").await.expect(200)["recordsSynced"], 1);
    tokio::join!(here.hears("opportunities"), there.hears("opportunities"));
}

#[tokio::test]
async fn a_run_of_the_command_line_is_told_too() {
    let env = Env::fresh().await;
    let stand = Stand::of(20, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let host = Host::start(&env).await;
    let mut reader = Reader::with_key(&host, &north.key).await;
    let run = env.backline_ok(&["sync", "initial", "--tenant", "north"], "").await;
    assert!(run.contains("\"success\":true"), "{run}");
    reader.hears("opportunities").await;
}

#[tokio::test]
async fn another_tenant_hears_nothing() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &[]).await;
    let (north, south) =
        (Tenant::connected(&env, "north", &stand).await, Tenant::connected(&env, "south", &stand).await);
    let host = Host::start(&env).await;
    let (mut ours, mut theirs) = (Reader::with_key(&host, &north.key).await, Reader::with_key(&host, &south.key).await);
    host.api(&north.key).sync("initial").await.expect(200);
    ours.hears("opportunities").await;
    assert_eq!(theirs.changed(Duration::from_secs(1)).await, None);
    host.api(&south.key).sync("initial").await.expect(200);
    theirs.hears("opportunities").await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_its_host() {
    let env = Env::fresh().await;
    let (one, two) = (Host::start(&env).await, Host::start(&env).await);
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "rep", PASSWORD).await;
    let ana = Browser::anonymous(&one.url).try_sign_in("ana@north.example", PASSWORD).await.cookie();
    let elsewhere = Browser::anonymous(&one.url).try_sign_in("ana@north.example", PASSWORD).await.cookie();
    let mut gone = Reader::open(&one.url, ("cookie", &ana)).await;
    let mut stays = Reader::open(&one.url, ("cookie", &elsewhere)).await;
    // Signed out on the other host.
    assert_eq!(Browser::with_cookie(&two.url, &ana).send(Method::DELETE, "/api/session", |r| r).await.status, 204);
    gone.ends(SOON).await;
    assert_eq!(stays.changed(Duration::from_millis(500)).await, None);
    assert_eq!(Browser::with_cookie(&one.url, &elsewhere).get("/api/session").await.status, 200);
    let (took, ()) = tokio::join!(one.stop(), stays.ends(Duration::from_secs(5)));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn two_hundred_streams_are_cheap_and_all_hear() {
    let env = Env::fresh().await;
    let stand = Stand::of(10, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let host = Host::start(&env).await;
    let begun = Instant::now();
    let mut readers = futures::future::join_all((0..200).map(|_| Reader::with_key(&host, &north.key))).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(streams(&host).await, 200);
    host.api(&north.key).sync("initial").await.expect(200);
    futures::future::join_all(readers.iter_mut().map(|reader| reader.hears("opportunities"))).await;
    // Nothing is held for who has gone.
    drop(readers);
    until("no stream is left", 20, async || (streams(&host).await == 0).then_some(())).await;
}

async fn streams(host: &Host) -> u64 {
    let seen = Browser::anonymous(&host.url).get("/metrics").await;
    let line = seen.text.lines().find_map(|line| line.strip_prefix("backline_live_streams ")).unwrap();
    line.parse::<f64>().unwrap() as u64
}

#[tokio::test]
async fn an_open_stream_does_not_keep_its_session_alive() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "rep", PASSWORD).await;
    let host = Host::start(&env).await;
    let cookie = Browser::anonymous(&host.url).try_sign_in("ana@north.example", PASSWORD).await.cookie();
    let mut stream = Reader::open(&host.url, ("cookie", &cookie)).await;
    stream.drain().await;
    sql(env.url(), "update sessions set last_seen_at = now() - interval '2 hours'").await;
    // The stream looks at its session before it tells what else is in the note.
    sql(env.url(), &format!("select pg_notify('backline_live', '{} sessions sync')", north.id)).await;
    stream.hears("sync").await;
    assert_eq!(sql(env.url(), "select last_seen_at < now() - interval '1 hour' from sessions").await, "t");
    sql(env.url(), "update sessions set last_seen_at = now() - interval '9 hours'").await;
    sql(env.url(), &format!("select pg_notify('backline_live', '{} sessions')", north.id)).await;
    stream.ends(SOON).await;
}
