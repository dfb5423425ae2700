//! What opportunities are called in other systems.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, field, send, settled};

const PATH: &str = "/api/opportunities/1/integrations";

async fn post(who: &Browser, body: Value) -> Seen {
    send(who, Method::POST, PATH, &body).await
}

#[tokio::test]
async fn an_integration_is_added_once_for_a_system_and_changed_from_then_on() {
    let desk = Business::begin().await;
    desk.audited().await;
    let seen = post(&desk.manager, json!({"systemName": "xero", "externalId": " INV-7 ", "uid": "u-1"})).await;
    let made = json!({
        "opportunityId": 1, "systemName": "Xero", "externalId": "INV-7", "uid": "u-1", "syncStatus": "pending", "lastSynced": null,
        "metadata": {}, "version": 1,
    });
    assert_eq!(settled(&seen, 201, "integration"), made);
    let one = format!("{PATH}/{}", seen.json()["integration"]["id"]);
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example api | integration create | - | {"uid": "u-1", "external_id": "INV-7", "sync_status": "pending", "system_name": "Xero", "opportunity_id": 1}"#
        ]
    );
    // The same system again: the row is changed, what is left out stays.
    let body = json!({"systemName": "XERO", "externalId": "INV-8", "syncStatus": "synced", "lastSynced": "2026-11-20T10:00:00+01:00"});
    let after = settled(&post(&desk.manager, body).await, 200, "integration");
    assert_eq!(
        (&after["externalId"], &after["uid"], &after["lastSynced"], &after["version"]),
        (&json!("INV-8"), &json!("u-1"), &json!("2026-11-20T09:00:00Z"), &json!(2))
    );
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example api | integration set | {"external_id": "INV-7", "last_synced": null, "sync_status": "pending", "opportunity_id": 1} | {"external_id": "INV-8", "last_synced": "2026-11-20T09:00:00Z", "sync_status": "synced", "opportunity_id": 1}"#
        ]
    );
    let body = json!({"uid": null, "metadata": {"sheet": 3}, "expectedVersion": 2});
    let after = settled(&send(&desk.manager, Method::PATCH, &one, &body).await, 200, "integration");
    assert_eq!((&after["uid"], &after["metadata"]), (&Value::Null, &json!({"sheet": 3})));
    assert_eq!(desk.audited().await.len(), 1);
    let same = send(&desk.manager, Method::PATCH, &one, &json!({"metadata": {"sheet": 3}})).await;
    assert_eq!((settled(&same, 200, "integration")["version"].clone(), desk.audited().await.len()), (json!(3), 0));

    let list = desk.rep.get(PATH).await.json();
    assert_eq!(
        (&list["pagination"]["totalCount"], &list["integrations"][0]["systemName"]),
        (&json!(1), &json!("Xero"))
    );
    let seen = desk.manager.send(Method::DELETE, &one, |request| request).await;
    assert_eq!((seen.status, seen.json()), (200, json!({"success": true})));
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example api | integration remove | {"uid": null, "metadata": {"sheet": 3}, "external_id": "INV-8", "last_synced": "2026-11-20T09:00:00Z", "sync_status": "synced", "system_name": "Xero", "opportunity_id": 1} | -"#
        ]
    );
    assert_eq!(desk.manager.send(Method::DELETE, &one, |request| request).await.status, 404);
    assert_eq!(desk.rep.get(PATH).await.json()["integrations"], json!([]));
}

#[tokio::test]
async fn a_uid_finds_what_shares_it_in_this_tenant_only() {
    let desk = Business::begin().await;
    for (who, id, system) in [
        (&desk.manager, 2, "Monday"),
        (&desk.manager, 1, "Xero"),
        (&desk.manager, 1, "Ledger & Sons"),
        (&desk.stranger, 4, "Xero"),
    ] {
        let path = format!("/api/opportunities/{id}/integrations");
        let body = json!({"systemName": system, "externalId": "x", "uid": "shared & one"});
        assert_eq!(send(who, Method::POST, &path, &body).await.status, 201);
    }
    let seen = desk.rep.get("/api/integrations?uid=shared%20%26%20one").await.json();
    let found: Vec<String> = seen["integrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["opportunityId"], row["systemName"].as_str().unwrap()))
        .collect();
    assert_eq!(found, ["1 Ledger & Sons", "1 Xero", "2 Monday"]);
    let page = desk.rep.get("/api/integrations?uid=shared%20%26%20one&limit=2&page=2").await.json();
    assert_eq!((page["integrations"].as_array().unwrap().len(), &page["pagination"]["totalPages"]), (1, &json!(2)));
    assert_eq!(desk.rep.get("/api/integrations?uid=shared").await.json()["integrations"], json!([]));
    for (query, named) in [
        ("", "uid"),
        ("?uid=", "uid"),
        ("?uid=%00", "uid"),
        ("?uid=a&uid=b", "uid"),
        ("?uid=a&page=0", "page"),
        ("?uid=a&x=1", "x"),
    ] {
        assert_eq!(field(&desk.rep.get(&format!("/api/integrations{query}")).await), named, "{query}");
    }
}

#[tokio::test]
async fn who_read_an_older_version_is_refused_and_told_the_current_one() {
    let desk = Business::begin().await;
    let seen = post(&desk.manager, json!({"systemName": "Xero", "externalId": "1", "expectedVersion": 0})).await;
    assert_eq!(seen.status, 201);
    let one = format!("{PATH}/{}", seen.json()["integration"]["id"]);
    let before = desk.tables().await;
    for stale in [0, 2] {
        let body = json!({"systemName": "Xero", "externalId": "2", "expectedVersion": stale});
        let seen = post(&desk.manager, body).await;
        assert_eq!((seen.status, seen.code().as_str()), (409, "VERSION_CONFLICT"), "{}", seen.text);
        let seen =
            send(&desk.manager, Method::PATCH, &one, &json!({"externalId": "2", "expectedVersion": stale})).await;
        assert_eq!(seen.json()["details"]["current"]["externalId"], "1", "{}", seen.text);
    }
    assert_eq!(desk.tables().await, before);
    // Of many that add the same system at once one adds, the others change.
    let all = (0..6).map(|n| {
        let desk = &desk;
        async move {
            send(&desk.manager, Method::POST, PATH, &json!({"systemName": "Monday", "externalId": n.to_string()}))
                .await
                .status
        }
    });
    let mut statuses = futures::future::join_all(all).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_changes_nothing() {
    let desk = Business::begin().await;
    let seen = post(&desk.manager, json!({"systemName": "Xero", "externalId": "1"})).await;
    let one = format!("{PATH}/{}", seen.json()["integration"]["id"]);
    let before = desk.tables().await;
    for (more, named) in [
        (json!({"systemName": " "}), "systemName"),
        (json!({"systemName": "x".repeat(61)}), "systemName"),
        (json!({"systemName": "a\u{0}"}), "systemName"),
        (json!({"systemName": null}), "systemName"),
        (json!({"externalId": ""}), "externalId"),
        (json!({"externalId": "x".repeat(201)}), "externalId"),
        (json!({"externalId": 7}), "externalId"),
        (json!({"uid": "x".repeat(201)}), "uid"),
        (json!({"syncStatus": "done"}), "syncStatus"),
        (json!({"lastSynced": "yesterday"}), "lastSynced"),
        (json!({"lastSynced": "2999-01-01T00:00:00Z"}), "lastSynced"),
        (json!({"lastSynced": "0001-01-01T00:00:00Z"}), "lastSynced"),
        (json!({"metadata": []}), "metadata"),
        (json!({"metadata": {"a": ["\u{0}"]}}), "metadata"),
        (json!({"expectedVersion": true}), "expectedVersion"),
        (json!({"opportunityId": 2}), "opportunityId"),
    ] {
        let mut body = json!({"systemName": "Monday", "externalId": "1"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(field(&post(&desk.manager, body).await), named, "{more}");
        if !["systemName", "opportunityId"].contains(&named) {
            assert_eq!(field(&send(&desk.manager, Method::PATCH, &one, &more).await), named, "{more}");
        }
    }
    assert_eq!(field(&send(&desk.manager, Method::PATCH, &one, &json!({"systemName": "Monday"})).await), "systemName");
    assert_eq!(field(&send(&desk.manager, Method::PATCH, &one, &json!({})).await), "body");
    assert_eq!(
        field(&send(&desk.manager, Method::PATCH, &format!("{PATH}/x"), &json!({"uid": "a"})).await),
        "integration"
    );
    for path in ["/api/opportunities/99/integrations", "/api/opportunities/2/integrations/1"] {
        let method = if path.ends_with("/1") { Method::PATCH } else { Method::POST };
        let body =
            if path.ends_with("/1") { json!({"uid": "a"}) } else { json!({"systemName": "Xero", "externalId": "1"}) };
        assert_eq!(send(&desk.manager, method, path, &body).await.status, 404, "{path}");
    }
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn neither_a_rep_nor_another_tenant_changes_anything() {
    let desk = Business::begin().await;
    let seen = post(&desk.manager, json!({"systemName": "Xero", "externalId": "1"})).await;
    let one = format!("{PATH}/{}", seen.json()["integration"]["id"]);
    let before = desk.tables().await;
    assert_eq!(post(&desk.rep, json!({"systemName": "Monday", "externalId": "1"})).await.code(), "FORBIDDEN");
    assert_eq!(send(&desk.rep, Method::PATCH, &one, &json!({"uid": "a"})).await.code(), "FORBIDDEN");
    assert_eq!(desk.rep.send(Method::DELETE, &one, |request| request).await.code(), "FORBIDDEN");
    assert_eq!(post(&desk.stranger, json!({"systemName": "Monday", "externalId": "1"})).await.status, 404);
    assert_eq!(send(&desk.stranger, Method::PATCH, &one, &json!({"uid": "a"})).await.status, 404);
    assert_eq!(desk.stranger.send(Method::DELETE, &one, |request| request).await.status, 404);
    assert_eq!(desk.stranger.get(PATH).await.status, 404);
    assert_eq!(desk.tables().await, before);
}
