//! What the business adds to an opportunity.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, field, send, settled};

const PATH: &str = "/api/opportunities/1/augmentation";

async fn put(who: &Browser, body: Value) -> Seen {
    send(who, Method::PUT, PATH, &body).await
}

#[tokio::test]
async fn what_is_added_is_read_back_and_each_change_leaves_one_row() {
    let desk = Business::begin().await;
    assert_eq!(desk.rep.get(PATH).await.json(), json!({"success": true, "augmentation": null}));
    desk.audited().await;
    let first = json!({"workflowStatus": " In planning ", "riskLevel": "HIGH", "riskNotes": "Late load-in.\nNo lift.", "financialHealthScore": 40});
    let seen = put(&desk.manager, first).await;
    let made = json!({
        "opportunityId": 1, "workflowStatus": "In planning", "riskLevel": "HIGH", "riskNotes": "Late load-in.\nNo lift.",
        "financialHealthScore": 40, "customCalculations": {}, "version": 1,
    });
    assert_eq!(settled(&seen, 200, "augmentation"), made);
    assert_eq!(settled(&desk.rep.get(PATH).await, 200, "augmentation"), made);
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example api | augmentation create | - | {"risk_level": "HIGH", "risk_notes": "Late load-in.\nNo lift.", "workflow_status": "In planning", "financial_health_score": 40}"#
        ]
    );

    // What is left out stays, null empties, the own figures are taken as a whole.
    let seen =
        put(&desk.admin, json!({"riskNotes": null, "customCalculations": {"margin": 0.25, "crew": [1, "two"]}})).await;
    let after = settled(&seen, 200, "augmentation");
    assert_eq!(
        (&after["riskNotes"], &after["riskLevel"], &after["version"]),
        (&Value::Null, &json!("HIGH"), &json!(2))
    );
    assert_eq!(after["customCalculations"], json!({"crew": [1, "two"], "margin": 0.25}));
    assert_eq!(
        desk.audited().await,
        [
            r#"admin@north.example api | augmentation set | {"risk_notes": "Late load-in.\nNo lift.", "custom_calculations": {}} | {"risk_notes": null, "custom_calculations": {"crew": [1, "two"], "margin": 0.25}}"#
        ]
    );

    // The same again changes nothing and says nothing.
    let again = put(&desk.admin, json!({"riskLevel": "HIGH"})).await;
    assert_eq!(settled(&again, 200, "augmentation")["version"], 2);
    assert_eq!(desk.audited().await, [""; 0]);
    // Other opportunities are not touched.
    assert_eq!(desk.rep.get("/api/opportunities/2/augmentation").await.json()["augmentation"], Value::Null);
}

#[tokio::test]
async fn who_read_an_older_version_is_refused_and_told_the_current_one() {
    let desk = Business::begin().await;
    // 0: there was none yet.
    assert_eq!(put(&desk.manager, json!({"riskLevel": "LOW", "expectedVersion": 0})).await.status, 200);
    let before = desk.tables().await;
    for stale in [0, 2, i64::MAX] {
        let seen = put(&desk.admin, json!({"riskLevel": "HIGH", "expectedVersion": stale})).await;
        assert_eq!((seen.status, seen.code().as_str()), (409, "VERSION_CONFLICT"), "{}", seen.text);
        let details = &seen.json()["details"];
        assert_eq!((&details["version"], &details["current"]["riskLevel"]), (&json!(1), &json!("LOW")));
    }
    let seen = send(
        &desk.admin,
        Method::PUT,
        "/api/opportunities/2/augmentation",
        &json!({"riskLevel": "LOW", "expectedVersion": 1}),
    )
    .await;
    assert_eq!((seen.status, seen.json()["details"].clone()), (409, json!({"version": 0, "current": null})));
    assert_eq!(desk.tables().await, before);
    assert_eq!(put(&desk.admin, json!({"riskLevel": "HIGH", "expectedVersion": 1})).await.status, 200);

    // Of many that read the same version one wins.
    let bodies = (0..8).map(|score| json!({"financialHealthScore": score, "expectedVersion": 2}));
    let all = bodies.map(|body| async { put(&desk.manager, body).await.status });
    let mut statuses = futures::future::join_all(all).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    // And of many that write for the first time all do, one after the other.
    let path = "/api/opportunities/3/augmentation";
    let bodies = (1..=8).map(|score| json!({"financialHealthScore": score}));
    let all = bodies
        .map(|body| async move { body })
        .map(|body| async { send(&desk.manager, Method::PUT, path, &body.await).await.status });
    assert_eq!(futures::future::join_all(all).await, [200; 8]);
    assert_eq!(desk.rep.get(path).await.json()["augmentation"]["version"], 8);
    assert_eq!(
        desk.sql("select count(*) from audit_log where entity_type = 'augmentation' and entity_id = '3'").await,
        "8"
    );
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_changes_nothing() {
    let desk = Business::begin().await;
    let before = desk.tables().await;
    for (body, named) in [
        (json!({}), "body"),
        (json!({"expectedVersion": 0}), "body"),
        (json!([]), "body"),
        (json!({"riskLevel": "high"}), "riskLevel"),
        (json!({"riskLevel": 3}), "riskLevel"),
        (json!({"workflowStatus": "x".repeat(101)}), "workflowStatus"),
        (json!({"workflowStatus": "a\nb"}), "workflowStatus"),
        (json!({"riskNotes": "a\u{0}b"}), "riskNotes"),
        (json!({"riskNotes": "x".repeat(4001)}), "riskNotes"),
        (json!({"financialHealthScore": 101}), "financialHealthScore"),
        (json!({"financialHealthScore": -1}), "financialHealthScore"),
        (json!({"financialHealthScore": 50.5}), "financialHealthScore"),
        (json!({"financialHealthScore": "50"}), "financialHealthScore"),
        (json!({"financialHealthScore": u64::MAX}), "financialHealthScore"),
        (json!({"customCalculations": [1]}), "customCalculations"),
        (json!({"customCalculations": {"a": {"b\u{0}": 1}}}), "customCalculations"),
        (json!({"customCalculations": {"a": "x".repeat(20_000)}}), "customCalculations"),
        (json!({"riskLevel": "LOW", "expectedVersion": "1"}), "expectedVersion"),
        (json!({"riskLevel": "LOW", "tenantId": desk.south.id}), "tenantId"),
    ] {
        assert_eq!(field(&put(&desk.admin, body.clone()).await), named, "{body}");
    }
    for id in ["x", "1.5", "9223372036854775808", "%00"] {
        let path = format!("/api/opportunities/{id}/augmentation");
        assert_eq!(field(&send(&desk.admin, Method::PUT, &path, &json!({"riskLevel": "LOW"})).await), "id");
        assert_eq!(field(&desk.admin.get(&path).await), "id");
    }
    assert_eq!(field(&desk.admin.get(&format!("{PATH}?x=1")).await), "x");
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn neither_a_rep_nor_another_tenant_changes_anything() {
    let desk = Business::begin().await;
    assert_eq!(put(&desk.manager, json!({"riskLevel": "LOW"})).await.status, 200);
    let shared =
        send(&desk.manager, Method::PUT, "/api/opportunities/4/augmentation", &json!({"riskLevel": "HIGH"})).await;
    assert_eq!(shared.status, 200);
    let before = desk.tables().await;
    let key = Browser::with_key(&desk.host.url, &desk.north.key);
    for who in [&desk.rep, &key] {
        let seen = put(who, json!({"riskLevel": "HIGH"})).await;
        assert_eq!((seen.status, seen.code().as_str()), (403, "FORBIDDEN"));
    }
    // South has no opportunity 1, and north has no 6; 4 is another one in each.
    assert_eq!(desk.stranger.get(PATH).await.status, 404);
    assert_eq!(put(&desk.stranger, json!({"riskLevel": "HIGH"})).await.status, 404);
    assert_eq!(desk.admin.get("/api/opportunities/6/augmentation").await.status, 404);
    assert_eq!(desk.stranger.get("/api/opportunities/4/augmentation").await.json()["augmentation"], Value::Null);
    assert_eq!(desk.tables().await, before);
    let admin_key = Browser::with_key(&desk.host.url, &desk.north.new_key(&["admin"]).await);
    assert_eq!(put(&admin_key, json!({"riskLevel": "CRITICAL"})).await.status, 200);
    // A record that is gone from the source keeps what was added, and so does a mirror that was begun anew.
    desk.sql("update opportunities set deleted_at = now() where id = 1").await;
    assert_eq!(desk.rep.get(PATH).await.json()["augmentation"]["riskLevel"], "CRITICAL");
}
