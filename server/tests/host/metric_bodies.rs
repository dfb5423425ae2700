//! Bodies that are wrong: everything at once, each with its place, and never a fault of ours.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

use super::browser::{Browser, Seen};
use super::business::{Business, send};
use super::metric_definitions::{ALL, days, late, make};

async fn raw(who: &Browser, method: Method, path: &str, body: &str) -> Seen {
    let body = body.to_owned();
    who.send(method, path, |request| request.header("content-type", "application/json").body(body)).await
}

fn pointers(seen: &Seen) -> Vec<(String, String)> {
    assert_eq!((seen.status, seen.code().as_str()), (400, "E_INVALID_DEFINITION"), "{}", seen.text);
    let all = seen.json()["details"].as_array().unwrap().clone();
    let told = |one: &Value| one["message"].as_str().unwrap().ends_with('.') && one["fix"].is_string();
    assert!(all.iter().all(told), "{}", seen.text);
    all.iter().map(|one| (one["pointer"].as_str().unwrap().into(), one["code"].as_str().unwrap().into())).collect()
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let desk = Business::begin().await;
    let formula = json!({"entity": "customer", "where": {"all": [{"f": "nothing", "op": "eq", "v": 1}, {"f": "name", "op": "gt", "v": 1}]}});
    let body = json!({"code": "At-Risk", "name": "", "formula": formula, "tests": [{"fields": {"moon": 1}, "expected": 1}], "colour": 1});
    let found = pointers(&send(&desk.admin, Method::POST, ALL, &body).await);
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    for place in [
        "/code",
        "/name",
        "/description",
        "/colour",
        "/formula/where/all/0/f",
        "/formula/where/all/1/op",
        "/tests/0/fields/moon",
        "/tests/0/expected",
    ] {
        assert!(places.contains(&place), "{place} is not among {found:?}");
    }
    assert_eq!(
        desk.sql(
            "select count(*) from metric_definitions where code not in ('at_risk_customer', 'contacted_recently')"
        )
        .await,
        "0"
    );
}

#[tokio::test]
async fn a_number_that_json_would_round_and_a_text_with_u0000_are_told_with_their_places() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    let body = |value: &str| {
        format!(
            r#"{{"formula": {{"entity": "customer", "where": {{"all": [{{"f": "revenue_12m", "op": "gt", "v": {value}}}]}}}}}}"#
        )
    };
    for value in ["1e400", "-1e400", "0.12345678901234567890", "123456789012345678901234567890", r#""\u0000""#] {
        for (method, path) in [(Method::PATCH, format!("{ALL}/late")), (Method::POST, format!("{ALL}/preview"))] {
            let found = pointers(&raw(&desk.admin, method, &path, &body(value)).await);
            assert_eq!(found, [("/formula/where/all/0/v".to_owned(), "E_RANGE".to_owned())], "{value} {path}");
        }
        let seen = raw(&desk.rep, Method::POST, &format!("{ALL}/validate"), &body(value)).await;
        assert_eq!(
            (seen.status, &seen.json()["errors"][0]["pointer"]),
            (200, &json!("/formula/where/all/0/v")),
            "{value}"
        );
    }
    assert_eq!(raw(&desk.admin, Method::PATCH, &format!("{ALL}/late"), &body("12.5")).await.status, 200);
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_never_a_fault_of_ours() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    let deep = format!("{}1{}", "{\"all\":[".repeat(5000), "]}".repeat(5000));
    let wide = format!(
        r#"{{"any":[{}]}}"#,
        vec![r#"{"f":"name","op":"eq","v":"'; drop table app.tenants; --"}"#; 400].join(",")
    );
    let large = format!(r#"{{"f":"name","op":"eq","v":"{}"}}"#, "x".repeat(70_000));
    let clauses = [
        deep.as_str(),
        &wide,
        &large,
        r#"{"f":"name","op":"eq","v":"\ud800"}"#,
        r#"{"f":"last_order_date","op":"gt","v":"0000-01-01"}"#,
        r#"{"f":"last_order_date","op":"gt","v":{"date":"10000-01-01"}}"#,
        r#"{"f":"name","f":"name","op":"is_null"}"#,
        r#"{"f":"orders_count","op":"gt","v":NaN}"#,
        r#"{"f":"orders_count","op":"in","v":[]}"#,
        "[]",
        "null",
        "\"x\"",
        "1",
    ];
    for clause in clauses {
        let what = &clause[..clause.len().min(60)];
        let formula = format!(r#"{{"entity": "customer", "where": {clause}}}"#);
        for (method, path, body) in [
            (
                Method::POST,
                ALL.to_owned(),
                format!(r#"{{"code": "x", "name": "x", "description": "x", "formula": {formula}}}"#),
            ),
            (Method::PATCH, format!("{ALL}/late"), format!(r#"{{"formula": {formula}}}"#)),
            (Method::POST, format!("{ALL}/preview"), format!(r#"{{"formula": {formula}}}"#)),
            (Method::POST, format!("{ALL}/validate"), format!(r#"{{"formula": {formula}}}"#)),
            (
                Method::POST,
                "/api/metrics/import".into(),
                format!(
                    r#"{{"schema": 1, "definitions": [{{"code": "x", "state": "active", "name": "x", "description": "x", "formula": {formula}}}]}}"#
                ),
            ),
        ] {
            let seen = raw(&desk.admin, method, &path, &body).await;
            let validated = path.ends_with("validate") && seen.status == 200;
            assert!(
                seen.status == 400 || validated || clause == "null",
                "{path} {what}: {} {}",
                seen.status,
                seen.text
            );
            if validated && clause != "null" {
                assert_ne!(seen.json()["errors"], json!([]), "{what}");
            }
        }
        let _ = desk.admin.send(Method::DELETE, &format!("{ALL}/x"), |request| request).await;
    }
    for body in ["", "{", "[]", "null", "1", "\u{0}", "{\"name\": }"] {
        for (method, path) in [
            (Method::POST, ALL),
            (Method::PATCH, "/api/metrics/definitions/late"),
            (Method::DELETE, "/api/metrics/definitions/late"),
            (Method::POST, "/api/metrics/definitions/preview"),
            (Method::POST, "/api/metrics/definitions/validate"),
            (Method::POST, "/api/metrics/import"),
        ] {
            let seen = raw(&desk.admin, method, path, body).await;
            assert_eq!(
                (seen.status, &seen.json()["details"]["field"]),
                (400, &json!("body")),
                "{path} {body}: {}",
                seen.text
            );
        }
    }
    for code in ["%00", "%FF", "a%2Fb", "..", "At-Risk", "a%0A"] {
        let seen = desk.admin.get(&format!("{ALL}/{code}")).await;
        assert!([400, 404].contains(&seen.status) || code == "..", "{code}: {} {}", seen.status, seen.text);
    }
}

#[tokio::test]
async fn a_formula_is_tried_before_it_is_saved() {
    let desk = Business::begin().await;
    let formula = json!({"entity": "opportunity", "where": {"all": [
        {"f": "name", "op": "contains", "v": "show"}, {"f": "organisation_name", "op": "eq", "v": "Hall 3"}]}});
    let seen =
        send(&desk.rep, Method::POST, &format!("{ALL}/preview"), &json!({"formula": formula, "recordId": 3})).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let told = seen.json();
    assert_eq!((&told["total"], &told["base"], &told["value"]), (&json!(1), &json!(5), &json!("1")));
    let funnel: Vec<i64> =
        told["funnel"].as_array().unwrap().iter().map(|step| step["count"].as_i64().unwrap()).collect();
    assert_eq!(funnel, [5, 1]);
    assert_eq!(
        (&told["rows"][0]["id"], &told["rows"][0]["name"], &told["explain"]["matches"]),
        (&json!(3), &json!("Show 3"), &json!(true))
    );
    let nobody =
        send(&desk.rep, Method::POST, &format!("{ALL}/preview"), &json!({"formula": formula, "recordId": 6})).await;
    assert_eq!(nobody.json()["explain"], Value::Null, "another tenant's record is not there");
    let wrong = send(
        &desk.rep,
        Method::POST,
        &format!("{ALL}/preview"),
        &json!({"formula": formula, "now": "soon", "recordId": "x"}),
    )
    .await;
    assert_eq!(pointers(&wrong).len(), 2);
    let seen = send(
        &desk.rep,
        Method::POST,
        &format!("{ALL}/validate"),
        &json!({"formula": days(3), "tests": [{"fields": {"days_since_last_order": 2}, "expected": true}]}),
    )
    .await;
    let told = seen.json();
    assert_eq!((&told["errors"], &told["failedTests"][0]["index"]), (&json!([]), &json!(0)), "{}", seen.text);
    let all = json!({"formula": {"entity": "opportunity", "where": {"f": "name", "op": "not_null"}}});
    let seen = send(&desk.rep, Method::POST, &format!("{ALL}/validate"), &all).await.json();
    let codes: Vec<&str> =
        seen["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["W_ALWAYS_TRUE", "W_MATCHES_ALL"], "{seen}");
    // Versions and their records.
    make(&desk.admin, json!({"code": "shows", "name": "Shows", "description": "d", "formula": formula})).await;
    let all = json!({"entity": "opportunity", "where": {"f": "name", "op": "contains", "v": "show"}});
    assert_eq!(
        send(&desk.admin, Method::PATCH, &format!("{ALL}/shows"), &json!({"formula": all, "name": "All shows"}))
            .await
            .status,
        200
    );
    let rows = desk.rep.get(&format!("{ALL}/shows/rows?limit=2&page=2")).await.json();
    assert_eq!(
        (rows["rows"].as_array().unwrap().len(), &rows["pagination"]["totalCount"], &rows["version"]),
        (2, &json!(5), &json!(2))
    );
    assert_eq!(desk.rep.get(&format!("{ALL}/shows/rows?version=1")).await.json()["rows"][0]["id"], 3);
    assert_eq!(desk.rep.get(&format!("{ALL}/shows/rows?version=9")).await.status, 404);
    let diff = desk.rep.get(&format!("{ALL}/shows/diff?from=1&to=2&now=2026-11-21")).await.json();
    assert_eq!(
        (&diff["enter"], &diff["leave"], &diff["stay"]),
        (&json!([1, 2, 4, 5]), &json!([]), &json!([3])),
        "{diff}"
    );
    assert_eq!((&diff["texts"][0]["after"], &diff["money"]["leave"]), (&json!("All shows"), &json!("0.00")));
    assert_eq!(desk.rep.get(&format!("{ALL}/contacted_recently/rows")).await.code(), "E_NO_FORMULA");
    let fields = desk.rep.get("/api/metrics/fields").await;
    assert!(
        fields.text.contains("\"days_since_last_order\"") && !fields.text.contains("filter (where"),
        "no SQL is told"
    );
    assert!(desk.rep.get("/api/metrics/templates").await.json()["templates"].as_array().unwrap().len() >= 8);
}

#[tokio::test]
async fn a_formula_that_takes_too_long_is_stopped_with_a_clear_message() {
    let desk = Business::begin().await;
    let mut other = PgConnection::connect(desk.env.url()).await.unwrap();
    other.execute("begin; lock table app.opportunities in access exclusive mode").await.unwrap();
    let body = json!({"formula": {"entity": "opportunity"}});
    let seen = send(&desk.admin, Method::POST, "/api/metrics/definitions/preview", &body).await;
    assert_eq!((seen.status, seen.code().as_str()), (400, "E_TOO_LONG"), "{}", seen.text);
    assert_eq!(seen.json()["details"][0]["pointer"], "/formula/where");
    other.execute("rollback").await.unwrap();
    assert_eq!(send(&desk.admin, Method::POST, "/api/metrics/definitions/preview", &body).await.status, 200);
}
