//! API keys made in a screen: shown once, working at once, gone at once.

use super::browser::{Browser, PASSWORD};
use super::plain::{Plain, secret};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const PAGE: &str = "/settings/keys";

async fn stage(env: &Env) -> (Host, Plain) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(env).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    (host, ana)
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_kept_nowhere() {
    let env = Env::fresh().await.with("RUST_LOG", "trace");
    let (host, mut ana) = stage(&env).await;
    let form = "name=Night+run&scopes[]=sync&scopes[]=read&last_day=2999-12-31";
    let page = ana.post(PAGE, "create-key", form).await;
    let key = secret(&page);
    assert!(key.starts_with("bl_") && key.len() > 40, "{key}");
    let script = Browser::with_key(&host.url, &key);
    let who = script.get("/api/session").await.json();
    assert_eq!(
        (&who["who"]["name"], &who["who"]["scopes"]),
        (&"Night run".into(), &serde_json::json!(["read", "sync"]))
    );
    assert_eq!(script.call("/rpc/settings/keys", "").await.status, 403);
    let again = ana.get(PAGE).await;
    assert!(again.text.contains("Night run") && again.text.contains("31 Dec 2999"), "{}", again.text);
    assert!(!again.text.contains(&key), "the key is shown twice");
    let kept = "select string_agg(k::text, '') || (select string_agg(a::text, '') from audit_log a) from api_keys k";
    assert!(!sql(env.url(), kept).await.contains(&key));
    assert!(!host.log().contains(&key), "the key is in the log");

    let id = sql(env.url(), "select id from api_keys where name = 'Night run'").await;
    let page = ana.post(PAGE, "revoke-key", &format!("key={id}")).await;
    assert!(page.text.contains("is revoked."), "{}", page.text);
    assert_eq!(script.get("/api/session").await.status, 401);
    let rows = "select action from audit_log where entity_type = 'api key' and actor_kind = 'person' order by id";
    assert_eq!(sql(env.url(), rows).await, "create\nrevoke");
}

#[tokio::test]
async fn a_note_of_one_person_is_not_read_by_another() {
    let env = Env::fresh().await;
    let (host, ana) = stage(&env).await;
    let make = |request: reqwest::RequestBuilder| {
        request
            .header("accept", "text/html")
            .header("referer", format!("{}{PAGE}", host.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=x&scopes[]=read")
    };
    let seen = ana.script().send(reqwest::Method::POST, "/rpc/settings/create-key", make).await;
    assert!(!seen.text.contains("bl_"), "the body of the redirect holds the key: {}", seen.text);
    let note = seen.cookie();
    assert!(note.starts_with("backline-told="), "{note}");
    assert!(seen.header("set-cookie").ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=60"));
    let south = Tenant::create(&env, "south").await;
    south.new_person("bo@south.example", "admin", PASSWORD).await;
    let cookie = Browser::anonymous(&host.url).try_sign_in("bo@south.example", PASSWORD).await.cookie();
    for note in [note.as_str(), "backline-told=00", "backline-told=zz", "backline-told=abc"] {
        let page = Browser::with_cookie(&host.url, &format!("{cookie}; {note}")).get(PAGE).await;
        assert!(page.status == 200 && !page.text.contains("bl_"), "{note}: {}", page.status);
    }
}

#[tokio::test]
async fn a_key_that_breaks_a_rule_is_refused_with_its_field() {
    let env = Env::fresh().await;
    let (_host, ana) = stage(&env).await;
    for (form, field) in [
        ("name=&scopes[]=read", "name"),
        ("name=x", "scopes"),
        ("name=x&scopes[]=root", "scopes"),
        ("name=x&scopes[]=read&last_day=2020-01-01", "last_day"),
        ("name=x&scopes[]=read&last_day=tomorrow", "last_day"),
    ] {
        let seen = ana.script().call("/rpc/settings/create-key", form).await;
        assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &field.into()), "{form}: {}", seen.text);
    }
    let seen = ana.script().call("/rpc/settings/revoke-key", "key=7").await;
    assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &"key".into()));
    // A key of another tenant is none.
    let south = Tenant::create(&env, "south").await;
    let theirs = sql(env.url(), &format!("select id from api_keys where tenant_id = '{}'", south.id)).await;
    assert_eq!(ana.script().call("/rpc/settings/revoke-key", &format!("key={theirs}")).await.status, 404);
    assert_eq!(sql(env.url(), "select count(*) from api_keys where revoked_at is not null").await, "0");
}

#[tokio::test]
async fn a_key_of_scope_admin_does_what_an_admin_does() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let key = Tenant::create(&env, "south").await.new_key(&["admin"]).await;
    let script = Browser::with_key(&host.url, &key);
    let body = serde_json::json!({"name": "child", "scopes": ["read"]});
    let made = script.send(reqwest::Method::POST, "/api/keys", |request| request.json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let child = made.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(Browser::with_key(&host.url, &child).get("/api/session").await.json()["tenant"]["slug"], "south");
    let invited = script.call("/rpc/settings/invite", "email=bo@south.example&name=Bo&role=rep").await;
    assert_eq!(invited.status, 200, "{}", invited.text);
    assert_eq!(sql(env.url(), "select actor_kind from audit_log where action = 'invite'").await, "key");
}

#[tokio::test]
async fn the_api_makes_lists_and_revokes_keys() {
    let env = Env::fresh().await;
    let (host, ana) = stage(&env).await;
    let script = ana.script();
    let body = serde_json::json!({"name": "cron", "scopes": ["read"], "last_day": "2999-12-31"});
    let made = script.send(reqwest::Method::POST, "/api/keys", |request| request.json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let key = Browser::with_key(&host.url, made.json()["key"].as_str().unwrap());
    assert_eq!(key.get("/api/sync/status").await.status, 200);
    let listed = script.get("/api/keys").await;
    let row = listed.json()["keys"].as_array().unwrap().iter().find(|row| row["name"] == "cron").unwrap().clone();
    assert_eq!((&row["id"], &row["expiresAt"]), (&made.json()["id"], &"3000-01-01T00:00:00Z".into()));
    assert!(!listed.text.contains("bl_") && !listed.text.contains("secret"), "{}", listed.text);
    let path = format!("/api/keys/{}", row["id"].as_str().unwrap());
    assert_eq!(script.send(reqwest::Method::DELETE, &path, |request| request).await.status, 204);
    assert_eq!(key.get("/api/sync/status").await.status, 401);
}
