//! Definitions of metrics: the list, versions, who gets which number, what is retired and lives again (`specs/sales.md`, C1 to C6).

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, send};

pub const ALL: &str = "/api/metrics/definitions";

pub fn days(more_than: i64) -> Value {
    json!({"field": "days_since_last_order", "operator": ">", "value": more_than})
}

pub fn late(code: &str) -> Value {
    json!({"code": code, "name": "Late", "description": "Late with the next order", "formula": days(30)})
}

pub async fn make(who: &Browser, body: Value) -> Value {
    let seen = send(who, Method::POST, ALL, &body).await;
    assert_eq!(seen.status, 201, "{}", seen.text);
    seen.json()["definition"].clone()
}

async fn patch(who: &Browser, code: &str, body: Value) -> Seen {
    send(who, Method::PATCH, &format!("{ALL}/{code}"), &body).await
}

async fn patched(who: &Browser, code: &str, body: Value) -> Value {
    let seen = patch(who, code, body).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    seen.json()
}

async fn remove(who: &Browser, path: &str) -> Seen {
    who.send(Method::DELETE, &format!("{ALL}/{path}"), |request| request).await
}

fn codes(seen: &Seen) -> Vec<String> {
    assert_eq!(seen.status, 200, "{}", seen.text);
    let all = seen.json()["definitions"].as_array().unwrap().clone();
    all.iter().map(|one| format!("{}@{}", one["code"].as_str().unwrap(), one["version"])).collect()
}

#[tokio::test]
async fn a_new_tenant_has_two_definitions_and_the_list_needs_no_query() {
    let desk = Business::begin().await;
    let seen = desk.rep.get(ALL).await;
    assert_eq!(codes(&seen), ["at_risk_customer@1", "contacted_recently@1"]);
    let list = seen.json();
    assert_eq!(list["pagination"], json!({"page": 1, "limit": 50, "totalCount": 2, "totalPages": 1}));
    let (one, two) = (&list["definitions"][0], &list["definitions"][1]);
    assert_eq!(
        (&one["name"], &one["state"], &one["activeVersion"]),
        (&json!("At Risk Customer"), &json!("active"), &json!(1))
    );
    assert_eq!((&one["formula"], &one["compiled"]["entity"]), (&days(30), &json!("customer")));
    assert_eq!(one["sentence"], "Customers where days since last order is more than 30.");
    assert_eq!((&one["createdBy"], &one["tenantId"]), (&Value::Null, &json!(desk.north.id)));
    assert_eq!((&two["state"], &two["formula"], &two["effectiveAt"]), (&json!("draft"), &Value::Null, &Value::Null));
    assert!(one["effectiveAt"].is_string() && two["sentence"].is_null(), "{list}");
}

#[tokio::test]
async fn a_code_is_small_letters_and_only_once_in_use() {
    let desk = Business::begin().await;
    for bad in ["At-Risk", "", "at risk", &"a".repeat(101)] {
        let seen = send(&desk.admin, Method::POST, ALL, &late(bad)).await;
        assert_eq!((seen.status, seen.json()["details"][0]["pointer"].as_str()), (400, Some("/code")), "{bad}");
    }
    for good in ["at_risk_2", "preview", "validate", &"a".repeat(100)] {
        let made = make(&desk.manager, late(good)).await;
        assert_eq!((&made["version"], &made["createdBy"]["email"]), (&json!(1), &json!("manager@north.example")));
        let seen = send(&desk.admin, Method::POST, ALL, &late(good)).await;
        assert_eq!((seen.status, seen.code().as_str()), (409, "E_CODE_TAKEN"), "{good}");
    }
    assert_eq!(send(&desk.rep, Method::POST, ALL, &late("mine")).await.status, 403);
    // A draft holds its code as well.
    assert_eq!(send(&desk.admin, Method::POST, ALL, &late("contacted_recently")).await.code(), "E_CODE_TAKEN");
    // Names of routes are codes like others.
    for code in ["preview", "validate"] {
        assert_eq!(desk.rep.get(&format!("{ALL}/{code}")).await.json()["definition"]["code"], code);
        assert_eq!(patched(&desk.admin, code, json!({"name": "Later"})).await["definition"]["version"], 2);
        assert_eq!(desk.rep.get(&format!("{ALL}/{code}/diff?from=1&to=2")).await.status, 200);
        assert_eq!(remove(&desk.admin, code).await.status, 200);
        assert_eq!(desk.rep.get(&format!("{ALL}/{code}")).await.status, 404);
    }
}

#[tokio::test]
async fn of_two_changes_at_once_each_gets_its_number_or_is_told_of_the_other() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    for name in ["Two", "Three"] {
        patched(&desk.admin, "late", json!({"name": name})).await;
    }
    let with = |name: &str| json!({"name": name, "expectedVersion": 3});
    let (one, other) = tokio::join!(patch(&desk.admin, "late", with("A")), patch(&desk.manager, "late", with("B")));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text, other.text);
    let (done, refused) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!((&done.json()["definition"]["version"], &done.json()["previousVersion"]), (&json!(4), &json!(3)));
    assert_eq!(
        (refused.code().as_str(), &refused.json()["details"]),
        ("E_VERSION", &json!({"current": 4, "yours": 3}))
    );
    assert_eq!(refused.json()["error"], "Version conflict. Please retry.");
    let names: Vec<Value> = (0..8).map(|n| json!({"name": format!("N{n}")})).collect();
    let all = futures::future::join_all(names.into_iter().map(|body| patch(&desk.admin, "late", body))).await;
    let mut versions: Vec<i64> =
        all.iter().map(|seen| seen.json()["definition"]["version"].as_i64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (5..13).collect::<Vec<_>>());
    assert_eq!(desk.sql("select count(*) from metric_versions where code = 'late'").await, "12");
}

#[tokio::test]
async fn what_is_retired_is_hidden_with_all_versions_and_a_new_life_goes_on_counting() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    patched(&desk.admin, "late", json!({"name": "Later"})).await;
    make(&desk.admin, late("older")).await;
    let wrong = async |body: Value| send(&desk.admin, Method::DELETE, &format!("{ALL}/late"), &body).await;
    for other in ["late", "nothing", "At-Risk"] {
        let seen = wrong(json!({"replacedBy": other})).await;
        assert_eq!((seen.status, &seen.json()["details"][0]["code"]), (400, &json!("E_DEPRECATED_REF")), "{other}");
    }
    let seen = wrong(json!({"reason": "Too simple", "replacedBy": "at_risk_customer"})).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let gone = &seen.json()["definition"];
    assert_eq!(
        (&gone["state"], &gone["reason"], &gone["replacedBy"]),
        (&json!("deprecated"), &json!("Too simple"), &json!("at_risk_customer"))
    );
    assert_eq!(gone["deprecatedBy"]["email"], "admin@north.example");
    assert_eq!(
        remove(&desk.admin, "late").await.json()["error"],
        "Metric definition with code 'late' not found or already deprecated"
    );
    assert_eq!(
        desk.rep.get(&format!("{ALL}/late")).await.json()["error"],
        "Metric definition with code 'late' not found"
    );
    assert_eq!(patch(&desk.admin, "late", json!({"name": "x"})).await.status, 404);
    assert_eq!(wrong(json!({})).await.status, 404);
    assert_eq!(
        codes(&desk.rep.get(&format!("{ALL}?includeDeprecated=false")).await),
        ["at_risk_customer@1", "contacted_recently@1", "older@1"]
    );
    assert_eq!(codes(&desk.rep.get(&format!("{ALL}?includeDeprecated=true&search=lat")).await), ["late@2", "older@1"]);
    assert_eq!(codes(&desk.rep.get(&format!("{ALL}?state=deprecated")).await), ["late@2"]);
    assert_eq!(desk.rep.get(&format!("{ALL}/late?includeDeprecated=true")).await.status, 200);
    // The replacement is used, and whoever retires it is told so.
    let seen = remove(&desk.manager, "at_risk_customer?reason=Old").await;
    assert_eq!(seen.json()["usedBy"], json!([{"kind": "replacement", "id": "late", "name": "Later"}]));
    assert_eq!(seen.json()["definition"]["reason"], "Old");
    let seen =
        send(&desk.admin, Method::DELETE, &format!("{ALL}/older"), &json!({"replacedBy": "at_risk_customer"})).await;
    assert_eq!(seen.status, 400, "a retired one replaces nothing");
    let born = make(&desk.admin, late("late")).await;
    assert_eq!((&born["version"], &born["state"], &born["reason"]), (&json!(3), &json!("active"), &Value::Null));
    let history = desk.rep.get(&format!("{ALL}/late?includeHistory=true")).await.json()["history"].clone();
    assert_eq!((history.as_array().unwrap().len(), &history[0]["name"]), (2, &json!("Later")));
}

#[tokio::test]
async fn another_tenants_metric_is_not_there() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    for path in ["late", "late/rows", "late/values", "late/diff?from=1&to=1", "late?includeDeprecated=true"] {
        assert_eq!(desk.stranger.get(&format!("{ALL}/{path}")).await.status, 404, "{path}");
    }
    assert_eq!(patch(&desk.stranger, "late", json!({"name": "x"})).await.status, 404);
    assert_eq!(remove(&desk.stranger, "late").await.status, 404);
    assert_eq!(desk.stranger.post(&format!("{ALL}/late/values")).await.status, 404);
    assert!(!desk.stranger.get("/api/metrics/export").await.text.contains("\"late\""));
    // And the code is free there.
    assert_eq!(make(&desk.stranger, late("late")).await["version"], 1);
    assert_eq!(patched(&desk.admin, "late", json!({"name": "x"})).await["definition"]["version"], 2);
}

#[tokio::test]
async fn a_save_that_says_nothing_new_makes_no_version() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    desk.audited().await;
    let turned = r#"{"formula": {"value":30, "operator":">", "field":"days_since_last_order"}, "name": " Late "}"#;
    let send = |request: reqwest::RequestBuilder| request.header("content-type", "application/json").body(turned);
    let seen = desk.admin.send(Method::PATCH, &format!("{ALL}/late"), send).await;
    let body = seen.json();
    assert_eq!((seen.status, &body["definition"]["version"], &body["previousVersion"]), (200, &json!(1), &json!(1)));
    assert_eq!(patched(&desk.admin, "late", json!({"note": "nothing"})).await["definition"]["version"], 1);
    assert_eq!(desk.audited().await, [""; 0]);
    for empty in [json!({}), json!({"draft": true}), json!({"expectedVersion": 1})] {
        let seen = patch(&desk.admin, "late", empty).await;
        assert_eq!(
            (seen.status, seen.json()["error"].as_str()),
            (400, Some("At least one field must be provided for update"))
        );
    }
    // A formula in another form is another one, and comes back letter by letter.
    let text = r#"{"formula": {"entity":"customer",  "where":{"f":"days_since_last_order","op":"gt","v":30.0}}}"#;
    let send = |request: reqwest::RequestBuilder| request.header("content-type", "application/json").body(text);
    let seen = desk.admin.send(Method::PATCH, &format!("{ALL}/late"), send).await;
    assert!(
        seen.text.contains(r#"{"entity":"customer",  "where":{"f":"days_since_last_order","op":"gt","v":30.0}}"#),
        "{}",
        seen.text
    );
    let made = &seen.json()["definition"];
    assert_eq!((&made["version"], &made["compiled"]["where"]["v"]), (&json!(2), &json!({"int": 30})));
}

#[tokio::test]
async fn a_version_waits_while_a_test_fails_or_it_is_to_and_counts_when_it_is_let() {
    let desk = Business::begin().await;
    make(&desk.admin, late("late")).await;
    let tests = |expected: bool| json!([{"fields": {"days_since_last_order": 47}, "expected": expected}]);
    let body = patched(&desk.admin, "late", json!({"tests": tests(false)})).await;
    let (made, failed) = (&body["definition"], &body["failedTests"]);
    assert_eq!(
        (&made["version"], &made["activeVersion"], &made["draftVersion"]),
        (&json!(2), &json!(1), &json!(2)),
        "{body}"
    );
    assert_eq!((&failed[0]["index"], &failed[0]["expected"]), (&json!(0), &json!(false)));
    assert_eq!(codes(&desk.rep.get(&format!("{ALL}?code=late")).await), ["late@1"]);
    let seen = patch(&desk.admin, "late", json!({"activate": 2})).await;
    assert_eq!((seen.status, seen.code().as_str()), (409, "E_TESTS_FAILED"), "{}", seen.text);
    assert_eq!(patched(&desk.admin, "late", json!({"tests": tests(true)})).await["definition"]["activeVersion"], 3);
    // Kept on request, without a formula, and let to count.
    let body = patched(&desk.admin, "late", json!({"formula": days(60), "draft": true})).await;
    assert_eq!((&body["definition"]["activeVersion"], &body["failedTests"][0]["index"]), (&json!(3), &json!(0)));
    let body = patched(&desk.admin, "late", json!({"formula": days(45), "draft": true})).await;
    assert_eq!((&body["definition"]["version"], &body["definition"]["effectiveAt"]), (&json!(5), &Value::Null));
    let body = patched(&desk.admin, "late", json!({"activate": 5})).await;
    assert_eq!((&body["definition"]["activeVersion"], &body["previousVersion"]), (&json!(5), &json!(3)));
    assert!(body["definition"]["effectiveAt"].is_string());
    assert_eq!(patch(&desk.admin, "late", json!({"activate": 3})).await.code(), "E_OLDER_VERSION");
    assert_eq!(patch(&desk.admin, "late", json!({"activate": 9})).await.status, 404);
    let body = patched(&desk.admin, "late", json!({"formula": null})).await;
    assert_eq!((&body["definition"]["version"], &body["definition"]["activeVersion"]), (&json!(6), &json!(5)));
    assert_eq!(patch(&desk.admin, "late", json!({"activate": 6})).await.code(), "E_NO_FORMULA");
    // An earlier version comes back as a new one.
    let body = patched(&desk.admin, "late", json!({"restore": 1, "note": "As it was"})).await;
    let made = &body["definition"];
    assert_eq!(
        (&made["version"], &made["activeVersion"], &made["formula"], &made["tests"]),
        (&json!(7), &json!(7), &days(30), &json!([]))
    );
    assert_eq!(made["note"], "As it was");
    // Nobody rewrites a version, not even the owner.
    let rewrite = "do $$ begin update metric_versions set name = 'x'; exception when insufficient_privilege then raise notice 'kept'; end $$; select count(*) from metric_versions where name = 'x'";
    assert_eq!(desk.sql(rewrite).await, "0");
}

#[tokio::test]
async fn a_search_finds_name_description_and_code_in_any_case_and_takes_wildcards_as_letters() {
    let desk = Business::begin().await;
    for (code, name, description) in
        [("a_x", "Über 50%", "one"), ("ayx", "Other", "TWO halves"), ("b", "back\\slash", "three")]
    {
        make(&desk.admin, json!({"code": code, "name": name, "description": description})).await;
    }
    for (search, found) in [
        ("%C3%9CBER", vec!["a_x@1"]),
        ("50%25", vec!["a_x@1"]),
        ("%25", vec!["a_x@1"]),
        ("a_x", vec!["a_x@1"]),
        ("two", vec!["ayx@1"]),
        ("AYX", vec!["ayx@1"]),
        ("%5C", vec!["b@1"]),
        ("'%3B--", vec![]),
    ] {
        assert_eq!(codes(&desk.rep.get(&format!("{ALL}?search={search}")).await), found, "{search}");
    }
    let page = desk.rep.get(&format!("{ALL}?limit=2&page=2")).await;
    assert_eq!(codes(&page), ["ayx@1", "b@1"]);
    assert_eq!(page.json()["pagination"], json!({"page": 2, "limit": 2, "totalCount": 5, "totalPages": 3}));
}

#[tokio::test]
async fn each_change_leaves_one_row_that_says_what_differs() {
    let desk = Business::begin().await;
    desk.audited().await;
    make(&desk.admin, json!({"code": "late", "name": "Late", "description": "d"})).await;
    patched(&desk.manager, "late", json!({"formula": days(30), "draft": true})).await;
    patched(&desk.admin, "late", json!({"activate": 2})).await;
    send(&desk.admin, Method::DELETE, &format!("{ALL}/late"), &json!({"reason": "r"})).await;
    make(&desk.admin, late("late")).await;
    let rows = desk.audited().await;
    let formula = r#"{"field": "days_since_last_order", "value": 30, "operator": ">"}"#;
    assert_eq!(rows.len(), 5, "{rows:#?}");
    assert_eq!(
        rows[0],
        r#"admin@north.example api | metric create | - | {"name": "Late", "state": "draft", "tests": [], "version": 1, "description": "d"}"#
    );
    assert_eq!(
        rows[1],
        format!(
            r#"manager@north.example api | metric change | {{"formula": null, "version": 1}} | {{"formula": {formula}, "version": 2}}"#
        )
    );
    assert_eq!(
        rows[2],
        r#"admin@north.example api | metric activate | {"state": "draft", "activeVersion": null} | {"state": "active", "activeVersion": 2}"#
    );
    assert_eq!(
        rows[3],
        r#"admin@north.example api | metric deprecate | {"state": "active", "activeVersion": 2} | {"state": "deprecated", "reason": "r", "replacedBy": null}"#
    );
    assert!(
        rows[4].starts_with(r#"admin@north.example api | metric create | {"state": "deprecated", "version": 2} |"#),
        "{}",
        rows[4]
    );
}
