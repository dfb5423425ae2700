//! Remedies for many records at once: each is done or named with its reason, by REST and by the form above a list.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, field, send};
use super::plain::shown;

const PATH: &str = "/api/reconciliation/remedies";
const FORM: &str = "/reconciliation/remedies";

/// North: 5 is gone from the source; 2 is augmented, runs a launch and is known to Xero since just now. 6 is south's alone.
async fn begin() -> Business {
    let desk = Business::begin().await;
    let put = async |path: &str, method: Method, body: Value| {
        let seen = send(&desk.admin, method, path, &body).await;
        assert!(matches!(seen.status, 200 | 201), "{path}: {}", seen.text);
    };
    put("/api/workflow-templates", Method::POST, json!({"code": "launch", "name": "Launch", "steps": ["Plan"]})).await;
    put("/api/opportunities/2/augmentation", Method::PUT, json!({"riskLevel": "LOW"})).await;
    put("/api/opportunities/2/workflows", Method::POST, json!({"workflowType": "launch"})).await;
    let known = json!({"systemName": "Xero", "externalId": "INV-2", "syncStatus": "synced"});
    put("/api/opportunities/2/integrations", Method::POST, known).await;
    desk.sql(&format!("update opportunities set deleted_at = now() where id = 5 and tenant_id = '{}'", desk.north.id))
        .await;
    desk.audited().await;
    desk
}

async fn ask(who: &Browser, body: Value) -> Seen {
    send(who, Method::POST, PATH, &body).await
}

async fn post(who: &Browser, query: &str, body: &str) -> Seen {
    let body = body.to_owned();
    let form = |request: reqwest::RequestBuilder| {
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    who.send(Method::POST, &format!("{FORM}?{query}"), form).await
}

fn records(ids: impl IntoIterator<Item = i64>) -> Value {
    ids.into_iter().map(|id| json!({"opportunityId": id})).collect()
}

/// What became of each: its id, and its code where it was not done.
#[track_caller]
fn told(seen: &Seen) -> Vec<String> {
    assert_eq!(seen.status, 200, "{}", seen.text);
    let answer = seen.json();
    let records = answer["records"].as_array().unwrap();
    let done = records.iter().filter(|record| record["done"] == true).count();
    assert_eq!((&answer["done"], &answer["success"]), (&json!(done), &json!(done == records.len())));
    let one = |record: &Value| {
        assert_eq!(record["done"] == true, record["reason"].is_null(), "{record}");
        format!("{} {}", record["opportunityId"], record["code"].as_str().unwrap_or("done"))
    };
    records.iter().map(one).collect()
}

#[tokio::test]
async fn good_gone_and_other_tenants_records_are_each_done_or_named() {
    let desk = begin().await;
    let body = json!({"remedy": "augment", "workflowStatus": "In planning", "riskLevel": "HIGH", "records": records([6, 5, 2, 1, 99])});
    assert_eq!(
        told(&ask(&desk.manager, body.clone()).await),
        ["1 done", "2 VERSION_CONFLICT", "5 NOT_FOUND", "6 NOT_FOUND", "99 NOT_FOUND"]
    );
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example api | augmentation create | - | {"risk_level": "HIGH", "workflow_status": "In planning"}"#,
            r#"manager@north.example api | reconciliation remedy | - | {"done": 1, "remedy": "augment", "records": 5}"#,
        ]
    );
    assert_eq!(
        desk.sql(
            "select string_agg(opportunity_id || risk_level, ' ' order by opportunity_id) from augmented_opportunities"
        )
        .await,
        "1HIGH 2LOW"
    );
    // Once more: somebody was first, and nothing is written.
    let before = desk.tables().await;
    assert_eq!(told(&ask(&desk.manager, body).await)[0], "1 VERSION_CONFLICT");
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn a_workflow_is_started_on_all_that_have_none_of_it() {
    let desk = begin().await;
    let body = |code: &str| json!({"remedy": "start", "workflowType": code, "records": records([3, 2, 1, 6])});
    let before = desk.tables().await;
    assert_eq!(field(&ask(&desk.manager, body("nothing")).await), "workflowType");
    assert_eq!(desk.tables().await, before);
    assert_eq!(told(&ask(&desk.manager, body("launch")).await), ["1 done", "2 WORKFLOW_OPEN", "3 done", "6 NOT_FOUND"]);
    let trail = desk.manager.get("/api/audit?opportunity=3").await.json();
    assert_eq!((&trail["count"], &trail["auditTrail"][0]["action"]), (&json!(1), &json!("start")), "{trail}");
}

#[tokio::test]
async fn ids_in_a_system_are_added_to_those_that_it_did_not_know() {
    let desk = begin().await;
    let of = |id: i64, external: &str| json!({"opportunityId": id, "externalId": external});
    let body = json!({"remedy": "link", "system": "xero", "records": [of(1, " INV-1 "), of(2, "INV-9"), of(3, " "), of(6, "x")]});
    assert_eq!(told(&ask(&desk.manager, body).await), ["1 done", "2 VERSION_CONFLICT", "3 INVALID", "6 NOT_FOUND"]);
    let ids = "select string_agg(opportunity_id || ' ' || system_name || ' ' || external_id, ', ' order by opportunity_id) from external_integrations";
    assert_eq!(desk.sql(ids).await, "1 Xero INV-1, 2 Xero INV-2");
    let without = json!({"remedy": "link", "system": "Xero", "records": records([1])});
    assert_eq!(field(&ask(&desk.manager, without).await), "records.externalId");
}

#[tokio::test]
async fn what_is_stale_is_marked_and_what_was_synced_meanwhile_is_left_alone() {
    let desk = begin().await;
    for (who, id) in [(&desk.manager, 1), (&desk.manager, 3), (&desk.stranger, 4)] {
        let body = json!({"systemName": "Xero", "externalId": "x", "syncStatus": "failed"});
        let path = format!("/api/opportunities/{id}/integrations");
        assert_eq!(send(who, Method::POST, &path, &body).await.status, 201);
    }
    desk.audited().await;
    let mark = |status: &str| json!({"remedy": "mark", "system": "Xero", "syncStatus": status, "records": records([1, 2, 3, 4])});
    let left = ["1 done", "2 NOT_STALE", "3 done", "4 NOT_STALE"];
    assert_eq!(told(&ask(&desk.manager, mark("pending")).await), left);
    let rows = desk.audited().await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(
        rows[0].contains(r#"{"sync_status": "failed", "opportunity_id": 1} | {"sync_status": "pending""#),
        "{rows:?}"
    );
    // Pending ones stay on the list until they are synced.
    let list = async || desk.rep.get("/api/reconciliation?type=stale-integrations&system=Xero").await.json();
    assert_eq!(list().await["results"][0]["count"], 2);
    assert_eq!(told(&ask(&desk.manager, mark("synced")).await), left);
    assert_eq!(list().await["results"][0]["count"], 0);
    assert_eq!(desk.sql("select sync_status from external_integrations where opportunity_id = 4").await, "failed");
}

#[tokio::test]
async fn more_than_a_hundred_none_one_twice_and_a_wrong_value_change_nothing() {
    let desk = begin().await;
    let before = desk.tables().await;
    let augment = |records: Value, risk: &str| json!({"remedy": "augment", "riskLevel": risk, "records": records});
    for (body, name) in [
        (augment(records(1..=101), "LOW"), "records"),
        (augment(json!([]), "LOW"), "records"),
        (augment(records([1, 1]), "LOW"), "records"),
        (augment(records([1, 3]), "low"), "riskLevel"),
        (json!({"remedy": "augment", "records": records([1])}), "body"),
        (json!({"remedy": "mend", "records": records([1])}), "remedy"),
        (json!({"remedy": "mark", "syncStatus": "pending", "records": records([1])}), "system"),
    ] {
        assert_eq!(field(&ask(&desk.manager, body.clone()).await), name, "{body}");
    }
    assert_eq!(desk.tables().await, before);
    // A hundred are taken.
    assert_eq!(told(&ask(&desk.manager, augment(records(1..=100), "LOW")).await).len(), 100);
}

#[tokio::test]
async fn who_may_not_add_to_opportunities_may_not_mend_them_either() {
    let desk = begin().await;
    let reader = Browser::with_key(&desk.host.url, &desk.north.new_key(&["read", "sync"]).await);
    let before = desk.tables().await;
    let body = json!({"remedy": "augment", "riskLevel": "LOW", "records": records([1])});
    for who in [&desk.rep, &reader] {
        let seen = ask(who, body.clone()).await;
        assert_eq!((seen.status, seen.code().as_str()), (403, "FORBIDDEN"), "{}", seen.text);
    }
    assert_eq!(post(&desk.rep, "type=unaugmented", "remedy=augment&riskLevel=LOW&record-1=on").await.status, 403);
    assert!(!shown(&desk.rep.get("/reconciliation?type=unaugmented").await).contains("<form"), "a rep has no form");
    assert_eq!(desk.tables().await, before);
    let admin = Browser::with_key(&desk.host.url, &desk.north.new_key(&["admin"]).await);
    assert_eq!(told(&ask(&admin, body).await), ["1 done"]);
}

#[tokio::test]
async fn the_form_above_a_list_mends_what_is_chosen_or_all_that_it_shows() {
    let desk = begin().await;
    let list = "/reconciliation?type=unaugmented";
    let main = desk.manager.get(list).await;
    let main = shown(&main);
    for part in
        ["name=\"record-4\"", "All 3 on this page", "value=\"4 3 1\"", "<option value=\"launch\"", "Show 3<!></span>"]
    {
        assert!(main.contains(part), "{part}: {main}");
    }
    let seen =
        post(&desk.manager, "type=unaugmented", "remedy=start&workflowType=launch&record-1=on&record-3=on").await;
    assert_eq!(
        (seen.status, seen.header("location")),
        (303, "/reconciliation?type=unaugmented&mended=2"),
        "{}",
        seen.text
    );
    assert!(shown(&desk.manager.get(seen.header("location")).await).contains("2 records are mended."));
    // Of all that were shown, one is gone by now and one has been added to.
    desk.sql(&format!("update opportunities set deleted_at = now() where id = 4 and tenant_id = '{}'", desk.north.id))
        .await;
    assert_eq!(
        post(&desk.manager, "type=unaugmented", "remedy=augment&riskLevel=HIGH&workflowStatus=&record-1=on")
            .await
            .status,
        303
    );
    let all = "remedy=augment&riskLevel=LOW&all=on&shown=4+3+1";
    let seen = post(&desk.manager, "type=unaugmented&limit=10", all).await;
    let main = shown(&seen);
    assert_eq!(seen.status, 200);
    for part in [
        "1 record is mended, 2 are not:",
        "href=\"/opportunities/1/more\">Show 1<!></a>: <!>somebody else has added it meanwhile",
        "href=\"/opportunities/4/more\">Show 4<!></a>: <!>it is not in the mirror",
    ] {
        assert!(main.contains(part), "{part}: {main}");
    }
    let levels =
        "select string_agg(opportunity_id || risk_level, ' ' order by opportunity_id) from augmented_opportunities";
    assert_eq!(desk.sql(levels).await, "1HIGH 2LOW 3LOW");
    assert!(desk.audited().await.iter().all(|row| row.contains(" screen |")));
}

#[tokio::test]
async fn a_form_that_is_refused_comes_back_as_it_was() {
    let desk = begin().await;
    let before = desk.tables().await;
    let long = "x".repeat(101);
    let seen =
        post(&desk.manager, "type=unaugmented", &format!("remedy=augment&workflowStatus={long}&record-3=on")).await;
    let main = shown(&seen);
    assert_eq!(seen.status, 400);
    for part in ["id=\"remedies-workflowStatus-error\"", &format!("value=\"{long}\""), "name=\"record-3\" checked"] {
        assert!(main.contains(part), "{part}: {main}");
    }
    assert!(!main.contains("name=\"record-1\" checked"), "{main}");
    let nothing = post(&desk.manager, "type=unaugmented", "remedy=augment&riskLevel=LOW").await;
    assert!(nothing.status == 400 && shown(&nothing).contains("Expected 1 to 100 records"), "{}", nothing.text);
    for (query, body) in
        [("type=moon", "remedy=augment"), ("", "remedy=augment"), ("type=unaugmented", "remedy=mend&record-1=on")]
    {
        assert_eq!(post(&desk.manager, query, body).await.status, 400, "{query} {body}");
    }
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn lines_of_a_system_have_a_field_for_its_id_or_two_marks() {
    let desk = begin().await;
    let missing = "type=missing-integration&system=Xero";
    let main = desk.manager.get(&format!("/reconciliation?{missing}")).await;
    assert!(shown(&main).contains("aria-label=\"Id of Show 3 in Xero\""), "{}", main.text);
    let seen = post(&desk.manager, missing, "remedy=link&external-1=INV-1&external-3=+&external-4=").await;
    assert_eq!(
        (seen.status, seen.header("location")),
        (303, "/reconciliation?type=missing-integration&system=Xero&mended=1"),
        "{}",
        seen.text
    );
    // Never synced, so stale.
    let stale = "type=stale-integrations&system=Xero";
    let main = desk.manager.get(&format!("/reconciliation?{stale}")).await;
    assert!(shown(&main).contains("value=\"pending\"") && shown(&main).contains("name=\"record-1\""), "{}", main.text);
    assert_eq!(post(&desk.manager, stale, "remedy=mark&syncStatus=synced&record-1=on&shown=1").await.status, 303);
    assert!(shown(&desk.manager.get(&format!("/reconciliation?{stale}")).await).contains("Nothing is missing here."));
}
