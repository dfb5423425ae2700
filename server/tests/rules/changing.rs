//! Rules are made, changed, moved and removed; what is wrong is named, and each change is in the audit once.

use serde_json::{Value, json};

use crate::scene::{Scene, number};
use crate::stage::{notify, rule, send, stage};

async fn names(scene: &Scene) -> Vec<String> {
    let rules = scene.api.get("/api/rules").await.expect(200)["rules"].clone();
    rules.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_tenant_begins_with_four_rules_and_the_noisy_one_sleeps() {
    let scene = Scene::new(0).await;
    let rules = scene.api.get("/api/rules").await.expect(200)["rules"].clone();
    let shown: Vec<(String, bool, i64)> = rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            (rule["name"].as_str().unwrap().into(), rule["enabled"].as_bool().unwrap(), rule["order"].as_i64().unwrap())
        })
        .collect();
    let expected = [
        ("notify-order-conversion", true, 1),
        ("log-status-changes", false, 2),
        ("validate-reserved-orders", true, 3),
        ("alert-lost-opportunities", true, 4),
    ];
    assert_eq!(shown, expected.map(|(name, enabled, order)| (name.to_owned(), enabled, order)));
}

#[tokio::test]
async fn a_rule_is_changed_by_who_has_seen_it_and_moved_among_the_others() {
    let scene = stage(0).await;
    let trigger = json!({"type": "event"});
    for name in ["a", "b", "c"] {
        rule(&scene, name, trigger.clone(), json!([]), json!([notify("admin")])).await;
    }
    let first = json!({"name": "d", "order": 1, "trigger": trigger, "actions": [notify("admin")]});
    let made = send(&scene, "POST", "/api/rules", first).await.expect(201);
    assert_eq!((&made["order"], &made["secret"]), (&json!(1), &Value::Null));
    assert_eq!(names(&scene).await, ["d", "a", "b", "c"]);
    let path = format!("/api/rules/{}", made["id"]);
    let moved = send(&scene, "PATCH", &path, json!({"order": 3, "expectedVersion": 1})).await.expect(200);
    assert_eq!((&moved["order"], &moved["version"]), (&json!(3), &json!(2)));
    assert_eq!(names(&scene).await, ["a", "b", "d", "c"]);
    let late = send(&scene, "PATCH", &path, json!({"name": "x", "expectedVersion": 1})).await;
    assert_eq!((late.code(409).as_str(), &late.json()["details"]["version"]), ("VERSION_CONFLICT", &json!(2)));
    // As it is already: no change, no version, no audit.
    assert_eq!(send(&scene, "PATCH", &path, json!({"name": "d"})).await.expect(200)["version"], 2);
    assert_eq!(send(&scene, "DELETE", &path, json!({})).await.status, 204);
    assert_eq!(names(&scene).await, ["a", "b", "c"]);
    assert_eq!(send(&scene, "DELETE", &path, json!({})).await.code(404), "NOT_FOUND");
    let audited =
        format!("select count(*) from app.audit_log where entity_type = 'rule' and entity_id = '{}'", made["id"]);
    assert_eq!(number(&scene.env, &audited).await, 3);
    let change = "select count(*) from app.audit_log where action = 'change' and before = '{\"order\": 1}' and after = '{\"order\": 3}'";
    assert_eq!(number(&scene.env, change).await, 1);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_written() {
    let scene = stage(0).await;
    let good = json!({"name": "r", "trigger": {"type": "event"}, "actions": [notify("admin")]});
    let known = json!({"field": "owner", "operator": "is", "value": "x"});
    for (field, value, place) in [
        ("name", json!(""), "name"),
        ("name", json!("a\u{0}b"), "name"),
        ("name", Value::Null, "name"),
        ("order", json!(i64::MAX), "order"),
        ("colour", json!(1), "colour"),
        ("trigger", json!({"type": "moon"}), "trigger.type"),
        ("trigger", json!({"type": "event", "actionTypes": ["frobnicate"]}), "trigger.actionTypes.0"),
        ("trigger", json!({"type": "event", "minValue": "1e9"}), "trigger.minValue"),
        ("conditions", json!({}), "conditions"),
        ("conditions", json!([known, {"field": "colour", "operator": "is", "value": "x"}]), "conditions.1.field"),
        ("conditions", json!([{"field": "owner", "operator": "like", "value": "x"}]), "conditions.0.operator"),
        ("conditions", json!([{"field": "jobType", "operator": "is", "value": "x"}]), "conditions.0.field"),
        ("actions", json!([]), "actions"),
        ("actions", json!([notify("everybody")]), "actions.0.to"),
        ("actions", json!([{"type": "notify", "to": "admin", "message": "{colour}"}]), "actions.0.message"),
        ("actions", json!([notify("admin"), {"type": "webhook", "url": "x"}]), "actions.1.url"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = send(&scene, "POST", "/api/rules", body.clone()).await;
        assert_eq!(
            (answer.code(400).as_str(), answer.json()["details"]["field"].as_str()),
            ("INVALID", Some(place)),
            "{body}"
        );
    }
    assert_eq!(number(&scene.env, "select count(*) from app.rules").await, 0);
    assert_eq!(number(&scene.env, "select count(*) from app.audit_log where entity_type = 'rule'").await, 0);
    // Another trigger does not know what the conditions ask for.
    let made = rule(&scene, "r", json!({"type": "event"}), json!([known]), json!([notify("admin")])).await;
    let path = format!("/api/rules/{}", made["id"]);
    let answer = send(&scene, "PATCH", &path, json!({"trigger": {"type": "job_failed"}})).await;
    assert_eq!(answer.expect(400)["details"]["field"], "conditions.0.field");
}

#[tokio::test]
async fn a_receiver_must_lie_on_the_public_internet_unless_the_operator_says_otherwise() {
    let scene = Scene::new(0).await;
    for url in ["https://127.0.0.1/x", "https://10.0.0.1/", "http://1.1.1.1/", "https://localhost/"] {
        let actions = json!([{"type": "webhook", "url": url}]);
        let body = json!({"name": "r", "trigger": {"type": "event"}, "actions": actions});
        let answer = send(&scene, "POST", "/api/rules", body).await.expect(400);
        assert_eq!(answer["details"]["field"], "actions.0.url", "{url}");
    }
}
