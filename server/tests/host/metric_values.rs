//! What metrics were worth: on demand and by night, each with the version that counted.

use reqwest::Method;
use serde_json::{Value, json};

use super::business::{Business, send};
use super::metric_definitions::{ALL, late, make};
use super::support::until;

fn shows(part: &str) -> Value {
    json!({"entity": "opportunity", "where": {"f": "name", "op": "contains", "v": part}})
}

#[tokio::test]
async fn a_value_is_kept_with_the_version_that_counted() {
    let desk = Business::begin().await;
    make(&desk.admin, json!({"code": "shows", "name": "Shows", "description": "d", "formula": shows("show")})).await;
    let path = format!("{ALL}/shows/values");
    desk.audited().await;
    assert_eq!(desk.rep.post(&path).await.status, 403);
    let seen = desk.manager.post(&path).await;
    assert_eq!(seen.status, 201, "{}", seen.text);
    let value = seen.json();
    assert_eq!(
        (&value["value"], &value["version"], &value["matched"], &value["base"]),
        (&json!("5"), &json!(1), &json!(5), &json!(5))
    );
    let row =
        r#"manager@north.example api | metric compute | - | {"base": 5, "value": "5", "matched": 5, "version": 1}"#;
    assert_eq!(desk.audited().await, [row]);
    send(&desk.admin, Method::PATCH, &format!("{ALL}/shows"), &json!({"formula": shows("3")})).await;
    assert_eq!(desk.manager.post(&path).await.status, 201);
    let list = desk.rep.get(&path).await.json();
    let told: Vec<(Value, Value)> =
        list["values"].as_array().unwrap().iter().map(|one| (one["version"].clone(), one["value"].clone())).collect();
    assert_eq!(told, [(json!(2), json!("1")), (json!(1), json!("5"))]);
    assert_eq!(list["pagination"]["totalCount"], 2);
    assert_eq!(desk.manager.post(&format!("{ALL}/contacted_recently/values")).await.code(), "E_NOT_ACTIVE");
}

#[tokio::test]
async fn by_night_each_active_metric_is_kept_once_and_one_that_cannot_be_read_stops_no_other() {
    let desk = Business::begin().await;
    make(&desk.admin, json!({"code": "shows", "name": "Shows", "description": "d", "formula": shows("show")})).await;
    make(&desk.admin, late("gone")).await;
    send(&desk.admin, Method::DELETE, &format!("{ALL}/gone"), &json!({})).await;
    // As a later release would write it.
    let newer = "insert into metric_definitions (tenant_id, code, state, active_version, newest_version)
            select id, 'newer', 'active', 1, 1 from tenants where slug = 'north';
         insert into metric_versions (tenant_id, code, version, name, description, formula)
            select id, 'newer', 1, 'n', 'd', '{\"schema\": 9}' from tenants where slug = 'north'";
    desk.sql(&format!("begin; {newer}; commit")).await;
    let job = send(&desk.admin, Method::POST, "/api/jobs", &json!({"type": "metrics"})).await;
    assert_eq!(job.status, 201, "{}", job.text);
    let path = format!("/api/jobs/{}", job.json()["id"]);
    let done = until("the metrics of the night are kept", 30, async || {
        let job = desk.rep.get(&path).await.json();
        assert_ne!(job["status"], "failed", "{job}");
        (job["status"] == "completed").then_some(job)
    })
    .await;
    let result = &done["result"];
    assert_eq!((&result["metrics"], &result["kept"], &result["failed"]), (&json!(3), &json!(2), &json!(1)), "{result}");
    assert_eq!(result["failures"][0]["code"], "newer");
    let kept = desk.sql("select string_agg(code || ' ' || version || ' ' || matched || ' ' || base, ', ' order by code) from metric_values").await;
    assert_eq!(kept, "at_risk_customer 1 0 0, shows 1 5 5");
}
