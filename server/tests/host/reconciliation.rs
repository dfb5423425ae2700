//! Lists of what is missing or old beside the mirror.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::Browser;
use super::business::{Business, field, mirror, send};

const PATH: &str = "/api/reconciliation";

/// North: 1 and 2 augmented; Xero knows 1 (synced just now), 2 (failed) and 5 (gone); Monday knows 1 (never synced).
async fn begin() -> Business {
    let desk = Business::begin().await;
    for id in [1, 2] {
        let path = format!("/api/opportunities/{id}/augmentation");
        assert_eq!(send(&desk.manager, Method::PUT, &path, &json!({"riskLevel": "LOW"})).await.status, 200);
    }
    for (id, system, status) in
        [(1, "Xero", "synced"), (2, "Xero", "failed"), (5, "Xero", "synced"), (1, "Monday", "pending")]
    {
        let path = format!("/api/opportunities/{id}/integrations");
        let body = json!({"systemName": system, "externalId": "x", "syncStatus": status});
        assert_eq!(send(&desk.manager, Method::POST, &path, &body).await.status, 201);
    }
    desk.sql(&format!("update opportunities set deleted_at = now() where id = 5 and tenant_id = '{}'", desk.north.id))
        .await;
    desk
}

async fn ask(who: &Browser, query: &str) -> Value {
    let seen = who.get(&format!("{PATH}?{query}")).await;
    assert_eq!(seen.status, 200, "{query}: {}", seen.text);
    seen.json()
}

/// `type system count: ids`, of each result.
fn told(answer: &Value) -> Vec<String> {
    let results = answer["results"].as_array().unwrap().iter();
    results
        .map(|result| {
            let ids: Vec<String> =
                result["items"].as_array().unwrap().iter().map(|item| item["opportunityId"].to_string()).collect();
            let system = result["system"].as_str().unwrap_or("-");
            format!("{} {system} {}: {}", result["type"].as_str().unwrap(), result["count"], ids.join(" "))
        })
        .collect()
}

#[tokio::test]
async fn each_list_says_what_is_there_and_what_mends_it() {
    let desk = begin().await;
    let answer = ask(&desk.rep, "type=unaugmented").await;
    assert_eq!((&answer["success"], &answer["type"]), (&json!(true), &json!("unaugmented")));
    assert!(answer["timestamp"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().is_ok());
    // The newest change first; what is gone from the source is not missed.
    assert_eq!(told(&answer), ["unaugmented - 2: 4 3"]);
    assert_eq!(
        answer["results"][0]["items"][0],
        json!({
            "opportunityId": 4, "opportunityName": "Show 4", "organisationName": "Hall 4", "system": null,
            "reason": "nothing is added to it", "since": "2026-01-01T00:00:00Z",
            "remedy": "add its workflow status, risk or financial health: /opportunities/4/more",
        })
    );
    assert_eq!(answer["pagination"], json!({"page": 1, "limit": 50, "totalCount": 2, "totalPages": 1}));
    assert_eq!(
        told(&ask(&desk.rep, "type=missing-integration&system=xero").await),
        ["missing-integration Xero 2: 4 3"]
    );
    assert_eq!(
        told(&ask(&desk.rep, "type=missing-integration&system=Ledger").await),
        ["missing-integration Ledger 4: 4 3 2 1"]
    );
    let stale = ask(&desk.rep, "type=stale-integrations").await;
    assert_eq!(told(&stale), ["stale-integrations - 2: 1 2"]);
    let reasons: Vec<&str> =
        stale["results"][0]["items"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["it was never synced with Monday", "its sync with Xero failed"]);
    assert_eq!(
        told(&ask(&desk.rep, "type=stale-integrations&system=MONDAY").await),
        ["stale-integrations Monday 1: 1"]
    );
    // A day later the last one is old as well.
    desk.sql("update external_integrations set last_synced = now() - interval '24 hours 1 minute' where opportunity_id = 1 and system_name = 'Xero'").await;
    assert_eq!(told(&ask(&desk.rep, "type=stale-integrations&system=Xero").await), ["stale-integrations Xero 2: 1 2"]);
    desk.sql("update external_integrations set last_synced = now() - interval '23 hours' where opportunity_id = 1 and system_name = 'Xero'").await;
    assert_eq!(told(&ask(&desk.rep, "type=stale-integrations&system=Xero").await), ["stale-integrations Xero 1: 2"]);

    let all = ask(&desk.rep, "type=all").await;
    assert_eq!(
        told(&all),
        [
            "unaugmented - 2: 4 3",
            "missing-integration Monday 3: 4 3 2",
            "missing-integration Xero 2: 4 3",
            "stale-integrations Monday 1: 1",
            "stale-integrations Xero 1: 2",
        ]
    );
    assert_eq!(all["pagination"], Value::Null);
}

#[tokio::test]
async fn pages_are_of_each_result_and_counts_of_the_whole() {
    let desk = begin().await;
    mirror(&desk.env, &desk.north, 100..=399).await;
    let page = ask(&desk.rep, "type=unaugmented&limit=2&page=2").await;
    assert_eq!(told(&page), ["unaugmented - 302: 397 396"]);
    assert_eq!(page["pagination"], json!({"page": 2, "limit": 2, "totalCount": 302, "totalPages": 151}));
    assert_eq!(told(&ask(&desk.rep, "type=unaugmented&page=1000000000").await), ["unaugmented - 302: "]);
    let all = told(&ask(&desk.rep, "type=all&limit=2&page=151").await);
    assert_eq!(
        all[..3],
        ["unaugmented - 302: 4 3", "missing-integration Monday 303: 4 3", "missing-integration Xero 302: 4 3"]
    );
    assert_eq!(all[3..], ["stale-integrations Monday 1: ", "stale-integrations Xero 1: "]);
    // All pages together are the list, each once.
    let mut ids = Vec::new();
    for page in 1..=4 {
        let answer = ask(&desk.rep, &format!("type=missing-integration&system=Monday&limit=100&page={page}")).await;
        ids.extend(
            answer["results"][0]["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["opportunityId"].as_i64().unwrap()),
        );
    }
    ids.sort_unstable();
    assert_eq!(ids, [2, 3, 4].into_iter().chain(100..=399).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_file_has_every_line_of_the_lists() {
    let desk = begin().await;
    desk.sql("update opportunities set name = '=1+1' where id = 4").await;
    mirror(&desk.env, &desk.north, 1000..=2199).await;
    let seen = desk.rep.get(&format!("{PATH}.csv?type=missing-integration&system=xero&limit=1")).await;
    assert_eq!((seen.status, seen.header("content-type")), (200, "text/csv; charset=utf-8"));
    let lines: Vec<&str> = seen.text.lines().collect();
    assert!(lines[0].starts_with("\"# Reconciliation of north, 1202 rows"), "{}", lines[0]);
    assert_eq!(lines[1], "\"# Filters: Type: missing-integration; System: Xero. Sorted by type, system.\"");
    assert_eq!(lines[2], "Type,System,Id,Opportunity,Customer,Reason,Since,Remedy");
    assert_eq!(lines.len(), 3 + 1202);
    assert!(
        lines[1203].starts_with("missing-integration,Xero,4,'=1+1,Hall 4,it has no integration with Xero,"),
        "{}",
        lines[1203]
    );
    let seen = desk.rep.get(&format!("{PATH}.csv?type=all")).await;
    let of = |kind: &str| seen.text.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!(
        (of("unaugmented,"), of("missing-integration,Monday,"), of("missing-integration,Xero,")),
        (1202, 1203, 1202)
    );
    assert_eq!((of("stale-integrations,Monday,"), of("stale-integrations,Xero,")), (1, 1));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_in_both() {
    let desk = Business::begin().await;
    for (query, named) in [
        ("", "type"),
        ("type=", "type"),
        ("type=missing", "type"),
        ("type=All", "type"),
        ("type=all&type=all", "type"),
        ("type=%00", "type"),
        ("type=missing-integration", "system"),
        ("type=missing-integration&system=%20", "system"),
        ("type=stale-integrations&system=a%0Ab", "system"),
        ("type=unaugmented&system=Xero", "system"),
        ("type=all&system=Xero", "system"),
        ("type=all&limit=101", "limit"),
        ("type=all&page=x", "page"),
        ("type=all&sort=id", "sort"),
    ] {
        for path in [PATH, "/api/reconciliation.csv"] {
            assert_eq!(field(&desk.rep.get(&format!("{path}?{query}")).await), named, "{path}?{query}");
        }
    }
}

#[tokio::test]
async fn a_tenant_sees_its_own_mirror_and_systems_only() {
    let desk = begin().await;
    assert_eq!(told(&ask(&desk.stranger, "type=all").await), ["unaugmented - 3: 6 5 4"]);
    assert_eq!(told(&ask(&desk.stranger, "type=stale-integrations").await), ["stale-integrations - 0: "]);
    assert_eq!(
        told(&ask(&desk.stranger, "type=missing-integration&system=Xero").await),
        ["missing-integration Xero 3: 6 5 4"]
    );
    let key = Browser::with_key(&desk.host.url, &desk.north.key);
    assert_eq!(told(&ask(&key, "type=unaugmented").await), ["unaugmented - 2: 4 3"]);
}
