//! What rules do to opportunities: it is in the audit as theirs, done once, and causes nothing further.

use serde_json::json;

use crate::scene::number;
use crate::stage::{firings, quiet, rule, send, stage};

#[tokio::test]
async fn a_rule_starts_a_workflow_and_sets_the_risk_once_as_the_rule() {
    let scene = stage(20).await;
    let id = scene.stand.ids_in_scope()[0];
    let template = json!({"code": "rescue", "name": "Rescue", "steps": ["call", "offer"]});
    send(&scene, "POST", "/api/workflow-templates", template).await.expect(201);
    let actions = json!([
        {"type": "start_workflow", "workflowType": "rescue"},
        {"type": "set_augmentation", "set": {"riskLevel": "HIGH", "financialHealthScore": 20}},
        {"type": "start_workflow", "workflowType": "no-such"},
        {"type": "notify", "to": "admin"},
    ]);
    let trigger = json!({"type": "event", "actionTypes": ["mark_as_lost"]});
    let made = rule(&scene, "rescue the lost", trigger, json!([]), actions).await;
    // It would fire for whatever rules did, if that were a cause.
    let any = rule(
        &scene,
        "any",
        json!({"type": "event", "onReplay": true}),
        json!([]),
        json!([{"type": "notify", "to": "rep"}]),
    )
    .await;
    scene.door.deliver(1, id, "mark_as_lost").await;
    quiet(&scene, 20).await;
    let fired = firings(&scene, &made).await;
    let states: Vec<&str> =
        fired[0]["actions"].as_array().unwrap().iter().map(|action| action["state"].as_str().unwrap()).collect();
    assert_eq!((fired.len(), states.as_slice()), (1, ["done", "done", "failed", "done"].as_slice()), "{fired:?}");
    assert_eq!(fired[0]["actions"][2]["error"], "workflowType: is no code of a workflow template");
    let added = scene.api.get(&format!("/api/opportunities/{id}/augmentation")).await.expect(200);
    let (level, score) = (&added["augmentation"]["riskLevel"], &added["augmentation"]["financialHealthScore"]);
    let (level, score) = if level.is_null() {
        (&added["augmentation"]["risk_level"], &added["augmentation"]["financial_health_score"])
    } else {
        (level, score)
    };
    assert_eq!((level, score), (&json!("HIGH"), &json!(20)), "{added}");
    let audited = "select count(*) from app.audit_log where source = 'rule' and actor_kind = 'system' and actor_name = 'rescue the lost' and entity_type = ";
    for entity in ["'workflow'", "'augmentation'"] {
        assert_eq!(number(&scene.env, &format!("{audited}{entity}")).await, 1, "{entity}");
    }
    assert_eq!(firings(&scene, &any).await.len(), 1);
    // A workflow of the type is open: the second firing says so, and what it sets is set already.
    scene.door.deliver(2, id, "mark_as_lost").await;
    quiet(&scene, 20).await;
    let fired = firings(&scene, &made).await;
    assert!(fired[0]["actions"][0]["error"].as_str().unwrap().contains("is open on this opportunity"), "{fired:?}");
    assert_eq!(number(&scene.env, "select count(*) from app.audit_log where source = 'rule'").await, 2);
    assert_eq!(number(&scene.env, "select count(*) from app.workflow_instances").await, 1);
}

#[tokio::test]
async fn only_a_rule_about_events_has_an_opportunity_to_act_on() {
    let scene = stage(0).await;
    let actions = json!([{"type": "slack"}, {"type": "start_workflow", "workflowType": "rescue"}]);
    let body = json!({"name": "r", "trigger": {"type": "job_failed"}, "actions": actions});
    assert_eq!(send(&scene, "POST", "/api/rules", body).await.expect(400)["details"]["field"], "actions.1.type");
    for (set, place) in [
        (json!({}), "actions.0.set"),
        (json!({"riskLevel": "low"}), "actions.0.set.riskLevel"),
        (json!({"colour": "x"}), "actions.0.set.colour"),
        (json!([]), "actions.0.set"),
    ] {
        let body =
            json!({"name": "r", "trigger": {"type": "event"}, "actions": [{"type": "set_augmentation", "set": set}]});
        assert_eq!(send(&scene, "POST", "/api/rules", body).await.expect(400)["details"]["field"], place, "{set}");
    }
}
