//! Signing in: what is answered, and what is never written down.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, Seen};
use super::psql::sql;
use super::sign_in_link::link;
use super::support::{Env, Host, Tenant};

/// A host, tenant "north" and its admin ana.
pub async fn stage(env: &Env) -> (Host, Tenant) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    (Host::start(env).await, north)
}

/// An answer without what differs by nature.
pub fn told(seen: &Seen) -> (u16, Value, Vec<String>) {
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

pub async fn form(browser: &Browser, email: &str, password: &str) -> Seen {
    let fields = [("email", email), ("password", password)];
    let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let origin = browser.base.clone();
    let send = |request: reqwest::RequestBuilder| {
        request.header("origin", origin).header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    browser.send(Method::POST, "/sign-in", send).await
}

pub async fn forget_attempts(env: &Env) {
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
