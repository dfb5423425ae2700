//! Sessions: one for each sign-in, when they end, where their cookie goes.

use std::net::TcpListener;
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Child;

use super::browser::{Browser, PASSWORD};
use super::psql::sql;
use super::sign_in::{form, stage};
use super::support::{Env, Tenant, until};

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
            "role": "admin", "tenant": {"slug": "north", "name": "north", "timezone": "UTC", "currency": "GBP", "first_day": "monday"}})
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
