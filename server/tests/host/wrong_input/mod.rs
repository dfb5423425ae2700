//! Wrong input to every address: 4xx with the field's name, in one shape, and not a word about our insides.

mod bodies;
mod functions;
mod parameters;
mod paths;

use serde_json::Value;

use super::browser::{Browser, PASSWORD, Seen};
use super::support::{Env, Host, Tenant};

/// Bytes in a query that no number, date, word of a list or amount can have.
const HOSTILE: [&str; 22] = [
    "x",
    "-",
    "1;2",
    "0x10",
    "1e3",
    "NaN",
    "null",
    "[]",
    "%7B%22a%22:1%7D",
    "99999999999999999999999999",
    "-99999999999999999999999999",
    "%00",
    "1%00",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "%D9%A1%D9%A2",
    "1%27%20or%20%271%27=%271",
    "1);%20drop%20table%20app.opportunities;--",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "..%2F..%2Fetc%2Fpasswd",
    "%F0%9F%9A%9A",
];

struct Stage {
    host: Host,
    ana: Browser,
    key: Browser,
    _north: Tenant,
}

async fn stage() -> Stage {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let key = Browser::with_key(&host.url, &north.key);
    Stage { host, ana, key, _north: north }
}

/// What may stand in no answer.
#[track_caller]
fn discreet(what: &str, text: &str) {
    let low = text.to_lowercase();
    for word in [
        "sqlx",
        "postgres",
        "panicked",
        "src/",
        "stack backtrace",
        ".rs:",
        "select ",
        "syntax error",
        "/root/",
        "/home/",
        "cargo",
    ] {
        assert!(!low.contains(word), "{what}: the answer holds {word:?}: {text}");
    }
}

/// A refusal in the one shape; the field that it names.
#[track_caller]
fn refusal(what: &str, seen: &Seen) -> String {
    assert!((400..500).contains(&seen.status), "{what}: {} {}", seen.status, seen.text);
    discreet(what, &seen.text);
    let body = seen.json();
    assert!(!body["code"].as_str().unwrap_or_default().is_empty(), "{what}: no code: {}", seen.text);
    assert!(!body["error"].as_str().unwrap_or_default().is_empty(), "{what}: no sentence: {}", seen.text);
    assert_eq!(body["requestId"], Value::from(seen.header("x-request-id")), "{what}");
    body["details"]["field"].as_str().unwrap_or_default().to_owned()
}
