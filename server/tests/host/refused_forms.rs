//! A form of settings that is refused comes back as it was, without WASM: what was typed, and the reason at its field.

use super::browser::PASSWORD;
use super::plain::{Plain, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

/// Page, function, what is posted, the field that is at fault, what must be there again.
const FORMS: [(&str, &str, &str, &str, &[&str]); 8] = [
    (
        "people",
        "invite",
        "email=nobody&name=Bo+%26+%22Co%22&role=manager",
        "email",
        &["value=\"nobody\"", "value=\"Bo &amp; &quot;Co&quot;\"", "<option value=\"manager\" selected>"],
    ),
    ("people", "invite", "email=bo@north.example&name=&role=rep", "name", &["value=\"bo@north.example\""]),
    (
        "keys",
        "create-key",
        "name=Nightly&scopes[]=sync&scopes[]=metrics&last_day=2020-01-01",
        "last_day",
        &["value=\"Nightly\"", "value=\"2020-01-01\"", "value=\"sync\" checked", "value=\"metrics\" checked"],
    ),
    ("keys", "create-key", "name=Nightly&last_day=", "scopes", &["value=\"Nightly\""]),
    (
        "connection",
        "set-connection",
        "base_url=http://example.com/api/v1&subdomain=north&token=a-secret-token",
        "base_url",
        &["value=\"http://example.com/api/v1\"", "value=\"north\""],
    ),
    (
        "connection",
        "set-tenant",
        "name=Northlight&timezone=Mars&currency=EUR&first_day=saturday",
        "timezone",
        &["value=\"Northlight\"", "value=\"Mars\"", "value=\"EUR\"", "<option value=\"saturday\" selected>"],
    ),
    ("account", "set-password", "old=not-this-one-12&password=another-one-12345", "old", &[]),
    ("account", "set-password", "old=trucks+at+dawn,+12&password=short-one", "password", &[]),
];

const SECRETS: [&str; 5] = ["a-secret-token", "not-this-one-12", "another-one-12345", "short-one", "trucks"];

async fn stage(env: &Env) -> (Host, Plain) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(env).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    (host, ana)
}

#[tokio::test]
async fn what_was_typed_is_there_again_and_the_reason_stands_at_its_field() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    let before = sql(env.url(), "select count(*) from audit_log").await;
    for (page, function, form, field, kept) in FORMS {
        let path = format!("/settings/{page}");
        let seen = ana.post(&path, function, form).await;
        let main = shown(&seen);
        assert!(main.contains("role=\"alert\"") && main.contains("Nothing was changed."), "{function}: {main}");
        assert_eq!(main.matches("class=\"error\"").count(), 1, "{function}: one field is at fault: {main}");
        assert!(main.contains(&format!("id=\"{field}-error\"")), "{function}: {field}: {main}");
        assert!(main.contains(&format!("aria-describedby=\"{field}-error")), "{function}: {field}: {main}");
        for text in kept {
            assert!(main.contains(text), "{function}: {text} is lost: {main}");
        }
        for secret in SECRETS {
            assert!(!seen.text.contains(secret), "{function}: {secret} came back");
        }
        // It is told once: the next look at the page has nothing of it but the address that the browser went to.
        let again = ana.get(&path).await;
        assert!(!shown(&again).contains("class=\"error\"") && !shown(&again).contains("role=\"alert\""), "{function}");
        assert!(!shown(&again).contains("value=\"nobody\"") && !shown(&again).contains("value=\"Mars\""), "{function}");
    }
    assert_eq!(sql(env.url(), "select count(*) from audit_log").await, before, "a refusal changes nothing");
}

#[tokio::test]
async fn a_second_refusal_takes_the_place_of_the_first() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    let first = ana.post("/settings/people", "invite", "email=nobody&name=Bo&role=rep").await;
    assert!(shown(&first).contains("id=\"email-error\""));
    let address = ana.sent_to("/settings/people", "invite", "email=nobody&name=Bo&role=rep").await;
    let second = ana.post(&address, "invite", "email=bo@north.example&name=&role=rep").await;
    assert!(
        shown(&second).contains("id=\"name-error\"") && !shown(&second).contains("id=\"email-error\""),
        "{}",
        second.text
    );
    let third = ana.post(&address, "invite", "email=bo@north.example&name=Bo&role=rep").await;
    assert!(shown(&third).contains("Bo is invited.") && !shown(&third).contains("role=\"alert\""), "{}", third.text);
}

#[tokio::test]
async fn a_note_is_no_help_to_somebody_else() {
    let env = Env::fresh().await;
    let (host, mut ana) = stage(&env).await;
    Tenant::of(&env, "north", "").new_person("bo@north.example", "admin", PASSWORD).await;
    let mut bo = Plain::sign_in(&host.url, "bo@north.example").await;
    ana.sent_to("/settings/people", "invite", "email=nobody&name=Bo&role=rep").await;
    bo.take_cookie(&ana, "backline-told");
    let page = bo.get("/settings/people").await;
    assert!(!shown(&page).contains("value=\"nobody\""), "{}", page.text);
    let page = ana.get("/settings/people").await;
    assert_eq!(page.status, 200);
}
