//! Signing in and out: what is answered, what is counted, when a session ends.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Child;

use super::browser::{Browser, PASSWORD, Seen};
use super::psql::sql;
use super::support::{Env, Host, Tenant, until};

/// A host, tenant "north" and its admin ana.
async fn stage(env: &Env) -> (Host, Tenant) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    (Host::start(env).await, north)
}

/// A host under a public address of its own choice, on a port that was free.
pub async fn host_under(env: &Env, public: &str) -> (Child, String) {
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let env = env.clone().with("BACKLINE_ADDR", &addr.to_string()).with("BACKLINE_PUBLIC_URL", public);
    let mut command = env.command(&["serve"]);
    let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let url = format!("http://{addr}");
    let client = super::browser::http();
    until("the host answers", 30, async || client.get(format!("{url}/healthz")).send().await.ok()).await;
    (process, url)
}

/// An answer without what differs by nature.
fn told(seen: &Seen) -> (u16, Value, Vec<String>) {
    let mut body = seen.json();
    if let Some(id) = body.get_mut("requestId") {
        *id = Value::Null;
    }
    let names = seen
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id", "content-security-policy"].contains(&name.as_str()));
    (seen.status, body, names.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect())
}

async fn form(browser: &Browser, email: &str, password: &str) -> Seen {
    let fields = [("email", email), ("password", password)];
    let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let origin = browser.base.clone();
    let send = |request: reqwest::RequestBuilder| {
        request.header("origin", origin).header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    browser.send(Method::POST, "/sign-in", send).await
}

async fn forget_attempts(env: &Env) {
    sql(env.url(), "delete from throttles").await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let env = Env::fresh().await;
    let (host, north) = stage(&env).await;
    north.new_person("gone@north.example", "rep", PASSWORD).await;
    sql(env.url(), "update people set disabled_at = now() where email = 'gone@north.example'").await;
    let browser = Browser::anonymous(&host.url);
    let wrong = browser.try_sign_in("ana@north.example", "not the password").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "WRONG_CREDENTIALS"));
    let by_form = form(&browser, "ana@north.example", "not the password").await;
    assert_eq!((by_form.status, by_form.header("location")), (303, "/sign-in?problem=wrong"));
    for (email, password) in [("nobody@north.example", PASSWORD), ("gone@north.example", PASSWORD), ("no address", "x")]
    {
        assert_eq!(told(&browser.try_sign_in(email, password).await), told(&wrong), "{email}");
        assert_eq!(told(&form(&browser, email, password).await), told(&by_form), "{email}");
    }
}

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

#[tokio::test]
async fn every_sign_in_makes_another_session_and_sign_out_ends_it_on_the_host() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let browser = Browser::anonymous(&host.url);
    let first = browser.try_sign_in("ana@north.example", PASSWORD).await.cookie();
    // Also for who comes with a session, and over the form.
    let again = Browser::with_cookie(&host.url, &first);
    let second = again.try_sign_in("ANA@north.example ", PASSWORD).await.cookie();
    let third = form(&again, "ana@north.example", PASSWORD).await;
    assert_eq!((third.status, third.header("location")), (303, "/"));
    let cookies = [first, second, third.cookie()];
    assert!(cookies.iter().all(|cookie| cookie.len() > "backline=".len() + 40), "{cookies:?}");
    assert!(cookies[0] != cookies[1] && cookies[1] != cookies[2] && cookies[0] != cookies[2]);
    assert_eq!(sql(env.url(), "select count(*) from sessions").await, "3");
    let kept = sql(env.url(), "select encode(token_hash, 'escape') || agent from sessions").await;
    assert!(
        !cookies.iter().any(|cookie| kept.contains(cookie.split_once('=').unwrap().1)),
        "a token lies in the database"
    );

    for (cookie, route) in cookies.iter().zip(["DELETE /api/session", "POST /sign-out"]) {
        let person = Browser::with_cookie(&host.url, cookie);
        let who = person.get("/api/session").await;
        assert_eq!(
            who.json(),
            json!({"who": {"kind": "person", "name": "ana@north.example", "email": "ana@north.example", "role": "admin"},
            "role": "admin", "tenant": {"slug": "north", "name": "north", "timezone": "UTC", "currency": "GBP"}})
        );
        let (method, path) = route.split_once(' ').unwrap();
        let out = person.send(method.parse().unwrap(), path, |request| request).await;
        assert!(out.status == 204 || out.status == 303, "{route}: {}", out.status);
        assert!(
            out.header("set-cookie").starts_with("backline=;") && out.header("set-cookie").contains("Max-Age=0"),
            "{route}"
        );
        assert_eq!(person.get("/api/session").await.status, 401, "{route}: the old cookie still works");
        assert_eq!(person.get("/").await.header("location"), "/sign-in");
    }
    assert_eq!(Browser::with_cookie(&host.url, &cookies[2]).get("/api/session").await.status, 200);
}

#[tokio::test]
async fn what_changes_for_a_person_counts_with_the_next_request() {
    let env = Env::fresh().await;
    let (host, north) = stage(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let role = async || ana.get("/api/session").await.json()["role"].clone();
    assert_eq!(role().await, "admin");
    assert_eq!(ana.post("/api/sync/cancel").await.code(), "SYNC_NOT_RUNNING");
    north.new_person("ana@north.example", "rep", "another long password").await;
    assert_eq!(role().await, "rep");
    assert_eq!(ana.post("/api/sync/cancel").await.code(), "FORBIDDEN");
    assert_eq!(ana.call("/rpc/sync/cancel", "").await.status, 403);
    for (off, on) in [
        ("update memberships set disabled_at = now()", "update memberships set disabled_at = null"),
        ("update people set disabled_at = now()", "update people set disabled_at = null"),
        (
            "update sessions set last_seen_at = now() - idle - interval '1 second'",
            "update sessions set last_seen_at = now()",
        ),
        ("update sessions set expires_at = now()", "update sessions set expires_at = now() + interval '1 hour'"),
    ] {
        sql(env.url(), off).await;
        assert_eq!(ana.get("/api/session").await.status, 401, "{off}");
        assert_eq!(ana.get("/").await.header("location"), "/sign-in", "{off}");
        assert_eq!(ana.call("/rpc/dashboard/read", "").await.status, 401, "{off}");
        sql(env.url(), on).await;
        assert_eq!(ana.get("/api/session").await.status, 200, "{on}");
    }
    sql(env.url(), "delete from memberships").await;
    assert_eq!(ana.get("/api/session").await.status, 401);
    let none = Browser::anonymous(&host.url).try_sign_in("ana@north.example", PASSWORD).await;
    assert_eq!((none.status, &none.json()["details"]["field"]), (400, &Value::from("tenant")));
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_the_old_password() {
    let env = Env::fresh().await;
    let (host, north) = stage(&env).await;
    north.new_person("bo@north.example", "rep", PASSWORD).await;
    let (one, two) = (
        Browser::sign_in(&host.url, "ana@north.example").await,
        Browser::sign_in(&host.url, "ana@north.example").await,
    );
    let bo = Browser::sign_in(&host.url, "bo@north.example").await;
    env.backline_ok(
        &["user", "set-password", "--email", "Ana@north.example", "--password-stdin"],
        "a password of today\n",
    )
    .await;
    assert_eq!((one.get("/api/session").await.status, two.get("/api/session").await.status), (401, 401));
    assert_eq!(bo.get("/api/session").await.status, 200);
    let browser = Browser::anonymous(&host.url);
    assert_eq!(browser.try_sign_in("ana@north.example", PASSWORD).await.status, 401);
    assert_eq!(browser.try_sign_in("ana@north.example", "a password of today").await.status, 204);
}

#[tokio::test]
async fn a_person_of_two_tenants_enters_the_one_that_is_named_or_was_used_last() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let south = Tenant::create(&env, "south").await;
    south.new_person("ana@north.example", "rep", PASSWORD).await;
    let enter = async |tenant: Option<&str>| {
        let body = json!({"email": "ana@north.example", "password": PASSWORD, "tenant": tenant});
        let browser = Browser::anonymous(&host.url).with("sec-fetch-site", "same-origin");
        let seen = browser.send(Method::POST, "/api/session", |request| request.json(&body)).await;
        if seen.status != 204 {
            return seen.code();
        }
        let who = Browser::with_cookie(&host.url, &seen.cookie()).get("/api/session").await.json();
        format!("{} {}", who["tenant"]["slug"].as_str().unwrap(), who["role"].as_str().unwrap())
    };
    assert_eq!(enter(None).await, "north admin");
    assert_eq!(enter(Some("south")).await, "south rep");
    assert_eq!(enter(None).await, "south rep");
    assert_eq!(enter(Some("north")).await, "north admin");
    assert_eq!(enter(Some("west")).await, "INVALID");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_tied_to_https_where_there_is_https() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let plain = Browser::anonymous(&host.url).try_sign_in("ana@north.example", PASSWORD).await;
    let rest = plain.header("set-cookie").strip_prefix(&plain.cookie()).unwrap();
    assert_eq!(rest, "; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400");
    assert!(plain.cookie().starts_with("backline="));
    assert_eq!(plain.header("strict-transport-security"), "");

    let (mut process, url) = host_under(&env, "https://ops.example.com").await;
    let body = json!({"email": "ana@north.example", "password": PASSWORD});
    let origin = |request: reqwest::RequestBuilder| request.header("origin", "https://ops.example.com").json(&body);
    let seen = Browser::anonymous(&url).send(Method::POST, "/api/session", origin).await;
    assert_eq!(seen.status, 204, "{}", seen.text);
    assert!(seen.cookie().starts_with("__Host-backline="));
    let rest = seen.header("set-cookie").strip_prefix(&seen.cookie()).unwrap().to_owned();
    assert_eq!(rest, "; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=86400");
    assert!(seen.header("strict-transport-security").starts_with("max-age=63072000"));
    assert_eq!(Browser::with_cookie(&url, &seen.cookie()).get("/api/session").await.status, 200);
    // The name without the prefix, which another subdomain could set, is not taken.
    let bare = seen.cookie().replace("__Host-", "");
    assert_eq!(Browser::with_cookie(&url, &bare).get("/api/session").await.status, 401);
    // The host's own address is no origin of it any more.
    assert_eq!(Browser::anonymous(&url).try_sign_in("ana@north.example", PASSWORD).await.code(), "CROSS_ORIGIN");
    process.kill().await.unwrap();
}

async fn link(env: &Env, token: &str, life: &str) {
    let make = format!(
        "select make_sign_in_link(sha256('{token}'::bytea), p.id, m.tenant_id, '{life}') from people p join memberships m on m.person_id = p.id"
    );
    sql(env.url(), &make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_signs_in_once_also_when_it_is_used_twice_at_the_same_moment() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let browser = Browser::anonymous(&host.url);
    for round in 0..5 {
        let token = format!("link-number-{round}-with-some-length");
        link(&env, &token, "1 hour").await;
        let uses: Vec<_> = (0..8)
            .map(|_| {
                let (browser, path) = (browser.clone(), format!("/sign-in/link?token={token}"));
                tokio::spawn(async move { browser.get(&path).await })
            })
            .collect();
        let mut inside = 0;
        for one in uses {
            let seen = one.await.unwrap();
            assert_eq!(seen.status, 303);
            match seen.header("location") {
                "/" => {
                    inside += 1;
                    assert_eq!(Browser::with_cookie(&host.url, &seen.cookie()).get("/").await.status, 200);
                }
                other => assert_eq!((other, seen.header("set-cookie")), ("/sign-in?problem=link", "")),
            }
        }
        assert_eq!(inside, 1, "round {round}");
    }
    link(&env, "an-old-link", "-1 second").await;
    for token in ["an-old-link", "never-made", "", "%00"] {
        let seen = browser.get(&format!("/sign-in/link?token={token}")).await;
        assert_eq!((seen.status, seen.header("location")), (303, "/sign-in?problem=link"), "{token}");
    }
}

#[tokio::test]
async fn a_password_a_cookie_and_a_key_are_never_in_the_log() {
    let env = Env::fresh().await.with("RUST_LOG", "trace");
    let (host, north) = stage(&env).await;
    let browser = Browser::anonymous(&host.url);
    let seen = browser.try_sign_in("ana@north.example", PASSWORD).await;
    let typed = "a password with a tipping error";
    browser.try_sign_in("ana@north.example", typed).await;
    form(&browser, "ana@north.example", typed).await;
    let wrong_shape = json!({"email": "ana@north.example", "password": typed, "more": 1});
    browser
        .send(Method::POST, "/api/session", |request| {
            request.header("sec-fetch-site", "same-origin").json(&wrong_shape)
        })
        .await;
    let cookie = seen.cookie();
    Browser::with_cookie(&host.url, &cookie).get("/api/session").await;
    Browser::with_key(&host.url, &north.key).get("/api/session").await;
    link(&env, "a-link-that-was-mailed", "1 hour").await;
    let entered = browser.get("/sign-in/link?token=a-link-that-was-mailed").await;
    assert_eq!(entered.header("location"), "/");
    let log = host.log();
    assert!(log.len() > 1000, "the log is empty: nothing was proven");
    let form_of = |text: &str| text.replace(' ', "+").replace(',', "%2C");
    for secret in [
        PASSWORD,
        typed,
        &form_of(typed),
        &form_of(PASSWORD),
        cookie.split_once('=').unwrap().1,
        &north.key,
        "a-link-that-was-mailed",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {}", line.unwrap());
    }
}
