//! What fires, once, and whom it tells.

use serde_json::{Value, json};

use crate::scene::{number, sql};
use crate::stage::{firings, notify, quiet, reaches, rule, send, stage};
use crate::support::patch;

#[tokio::test]
async fn an_event_fires_the_rules_that_ask_for_it_once() {
    let scene = stage(20).await;
    let ids = scene.stand.ids_in_scope();
    let message = "{actionType} of {opportunity} by {user}";
    let told = json!([{"type": "notify", "to": "manager", "message": message}]);
    let lost = rule(&scene, "lost", json!({"type": "event", "actionTypes": ["mark_as_lost"]}), json!([]), told).await;
    let other =
        rule(&scene, "other", json!({"type": "event", "actionTypes": ["cancel"]}), json!([]), json!([notify("rep")]))
            .await;
    let event = scene.door.deliver(1, ids[0], "mark_as_lost").await;
    scene.door.deliver(2, ids[1], "update").await;
    // The same delivery once more is the same event.
    scene.door.deliver(1, ids[0], "mark_as_lost").await;
    quiet(&scene, 20).await;
    let fired = firings(&scene, &lost).await;
    assert_eq!(fired.len(), 1, "{fired:?}");
    assert_eq!((&fired[0]["cause"], &fired[0]["facts"]["eventId"]), (&json!("event"), &json!(event)));
    assert_eq!((&fired[0]["actions"][0]["state"], &fired[0]["actions"][0]["attempts"]), (&json!("done"), &json!(1)));
    assert!(firings(&scene, &other).await.is_empty());
    let name = scene.opportunity(ids[0]).await["name"].as_str().unwrap().replace('\'', "''");
    let notifications = format!(
        "select count(*) from app.notifications n join app.memberships m using (tenant_id, person_id) where m.role = 'manager'
            and n.kind = 'rule' and n.title like 'lost: %' and n.body = 'mark_as_lost of {name} by Ana' and n.href = '/opportunities/{}'",
        ids[0]
    );
    assert_eq!(number(&scene.env, &notifications).await, 2);
    assert_eq!(number(&scene.env, "select count(*) from app.notifications").await, 2);
    let shown = scene.api.get(&format!("/api/rules/{}", lost["id"])).await.expect(200);
    assert_eq!(shown["firedCount"], 1);
    assert!(shown["lastFiredAt"].is_string() && shown["version"] == 1, "{shown}");
    // What fired nothing is not kept.
    assert_eq!(number(&scene.env, "select count(*) from app.rule_causes").await, 1);
}

#[tokio::test]
async fn conditions_look_at_the_opportunity_and_a_change_of_status_at_both() {
    let scene = stage(20).await;
    let id = scene.stand.ids_in_scope()[0];
    let before = scene.opportunity(id).await["opportunity_status"].as_str().unwrap().to_owned();
    let to = json!({"type": "event", "toStatus": "Turned round"});
    let owner = |name: &str| json!([{"field": "owner", "operator": "is", "value": name}]);
    let mine = rule(&scene, "mine", to.clone(), owner("Owner of this"), json!([notify("owner")])).await;
    let theirs = rule(&scene, "theirs", to, owner("Somebody else"), json!([notify("admin")])).await;
    let from = json!({"type": "event", "fromStatus": before});
    let left = rule(&scene, "left", from, json!([]), json!([notify("admin")])).await;
    sql(&scene.env, "update app.people set name = 'owner of THIS' where email = 'r@x.example'").await;
    let change = json!({"status_name": "Turned round", "owner": {"id": 5, "name": "Owner of this"}, "updated_at": "2035-01-01T00:00:00.000Z"});
    scene.stand.account.change(id, patch(change));
    scene.door.deliver(1, id, "update").await;
    quiet(&scene, 20).await;
    // Nothing has changed any more.
    scene.door.deliver(2, id, "update").await;
    quiet(&scene, 20).await;
    let fired = firings(&scene, &mine).await;
    assert_eq!(fired.len(), 1, "{fired:?}");
    let facts = &fired[0]["facts"];
    assert_eq!((&facts["previousStatus"], &facts["newStatus"]), (&json!(before), &json!("Turned round")));
    assert!(firings(&scene, &theirs).await.is_empty());
    assert_eq!(firings(&scene, &left).await.len(), 1);
    let told = "select count(*) from app.notifications n join app.people p on p.id = n.person_id where n.title like 'mine: %' and p.email = 'r@x.example'";
    assert_eq!(number(&scene.env, told).await, 1);
}

#[tokio::test]
async fn a_replay_fires_only_where_the_rule_says_so_and_a_test_never() {
    let scene = stage(20).await;
    let once = rule(&scene, "once", json!({"type": "event"}), json!([]), json!([notify("admin")])).await;
    let again = json!({"type": "event", "onReplay": true});
    let again = rule(&scene, "again", again, json!([]), json!([notify("admin")])).await;
    let event = scene.door.deliver(1, scene.stand.ids_in_scope()[0], "update").await;
    scene.settled(&event, 10).await;
    send(&scene, "POST", "/api/replay", json!({"eventId": event})).await.expect(200);
    send(&scene, "POST", "/api/test-webhook", json!({})).await.expect(200);
    quiet(&scene, 20).await;
    assert_eq!((firings(&scene, &once).await.len(), firings(&scene, &again).await.len()), (1, 2));
}

#[tokio::test]
async fn what_comes_on_top_of_ten_an_hour_is_collected() {
    let scene = stage(20).await;
    rule(&scene, "busy", json!({"type": "event"}), json!([]), json!([notify("admin")])).await;
    let ids = scene.stand.ids_in_scope();
    for n in 0..25_usize {
        scene.door.deliver(i64::try_from(n).unwrap(), ids[n % 10], "update").await;
    }
    quiet(&scene, 30).await;
    for n in 25..30_usize {
        scene.door.deliver(i64::try_from(n).unwrap(), ids[n % 10], "update").await;
    }
    quiet(&scene, 30).await;
    assert_eq!(number(&scene.env, "select count(*) from app.notifications where collected = 0").await, 10);
    assert_eq!(number(&scene.env, "select count(*) from app.notifications where title = '20 more of busy'").await, 1);
    assert_eq!(number(&scene.env, "select sum(collected) from app.notifications").await, 20);
}

#[tokio::test]
async fn a_sleeping_rule_does_not_fire_and_a_removed_one_does_nothing_more() {
    let scene = stage(20).await;
    let slack = json!([{"type": "webhook", "url": "http://127.0.0.1:9/"}]);
    let gone = rule(&scene, "gone", json!({"type": "event"}), json!([]), slack).await;
    let asleep = rule(&scene, "asleep", json!({"type": "event"}), json!([]), json!([notify("admin")])).await;
    send(&scene, "PATCH", &format!("/api/rules/{}", asleep["id"]), json!({"enabled": false})).await.expect(200);
    scene.door.deliver(1, scene.stand.ids_in_scope()[0], "update").await;
    quiet(&scene, 20).await;
    assert!(firings(&scene, &asleep).await.is_empty());
    let waits: Value = firings(&scene, &gone).await[0]["actions"][0].clone();
    assert_eq!((&waits["state"], &waits["attempts"]), (&json!("pending"), &json!(1)), "{waits}");
    assert_eq!(waits["error"], "the receiver could not be reached");
    assert!(waits["nextAt"].is_string(), "{waits}");
    assert_eq!(send(&scene, "DELETE", &format!("/api/rules/{}", gone["id"]), json!({})).await.status, 204);
    reaches(&scene, "it is cancelled", 20, "select count(*) from app.rule_actions where state = 'cancelled'", 1).await;
}
