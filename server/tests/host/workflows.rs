//! Workflows on opportunities, and their templates.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, field, send, settled};

const PATH: &str = "/api/opportunities/1/workflows";
const TEMPLATES: &str = "/api/workflow-templates";

async fn post(who: &Browser, path: &str, body: Value) -> Seen {
    send(who, Method::POST, path, &body).await
}

async fn begin() -> Business {
    let desk = Business::begin().await;
    let body = json!({"code": "launch", "name": "Launch", "steps": ["Plan", "Pack", "Load"]});
    assert_eq!(post(&desk.admin, TEMPLATES, body).await.status, 201);
    desk.audited().await;
    desk
}

async fn start(desk: &Business) -> String {
    let seen = post(&desk.manager, PATH, json!({"workflowType": "launch"})).await;
    assert_eq!(seen.status, 201, "{}", seen.text);
    format!("{PATH}/{}", seen.json()["workflow"]["id"])
}

#[tokio::test]
async fn a_workflow_goes_through_its_steps_and_each_leaves_one_row() {
    let desk = begin().await;
    let seen = post(&desk.manager, PATH, json!({"workflowType": "launch", "data": {"van": 2}})).await;
    let begun = json!({
        "opportunityId": 1, "workflowType": "launch", "status": "running", "completedAt": null, "currentStep": "Plan",
        "steps": ["Plan", "Pack", "Load"], "data": {"van": 2}, "error": null, "version": 1,
    });
    assert_eq!(settled(&seen, 201, "workflow"), begun);
    let one = format!("{PATH}/{}", seen.json()["workflow"]["id"]);
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example api | workflow start | - | {"data": {"van": 2}, "status": "running", "current_step": "Plan", "workflow_type": "launch", "opportunity_id": 1}"#
        ]
    );
    let list = desk.rep.get(PATH).await.json();
    assert_eq!(list["pagination"], json!({"page": 1, "limit": 50, "totalCount": 1, "totalPages": 1}));
    assert_eq!(list["workflows"][0], seen.json()["workflow"]);

    // Without a body as well as with one.
    let seen = desk.manager.post(&format!("{one}/advance")).await;
    assert_eq!(settled(&seen, 200, "workflow")["currentStep"], "Pack");
    let seen = post(&desk.manager, &format!("{one}/fail"), json!({"error": "No van."})).await;
    let failed = settled(&seen, 200, "workflow");
    assert_eq!(
        (&failed["status"], &failed["error"], &failed["currentStep"]),
        (&json!("failed"), &json!("No van."), &json!("Pack"))
    );
    assert_eq!(settled(&desk.manager.post(&format!("{one}/retry")).await, 200, "workflow")["status"], "running");
    let seen = post(&desk.manager, &format!("{one}/advance"), json!({"data": {"crew": 4}})).await;
    assert_eq!(settled(&seen, 200, "workflow")["data"], json!({"van": 2, "crew": 4}));
    let done =
        settled(&post(&desk.manager, &format!("{one}/advance"), json!({"expectedVersion": 5})).await, 200, "workflow");
    assert_eq!((&done["status"], &done["currentStep"]), (&json!("completed"), &Value::Null));
    assert!(done["completedAt"].is_string());
    let manager = |rest: &str| format!("manager@north.example api | workflow {rest}");
    assert_eq!(
        desk.audited().await,
        [
            manager(
                r#"advance | {"current_step": "Plan", "opportunity_id": 1} | {"current_step": "Pack", "opportunity_id": 1}"#
            ),
            manager(
                r#"fail | {"error": null, "status": "running", "opportunity_id": 1} | {"error": "No van.", "status": "failed", "opportunity_id": 1}"#
            ),
            manager(
                r#"retry | {"error": "No van.", "status": "failed", "opportunity_id": 1} | {"error": null, "status": "running", "opportunity_id": 1}"#
            ),
            manager(
                r#"advance | {"data": {"van": 2}, "current_step": "Pack", "opportunity_id": 1} | {"data": {"van": 2, "crew": 4}, "current_step": "Load", "opportunity_id": 1}"#
            ),
            manager(
                r#"advance | {"status": "running", "current_step": "Load", "opportunity_id": 1} | {"status": "completed", "current_step": null, "opportunity_id": 1}"#
            ),
        ]
    );
}

#[tokio::test]
async fn what_does_not_fit_where_it_stands_is_refused() {
    let desk = begin().await;
    let one = start(&desk).await;
    // A rule that fires twice starts one.
    let seen = post(&desk.manager, PATH, json!({"workflowType": "launch"})).await;
    assert_eq!((seen.status, seen.code().as_str()), (409, "WORKFLOW_OPEN"), "{}", seen.text);
    let other = post(&desk.manager, "/api/opportunities/2/workflows", json!({"workflowType": "launch"})).await;
    assert_eq!(other.status, 201, "{}", other.text);
    let refused = async |act: &str, code: &str| {
        let before = desk.tables().await;
        let seen =
            post(&desk.manager, &format!("{one}/{act}"), if act == "fail" { json!({"error": "x"}) } else { json!({}) })
                .await;
        assert_eq!((seen.status, seen.code().as_str()), (409, code), "{act}: {}", seen.text);
        assert_eq!(desk.tables().await, before);
    };
    refused("retry", "WORKFLOW_NOT_FAILED").await;
    assert_eq!(post(&desk.manager, &format!("{one}/fail"), json!({"error": "x"})).await.status, 200);
    refused("advance", "WORKFLOW_NOT_RUNNING").await;
    refused("fail", "WORKFLOW_NOT_RUNNING").await;
    let seen = desk.manager.post(&format!("{one}/cancel")).await;
    let cancelled = settled(&seen, 200, "workflow");
    assert_eq!((&cancelled["status"], &cancelled["error"]), (&json!("cancelled"), &json!("x")));
    for (act, code) in
        [("advance", "WORKFLOW_NOT_RUNNING"), ("retry", "WORKFLOW_NOT_FAILED"), ("cancel", "WORKFLOW_OVER")]
    {
        refused(act, code).await;
    }
    // It is over: another one may begin.
    start(&desk).await;
}

#[tokio::test]
async fn who_read_an_older_version_is_refused() {
    let desk = begin().await;
    let one = start(&desk).await;
    for (act, body) in [
        ("advance", json!({"expectedVersion": 2})),
        ("fail", json!({"error": "x", "expectedVersion": 0})),
        ("cancel", json!({"expectedVersion": 7})),
    ] {
        let seen = post(&desk.manager, &format!("{one}/{act}"), body).await;
        assert_eq!((seen.status, seen.code().as_str()), (409, "VERSION_CONFLICT"), "{act}: {}", seen.text);
        assert_eq!(seen.json()["details"]["current"]["currentStep"], "Plan");
    }
    // Two that advance from the same step take it one step, not two.
    let twice = (0..2)
        .map(|_| async { post(&desk.manager, &format!("{one}/advance"), json!({"expectedVersion": 1})).await.status });
    let mut statuses = futures::future::join_all(twice).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(desk.sql("select count(*) from audit_log where action = 'advance'").await, "1");
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_changes_nothing() {
    let desk = begin().await;
    let one = start(&desk).await;
    let before = desk.tables().await;
    for (path, body, named) in [
        (PATH, json!({}), "workflowType"),
        (PATH, json!({"workflowType": "unknown"}), "workflowType"),
        (PATH, json!({"workflowType": "a\u{0}"}), "workflowType"),
        (PATH, json!({"workflowType": 1}), "workflowType"),
        (PATH, json!({"workflowType": "launch", "data": [1]}), "data"),
        (PATH, json!({"workflowType": "launch", "data": {"a": "\u{0}"}}), "data"),
        (PATH, json!({"workflowType": "launch", "status": "completed"}), "status"),
        (&format!("{one}/advance"), json!({"data": "x"}), "data"),
        (&format!("{one}/advance"), json!({"data": {"a": "x".repeat(20_000)}}), "data"),
        (&format!("{one}/advance"), json!({"expectedVersion": 1.5}), "expectedVersion"),
        (&format!("{one}/fail"), json!({}), "error"),
        (&format!("{one}/fail"), json!({"error": "  "}), "error"),
        (&format!("{one}/fail"), json!({"error": "x".repeat(1001)}), "error"),
        (&format!("{one}/retry"), json!({"error": "x"}), "error"),
        (&format!("{PATH}/x/cancel"), json!({}), "workflow"),
        ("/api/opportunities/x/workflows", json!({"workflowType": "launch"}), "id"),
    ] {
        assert_eq!(field(&post(&desk.manager, path, body.clone()).await), named, "{path} {body}");
    }
    for query in ["page=0", "limit=101", "x=1"] {
        assert_eq!(field(&desk.rep.get(&format!("{PATH}?{query}")).await), query.split('=').next().unwrap());
    }
    for (path, body) in [
        ("/api/opportunities/99/workflows", json!({"workflowType": "launch"})),
        (&format!("{PATH}/999999/advance"), json!({})),
        // It is the first opportunity's.
        (&format!("{}/advance", one.replace("/1/", "/2/")), json!({})),
    ] {
        assert_eq!(post(&desk.manager, path, body).await.status, 404, "{path}");
    }
    assert_eq!(desk.rep.get("/api/opportunities/99/workflows").await.status, 404);
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn admins_define_templates_and_what_was_started_keeps_its_steps() {
    let desk = begin().await;
    let one = start(&desk).await;
    desk.audited().await;
    let list = desk.rep.get(TEMPLATES).await.json();
    let id = list["templates"][0]["id"].to_string();
    let template = format!("{TEMPLATES}/{id}");
    let seen =
        send(&desk.admin, Method::PATCH, &template, &json!({"steps": ["Plan", "Go"], "expectedVersion": 1})).await;
    let after = json!({"code": "launch", "name": "Launch", "steps": ["Plan", "Go"], "version": 2});
    assert_eq!(settled(&seen, 200, "template"), after);
    let stale = send(&desk.admin, Method::PATCH, &template, &json!({"name": "Start", "expectedVersion": 1})).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "VERSION_CONFLICT"));
    let same = send(&desk.admin, Method::PATCH, &template, &json!({"name": "Launch"})).await;
    assert_eq!(settled(&same, 200, "template"), after);
    assert_eq!(settled(&desk.manager.post(&format!("{one}/advance")).await, 200, "workflow")["currentStep"], "Pack");
    let seen = desk.admin.send(Method::DELETE, &template, |request| request).await;
    assert_eq!((seen.status, seen.json()), (200, json!({"success": true})));
    assert_eq!(desk.admin.send(Method::DELETE, &template, |request| request).await.status, 404);
    assert_eq!(settled(&desk.manager.post(&format!("{one}/advance")).await, 200, "workflow")["currentStep"], "Load");
    let rows = desk.audited().await;
    let of_templates: Vec<&String> = rows.iter().filter(|row| row.contains("template")).collect();
    assert_eq!(
        of_templates,
        [
            r#"admin@north.example api | workflow template set | {"steps": ["Plan", "Pack", "Load"]} | {"steps": ["Plan", "Go"]}"#,
            r#"admin@north.example api | workflow template remove | {"code": "launch", "name": "Launch", "steps": ["Plan", "Go"]} | -"#,
        ]
    );
}

#[tokio::test]
async fn a_template_that_breaks_a_rule_is_refused() {
    let desk = begin().await;
    let before = desk.tables().await;
    let many: Vec<String> = (0..51).map(|step| step.to_string()).collect();
    for (body, named) in [
        (json!({"code": "Launch", "name": "x", "steps": ["a"]}), "code"),
        (json!({"code": "", "name": "x", "steps": ["a"]}), "code"),
        (json!({"code": "a\u{0}", "name": "x", "steps": ["a"]}), "code"),
        (json!({"code": "x", "name": " ", "steps": ["a"]}), "name"),
        (json!({"code": "x", "name": "x".repeat(101), "steps": ["a"]}), "name"),
        (json!({"code": "x", "name": "x", "steps": []}), "steps"),
        (json!({"code": "x", "name": "x", "steps": ["a", " a"]}), "steps"),
        (json!({"code": "x", "name": "x", "steps": ["a", ""]}), "steps"),
        (json!({"code": "x", "name": "x", "steps": ["a", 7]}), "steps"),
        (json!({"code": "x", "name": "x", "steps": many}), "steps"),
        (json!({"code": "x", "name": "x"}), "steps"),
        (json!({"code": "x", "name": "x", "steps": ["a"], "id": 7}), "id"),
    ] {
        assert_eq!(field(&post(&desk.admin, TEMPLATES, body.clone()).await), named, "{body}");
    }
    let seen = post(&desk.admin, TEMPLATES, json!({"code": "launch", "name": "x", "steps": ["a"]})).await;
    assert_eq!((seen.status, seen.code().as_str()), (409, "CODE_TAKEN"), "{}", seen.text);
    assert_eq!(field(&send(&desk.admin, Method::PATCH, &format!("{TEMPLATES}/7"), &json!({})).await), "body");
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn neither_a_rep_nor_another_tenant_changes_anything() {
    let desk = begin().await;
    let one = start(&desk).await;
    let template = format!("{TEMPLATES}/{}", desk.rep.get(TEMPLATES).await.json()["templates"][0]["id"]);
    let before = desk.tables().await;
    for act in ["advance", "retry", "cancel"] {
        assert_eq!(desk.rep.post(&format!("{one}/{act}")).await.code(), "FORBIDDEN");
        assert_eq!(desk.stranger.post(&format!("{one}/{act}")).await.status, 404);
    }
    assert_eq!(post(&desk.rep, &format!("{one}/fail"), json!({"error": "x"})).await.code(), "FORBIDDEN");
    assert_eq!(post(&desk.rep, PATH, json!({"workflowType": "launch"})).await.code(), "FORBIDDEN");
    for who in [&desk.rep, &desk.manager] {
        let body = json!({"code": "x", "name": "x", "steps": ["a"]});
        assert_eq!(post(who, TEMPLATES, body).await.code(), "FORBIDDEN");
        assert_eq!(send(who, Method::PATCH, &template, &json!({"name": "y"})).await.code(), "FORBIDDEN");
        assert_eq!(who.send(Method::DELETE, &template, |request| request).await.code(), "FORBIDDEN");
    }
    assert_eq!(send(&desk.stranger, Method::PATCH, &template, &json!({"name": "y"})).await.status, 404);
    assert_eq!(desk.stranger.send(Method::DELETE, &template, |request| request).await.status, 404);
    assert_eq!(desk.stranger.get(TEMPLATES).await.json()["templates"], json!([]));
    // North's templates start nothing in south.
    let seen = post(&desk.stranger, "/api/opportunities/4/workflows", json!({"workflowType": "launch"})).await;
    assert_eq!(field(&seen), "workflowType");
    assert_eq!(desk.tables().await, before);
}
