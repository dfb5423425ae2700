//! All definitions as one document: bringing in what was taken out changes nothing, and one bad item keeps all out.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, send};
use super::metric_definitions::{ALL, days, late, make};

const STATE: &str = "select md5(string_agg(d::text, ' ' order by code)) || (select md5(string_agg(v::text, ' ' order by code, version)) from metric_versions v) || (select count(*) from audit_log) from metric_definitions d";

async fn export(who: &Browser) -> Value {
    let seen = who.get("/api/metrics/export").await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    seen.json()
}

async fn bring(who: &Browser, query: &str, bundle: &Value) -> Seen {
    send(who, Method::POST, &format!("/api/metrics/import{query}"), bundle).await
}

/// Without the numbers, which every tenant gives by itself.
fn plain(mut bundle: Value) -> Value {
    for item in bundle["definitions"].as_array_mut().unwrap() {
        item.as_object_mut().unwrap().remove("version");
        if let Some(draft) = item["draft"].as_object_mut() {
            draft.remove("version");
        }
    }
    bundle
}

/// A tenant with one of each: active, waiting behind an active one, draft, retired with a replacement, retired that replaces.
async fn stocked() -> Business {
    let desk = Business::begin().await;
    for code in ["waits", "old", "older"] {
        make(&desk.admin, late(code)).await;
    }
    let change =
        async |code: &str, body: Value| send(&desk.admin, Method::PATCH, &format!("{ALL}/{code}"), &body).await;
    change("waits", json!({"name": "Two", "note": "n"})).await;
    change("waits", json!({"formula": days(90), "draft": true, "tests": [{"fields": {}, "expected": false}]})).await;
    let tests = json!([{"fields": {"days_since_last_order": 1}, "expected": true}]);
    make(&desk.admin, json!({"code": "fails", "name": "F", "description": "d", "formula": days(30), "tests": tests}))
        .await;
    for (code, by) in [("older", "old"), ("old", "waits")] {
        let body = json!({"reason": "r", "replacedBy": by});
        assert_eq!(send(&desk.admin, Method::DELETE, &format!("{ALL}/{code}"), &body).await.status, 200);
    }
    desk
}

#[tokio::test]
async fn an_import_of_an_export_changes_nothing_here_and_makes_the_same_elsewhere() {
    let desk = stocked().await;
    let bundle = export(&desk.rep).await;
    assert_eq!((bundle["schema"].as_i64(), bundle["definitions"].as_array().unwrap().len()), (Some(1), 6));
    let before = desk.sql(STATE).await;
    let seen = bring(&desk.admin, "", &bundle).await;
    assert_eq!((seen.status, &seen.json()["unchanged"]), (200, &json!(6)), "{}", seen.text);
    assert_eq!(desk.sql(STATE).await, before);
    let told = bring(&desk.stranger, "?dryRun=true", &bundle).await.json();
    assert_eq!((&told["created"], &told["unchanged"], &told["errors"]), (&json!(4), &json!(2), &json!(0)), "{told}");
    assert_eq!(desk.sql(STATE).await, before);
    let seen = bring(&desk.stranger, "", &bundle).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert_eq!(plain(export(&desk.stranger).await), plain(bundle.clone()));
    let again = bring(&desk.stranger, "", &bundle).await.json();
    assert_eq!(again["unchanged"], 6, "{again}");
}

#[tokio::test]
async fn what_differs_is_made_as_the_document_says() {
    let desk = stocked().await;
    let bundle = export(&desk.admin).await;
    // Each item by itself is turned into something else, and back.
    let change =
        async |code: &str, body: Value| send(&desk.admin, Method::PATCH, &format!("{ALL}/{code}"), &body).await;
    change("waits", json!({"name": "Three"})).await;
    change("fails", json!({"tests": []})).await;
    change("at_risk_customer", json!({"formula": days(45)})).await;
    make(&desk.admin, late("old")).await;
    send(&desk.admin, Method::DELETE, &format!("{ALL}/contacted_recently"), &json!({})).await;
    make(&desk.admin, late("more")).await;
    desk.audited().await;
    let told = bring(&desk.admin, "", &bundle).await.json();
    assert_eq!((&told["updated"], &told["unchanged"], &told["created"]), (&json!(5), &json!(1), &json!(0)), "{told}");
    assert_eq!(desk.audited().await.len(), 5);
    let mut after = export(&desk.admin).await;
    after["definitions"].as_array_mut().unwrap().retain(|item| item["code"] != "more");
    assert_eq!(plain(after), plain(bundle));
}

#[tokio::test]
async fn one_bad_definition_keeps_all_out_and_is_named() {
    let desk = stocked().await;
    let before = desk.sql(STATE).await;
    let good = json!({"code": "good", "state": "active", "name": "G", "description": "d", "formula": days(3)});
    let with = |change: &[(&str, Value)]| {
        let mut item = good.clone();
        item["code"] = json!("bad");
        for (name, value) in change {
            item[*name] = value.clone();
        }
        item
    };
    let failing = json!([{"fields": {"days_since_last_order": 1}, "expected": true}]);
    for (bad, pointer) in [
        (
            with(&[("formula", json!({"field": "nothing", "operator": ">", "value": 1}))]),
            "/definitions/1/formula/field",
        ),
        (with(&[("formula", Value::Null)]), "/definitions/1/state"),
        (with(&[("state", json!("asleep"))]), "/definitions/1/state"),
        (with(&[("code", json!("Bad"))]), "/definitions/1/code"),
        (with(&[("code", json!("good"))]), "/definitions/1/code"),
        (with(&[("tests", failing)]), "/definitions/1/tests/0"),
        (with(&[("draft", json!({"name": "x"}))]), "/definitions/1/draft/description"),
        (
            with(&[("draft", json!({"name": "x", "description": "x", "formula": {"field": 1}}))]),
            "/definitions/1/draft/formula/field",
        ),
        (with(&[("reason", json!("r"))]), "/definitions/1/reason"),
        (with(&[("state", json!("deprecated")), ("replacedBy", json!("moon"))]), "/definitions/1/replacedBy"),
        (with(&[("state", json!("deprecated")), ("replacedBy", json!("bad"))]), "/definitions/1/replacedBy"),
        (with(&[("colour", json!(1))]), "/definitions/1/colour"),
        (json!(7), "/definitions/1"),
    ] {
        let bundle = json!({"schema": 1, "definitions": [good, bad]});
        let seen = bring(&desk.admin, "", &bundle).await;
        let told = seen.json();
        assert_eq!((seen.status, seen.code().as_str()), (400, "E_INVALID_DEFINITION"), "{pointer}: {}", seen.text);
        let places: Vec<&str> =
            told["details"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert!(places.contains(&pointer), "{pointer} is not among {places:?}");
        let dry = bring(&desk.admin, "?dryRun=true", &bundle).await.json();
        assert_eq!(
            (&dry["definitions"][0]["action"], &dry["definitions"][1]["action"]),
            (&json!("create"), &json!("error")),
            "{pointer}"
        );
    }
    for bundle in [json!({}), json!({"schema": 2, "definitions": []}), json!({"schema": 1, "definitions": {}})] {
        assert_eq!(bring(&desk.admin, "", &bundle).await.status, 400, "{bundle}");
    }
    assert_eq!(bring(&desk.rep, "", &json!({"schema": 1, "definitions": []})).await.status, 403);
    assert_eq!(desk.sql(STATE).await, before);
}
