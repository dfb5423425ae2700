//! The proof that the mirror is true: what differs is found, all of it and nothing else, and repaired.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scene::Scene;
use crate::support::{faults, patch};

const PATH: &str = "/api/reconciliation/mirror";

async fn check(scene: &Scene) -> Value {
    scene.api.post(PATH).await.expect(200)
}

async fn run(scene: &Scene, run: &Value) -> Value {
    scene.api.get(&format!("{PATH}/{}?limit=100", run["runId"])).await.expect(200)
}

async fn kinds(scene: &Scene, run: &Value) -> BTreeMap<i64, String> {
    let found = self::run(scene, run).await;
    let items = found["items"].as_array().unwrap().iter();
    items.map(|item| (item["opportunityId"].as_i64().unwrap(), item["kind"].as_str().unwrap().to_owned())).collect()
}

/// Everything in the mirror and its history.
async fn all(scene: &Scene) -> String {
    let tables = "select md5(string_agg(o::text, '' order by o.id)) || (select count(*) from app.opportunity_changes) from app.opportunities o";
    scene.sql(tables).await
}

#[tokio::test]
async fn what_differs_is_found_repaired_and_then_nothing_differs() {
    let scene = Scene::mirrored(400).await;
    scene.tenant.new_person("ana@north.example", "manager", "a long enough password 1").await;
    scene.tenant.new_person("bo@north.example", "rep", "a long enough password 1").await;
    let ids = scene.stand.ids_in_scope();
    let clean = check(&scene).await;
    assert_eq!(
        (&clean["status"], &clean["counts"]),
        (&json!("completed"), &json!({"altered": 0, "missing": 0, "gone": 0}))
    );
    assert_eq!(clean["checked"], ids.len());

    let mut expected = BTreeMap::new();
    // Five there, with the time of their change and without one; five here, each in another way.
    for (n, id) in ids[..5].iter().enumerate() {
        let mut change = json!({"subject": format!("Changed {n}")});
        if n % 2 == 0 {
            change["updated_at"] = json!("2035-01-01T00:00:00.000Z");
        }
        scene.stand.account.change(*id, patch(change));
        expected.insert(*id, "altered");
    }
    for (id, change) in ids[5..10].iter().zip([
        "name = name || '!'",
        "charge_total = charge_total + 0.01",
        "data = (data::text || ' ')::json",
        "digest = sha256('')",
        "updated_at_rms = '2099-01-01', starts_at = null",
    ]) {
        scene.sql(&format!("update app.opportunities set {change} where id = {id}")).await;
        expected.insert(*id, "altered");
    }
    for id in &ids[10..13] {
        scene.stand.account.delete(*id);
        expected.insert(*id, "gone");
    }
    for n in 0..2 {
        let starts_at = (chrono::Utc::now() + chrono::TimeDelta::days(3)).format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        let id = scene.stand.account.create(patch(json!({"subject": format!("New {n}"), "starts_at": starts_at})));
        expected.insert(id, "missing");
    }
    scene.sql(&format!("update app.opportunities set deleted_at = now() where id = {}", ids[13])).await;
    expected.insert(ids[13], "missing");

    let before = all(&scene).await;
    let found = check(&scene).await;
    assert_eq!(found["counts"], json!({"altered": 10, "missing": 3, "gone": 3}), "{found}");
    assert_eq!(all(&scene).await, before, "a comparison changes nothing");
    let expected: BTreeMap<i64, String> = expected.into_iter().map(|(id, kind)| (id, kind.to_owned())).collect();
    assert_eq!(kinds(&scene, &found).await, expected);
    let items = run(&scene, &found).await["items"].clone();
    let fields = |id: i64| {
        let item = items.as_array().unwrap().iter().find(|item| item["opportunityId"] == id).unwrap();
        item["fields"].as_array().unwrap().iter().map(|of| of["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fields(ids[5]), ["name"]);
    assert_eq!(fields(ids[6]), ["charge_total"]);
    assert_eq!(fields(ids[8]), ["digest"]);
    assert!(fields(ids[0]).contains(&"subject".to_owned()), "{items}");

    let lists = scene.api.get("/api/reconciliation?type=all").await.expect(200);
    let listed = lists["results"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&listed["type"], &listed["count"]), (&json!("mirror"), &json!(16)), "{lists}");
    let alone = scene.api.get("/api/reconciliation?type=mirror&limit=100").await.expect(200);
    assert_eq!(alone["results"][0]["items"].as_array().unwrap().len(), 16);
    let changes = scene.sql("select count(*) from app.opportunity_changes").await;
    let repaired = scene.api.post(&format!("{PATH}/{}/repair", found["runId"])).await.expect(200);
    assert_eq!(repaired, json!({"success": true, "repaired": 16, "failed": 0}));
    let after = scene.sql("select count(*) from app.opportunity_changes").await;
    assert_eq!(after.parse::<i64>().unwrap() - changes.parse::<i64>().unwrap(), 16, "exactly what was listed");
    scene.mirror().await.assert_equals(&scene.stand);
    let log = "select count(*) filter (where entity_type = 'opportunity'), count(*) filter (where entity_type = 'mirror run') from app.audit_log where action = 'repair'";
    assert_eq!(scene.sql(log).await, "16|1");
    let news = "select count(*) from app.notifications where kind = 'mirror'";
    assert_eq!(scene.sql(news).await, "1");
    let state = run(&scene, &found).await;
    assert!(state["items"].as_array().unwrap().iter().all(|item| item["state"] == "repaired"), "{state}");
    assert_eq!(state["repaired"], 16);

    assert_eq!(scene.api.get("/api/reconciliation?type=mirror").await.expect(200)["results"][0]["count"], 0);
    let next = check(&scene).await;
    assert_eq!(next["counts"], json!({"altered": 0, "missing": 0, "gone": 0}), "{next}");
    // Nothing is left to repair, and it is not done twice.
    let again = scene.api.post(&format!("{PATH}/{}/repair", found["runId"])).await.expect(200);
    assert_eq!(again, json!({"success": true, "repaired": 0, "failed": 0}));
}

#[tokio::test]
async fn a_source_that_shows_nothing_or_fails_midway_leaves_no_list() {
    let scene = Scene::mirrored(250).await;
    let before = all(&scene).await;
    scene.stand.account.set_faults(faults(&["server-error=1"]));
    let failed = check(&scene).await;
    assert_eq!(
        (&failed["success"], &failed["status"], &failed["code"]),
        (&json!(false), &json!("failed"), &json!("SOURCE_FAULT")),
        "{failed}"
    );
    scene.stand.account.set_faults(faults(&["auth=1"]));
    assert_eq!(check(&scene).await["code"], "CREDENTIALS_REFUSED");
    scene.stand.account.set_faults(faults(&[]));
    for id in scene.stand.account.ids() {
        scene.stand.account.delete(id);
    }
    let empty = check(&scene).await;
    assert_eq!((&empty["status"], &empty["counts"]["gone"]), (&json!("failed"), &json!(0)), "{empty}");
    assert!(empty["error"].as_str().unwrap().contains("no records"), "{empty}");
    assert_eq!(run(&scene, &empty).await["items"], json!([]));
    assert_eq!(scene.api.post(&format!("{PATH}/{}/repair", empty["runId"])).await.code(409), "NOT_COMPLETED");
    assert_eq!(all(&scene).await, before);
}

#[tokio::test]
async fn an_account_that_ignores_keys_or_clamps_pages_or_garbles_answers_is_compared_all_the_same() {
    for pairs in [&["no-key=1"][..], &["clamp=20"], &["reject-dates=1"], &["rate-limit=0.1", "cut=0.05", "html=0.05"]] {
        let scene = Scene::mirrored(230).await;
        scene.stand.account.set_faults(faults(pairs));
        let id = scene.stand.ids_in_scope()[7];
        scene.sql(&format!("update app.opportunities set subject = 'x' where id = {id}")).await;
        let found = check(&scene).await;
        assert_eq!(found["counts"], json!({"altered": 1, "missing": 0, "gone": 0}), "{pairs:?}: {found}");
        assert_eq!(found["checked"], scene.stand.ids_in_scope().len(), "{pairs:?}");
    }
}

#[tokio::test]
async fn one_runs_at_a_time_for_who_may_and_only_after_a_first_sync() {
    let scene = Scene::new(30, &[]).await;
    assert_eq!(scene.api.post(PATH).await.code(409), "INITIAL_SYNC_REQUIRED");
    scene.api.sync("initial").await.expect(200);
    scene.stand.account.set_faults(faults(&["slow=1500"]));
    let first = scene.api.post(&format!("{PATH}?wait=false")).await.expect(202);
    assert_eq!((&first["status"], &first["success"]), (&json!("running"), &json!(true)));
    let second = scene.api.post(PATH).await;
    assert_eq!(
        (second.code(409).as_str(), &second.json()["details"]["runId"]),
        ("MIRROR_RUN_RUNNING", &first["runId"])
    );
    assert_eq!(scene.api.post(&format!("{PATH}/{}/repair", first["runId"])).await.code(409), "NOT_COMPLETED");
    assert_eq!(scene.api.get(&format!("{PATH}/999")).await.code(404), "NOT_FOUND");
    assert_eq!(scene.api.post(&format!("{PATH}?wait=maybe")).await.code(400), "INVALID");
    let runs = scene.api.get(PATH).await.expect(200);
    assert_eq!(runs["runs"][0]["runId"], first["runId"]);
}
