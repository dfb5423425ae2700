//! `backline connection test`: what is wrong, told apart.

use serde_json::Value;

use crate::scene::Scene;
use crate::support::{Env, Stand, Tenant};

/// Exit and answer of a connection test.
async fn tested(env: &Env) -> (i32, Value) {
    let said = env.backline(&["connection", "test", "--tenant", "north"], "").await;
    (said.exit, serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err)))
}

/// The code of a test against a stand with these faults.
async fn code_with(pairs: &[&str], subdomain: &str, token: &str) -> String {
    let (env, stand) = (Env::fresh().await, Stand::of(5, pairs).await);
    let tenant = Tenant::create(&env, "north").await;
    assert_eq!(tenant.connect_to(&stand.base_url, subdomain, token).await.exit, 0);
    let (exit, answer) = tested(&env).await;
    assert_eq!((exit, &answer["ok"]), (1, &false.into()));
    answer["code"].as_str().unwrap().to_owned()
}

/// The code of a test against an address where there is no stand.
async fn code_at(base_url: &str) -> String {
    let env = Env::fresh().await;
    let tenant = Tenant::create(&env, "north").await;
    assert_eq!(tenant.connect_to(base_url, "demo", "demo-token").await.exit, 0);
    let (exit, answer) = tested(&env).await;
    assert_eq!((exit, &answer["ok"]), (1, &false.into()));
    answer["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn good_credentials_pass() {
    let (env, stand) = (Env::fresh().await, Stand::of(5, &[]).await);
    Tenant::connected(&env, "north", &stand).await;
    let (exit, answer) = tested(&env).await;
    assert_eq!((exit, &answer["ok"]), (0, &true.into()));
}

#[tokio::test]
async fn a_wrong_key_is_refused_credentials() {
    assert_eq!(code_with(&[], "demo", "wrong").await, "CREDENTIALS_REFUSED");
}

#[tokio::test]
async fn a_wrong_subdomain_is_refused_credentials() {
    assert_eq!(code_with(&[], "wrong", "demo-token").await, "CREDENTIALS_REFUSED");
}

#[tokio::test]
async fn an_account_without_an_api_is_told_apart() {
    assert_eq!(code_with(&["disabled=1"], "demo", "demo-token").await, "API_NOT_ENABLED");
}

#[tokio::test]
async fn a_closed_port_is_no_network() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(code_at(&format!("http://{address}/api/v1")).await, "NO_NETWORK");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_no_such_host() {
    assert_eq!(code_at("http://no-such-host.invalid/api/v1").await, "NO_SUCH_HOST");
}

#[tokio::test]
async fn a_wrong_path_does_not_pass() {
    let stand = Stand::of(5, &[]).await;
    assert_eq!(code_at(&stand.base_url.replace("/api/v1", "/api/v9")).await, "SOURCE_NOT_FOUND");
}

#[tokio::test]
async fn the_subdomain_is_fixed_once_something_is_mirrored() {
    let scene = Scene::mirrored(5).await;
    let said = scene.tenant.connect_to(&scene.stand.base_url, "other", "demo-token").await;
    assert_eq!((said.exit, said.err.contains("SUBDOMAIN_FIXED")), (1, true), "{}", said.err);
}

#[tokio::test]
async fn another_secret_key_asks_for_the_credentials_again() {
    let (env, stand) = (Env::fresh().await, Stand::of(5, &[]).await);
    Tenant::connected(&env, "north", &stand).await;
    let (exit, answer) = tested(&env.with("BACKLINE_SECRET_KEY", "quite another secret key")).await;
    assert_eq!((exit, answer["code"].as_str()), (1, Some("CREDENTIALS_UNREADABLE")));
}

#[tokio::test]
async fn a_source_that_does_not_answer_in_time_is_told_before_the_request_ends() {
    let begun = std::time::Instant::now();
    assert_eq!(code_with(&["slow=60000"], "demo", "demo-token").await, "SOURCE_TIMEOUT");
    assert!(begun.elapsed().as_secs() < 20, "longer than a request may take");
}
