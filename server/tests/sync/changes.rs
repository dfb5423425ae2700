//! Incremental runs: all that changed, also while a run was under way, and what is noted of it.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::json;

use crate::scene::Scene;
use crate::support::{faults, patch, until};

/// Defect 4 of the first system: only the first hundred came, the others never.
#[tokio::test]
async fn one_incremental_run_brings_250_changes() {
    let scene = Scene::mirrored(300).await;
    for id in &scene.stand.ids_in_scope()[..250] {
        scene.stand.account.change(*id, patch(json!({"subject": format!("Changed {id}")})));
    }
    let run = scene.api.sync("incremental").await.expect(200);
    assert_eq!(run["recordsSynced"], 250);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn one_incremental_run_brings_250_changes_of_an_account_without_keys_and_dates() {
    let scene = Scene::new(300, &["no-key=1", "reject-dates=1", "clamp=25"]).await;
    scene.api.sync("initial").await.expect(200);
    for id in &scene.stand.ids_in_scope()[..250] {
        scene.stand.account.change(*id, patch(json!({"subject": format!("Changed {id}")})));
    }
    let run = scene.api.sync("incremental").await.expect(200);
    assert_eq!(run["recordsSynced"], 250);
    scene.mirror().await.assert_equals(&scene.stand);
}

/// The columns' before and after are compared as jsonb, which refuses what odd records hold: it must not be asked to.
#[tokio::test]
async fn an_odd_record_that_is_mirrored_can_change_and_come_back() {
    let scene = Scene::new(60, &["odd=1"]).await;
    scene.api.sync("initial").await.expect(200);
    for id in scene.stand.ids_in_scope() {
        scene.stand.account.change(id, patch(json!({"reference": format!("R{id}")})));
    }
    let run = scene.api.sync("incremental").await.expect(200);
    assert_eq!(run["recordsFailed"], 0);
    scene.mirror().await.assert_equals(&scene.stand);
}

/// Defect 6: records created in the source came by no event.
#[tokio::test]
async fn a_record_created_after_the_first_run_comes_with_the_next() {
    let scene = Scene::mirrored(30).await;
    scene.stand.account.create(patch(json!({"subject": "New"})));
    assert_eq!(scene.api.sync("incremental").await.expect(200)["recordsSynced"], 1);
    scene.mirror().await.assert_equals(&scene.stand);
}

/// Defect 4 as well: the next run began where the last one ended, not where it had begun.
async fn a_change_during_a_run_comes_with_the_next(scene: &Scene, kind: &str) {
    scene.stand.account.clear_requests();
    scene.stand.account.set_faults(faults(&["slow=60", "clamp=25"]));
    let run = scene.api.start(kind).await;
    until("the first page was read", 10, async || scene.stand.lists().first().cloned()).await;
    let first = scene.stand.ids_in_scope()[0];
    scene.stand.account.change(first, patch(json!({"subject": "Changed meanwhile"})));
    scene.stand.account.set_faults(faults(&[]));
    assert_eq!(scene.api.ended(run, 30).await["status"], "completed");
    assert_ne!(
        scene.mirror().await.rows[&first]["subject"],
        "Changed meanwhile",
        "the page was read before the change"
    );
    scene.api.sync("incremental").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_change_during_an_initial_run_comes_with_the_next() {
    let scene = Scene::new(245, &[]).await;
    a_change_during_a_run_comes_with_the_next(&scene, "initial").await;
}

#[tokio::test]
async fn a_change_during_an_incremental_run_comes_with_the_next() {
    let scene = Scene::mirrored(245).await;
    for id in &scene.stand.ids_in_scope()[..100] {
        scene.stand.account.change(*id, patch(json!({"subject": format!("Changed {id}")})));
    }
    a_change_during_a_run_comes_with_the_next(&scene, "incremental").await;
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[tokio::test]
async fn a_change_that_can_be_read_only_after_its_time_is_not_passed_by() {
    let scene = Scene::mirrored(30).await;
    let ids = scene.stand.ids_in_scope();
    scene.stand.account.change(ids[0], patch(json!({"subject": "First"})));
    scene.api.sync("incremental").await.expect(200);
    let late = stamp(Utc::now() - Duration::seconds(30));
    scene.stand.account.change(ids[1], patch(json!({"subject": "Late", "updated_at": late})));
    scene.api.sync("incremental").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_record_from_the_future_does_not_carry_the_cursor_along() {
    let scene = Scene::mirrored(30).await;
    let ids = scene.stand.ids_in_scope();
    let future = stamp(Utc::now() + Duration::days(400));
    scene.stand.account.change(ids[0], patch(json!({"subject": "Future", "updated_at": future})));
    scene.api.sync("incremental").await.expect(200);
    scene.stand.account.change(ids[1], patch(json!({"subject": "Now"})));
    scene.api.sync("incremental").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn an_incremental_run_without_changes_brings_none() {
    let scene = Scene::mirrored(60).await;
    scene.api.sync("incremental").await.expect(200);
    assert_eq!(scene.api.sync("incremental").await.expect(200)["recordsSynced"], 0);
}

#[tokio::test]
async fn a_change_is_noted_with_the_value_before_and_after() {
    let scene = Scene::mirrored(30).await;
    let id = scene.stand.ids_in_scope()[3];
    let before = scene.mirror().await.rows[&id].clone();
    scene.stand.account.change(id, patch(json!({"subject": "Gala", "charge_total": "123456789.50"})));
    let run = scene.api.sync("incremental").await.expect(200);
    let noted = scene.changes_of(id).await;
    let last = noted.last().unwrap();
    assert_eq!((&last["kind"], &last["source"], &last["run_id"]), (&"updated".into(), &"sync".into(), &run["syncId"]));
    assert_eq!(last["fields"]["subject"], json!([before["subject"], "Gala"]));
    let amounts = last["fields"]["charge_total"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap());
    let expected = before["charge_total"].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!(Vec::from_iter(amounts), [expected, 123_456_789.5]);
}

#[tokio::test]
async fn a_record_seen_unchanged_moves_its_synced_at_and_nothing_else() {
    let scene = Scene::mirrored(30).await;
    let before = scene.mirror().await;
    scene.api.sync("sweep").await.expect(200);
    let after = scene.mirror().await;
    for (id, row) in &after.rows {
        let mut expected = before.rows[id].clone();
        assert_ne!(row["synced_at"], expected["synced_at"], "{id}");
        expected["synced_at"] = row["synced_at"].clone();
        assert_eq!(*row, expected);
        assert_eq!(scene.changes_of(*id).await.len(), 1, "{id}");
    }
}

/// Defect 10: a late answer with an older version overwrote a newer one.
#[tokio::test]
async fn an_older_version_read_alone_does_not_overwrite_a_newer_one() {
    let scene = Scene::mirrored(30).await;
    let id = scene.stand.ids_in_scope()[0];
    let newer = older_in_the_source(&scene, id).await;
    scene.env.backline_ok(&["sync", "single", "--tenant", "north", "--id", &id.to_string()], "").await;
    assert_eq!(scene.mirror().await.raw[&id], newer);
}

#[tokio::test]
async fn an_older_version_on_a_page_does_not_overwrite_a_newer_one() {
    let scene = Scene::mirrored(30).await;
    let id = scene.stand.ids_in_scope()[0];
    let newer = older_in_the_source(&scene, id).await;
    scene.api.sync("sweep").await.expect(200);
    let mirror = scene.mirror().await;
    assert_eq!((&mirror.raw[&id], &mirror.rows[&id]["deleted_at"]), (&newer, &json!(null)));
}

#[tokio::test]
async fn a_record_that_the_source_shows_in_an_older_version_is_counted_once() {
    let scene = Scene::mirrored(30).await;
    older_in_the_source(&scene, scene.stand.ids_in_scope()[0]).await;
    scene.stand.account.set_faults(faults(&["no-key=1", "clamp=25"]));
    let run = scene.api.sync("sweep").await.expect(200);
    assert_eq!(run["recordsSynced"], scene.stand.ids_in_scope().len());
}

/// The mirror takes a newer version by a single read; then the source shows the older one again. Gives the newer one.
async fn older_in_the_source(scene: &Scene, id: i64) -> String {
    let older = scene.stand.account.raw(id).unwrap();
    scene.stand.account.change(id, patch(json!({"subject": "Newer"})));
    let newer = scene.stand.account.raw(id).unwrap();
    scene.env.backline_ok(&["sync", "single", "--tenant", "north", "--id", &id.to_string()], "").await;
    scene.stand.account.put_raw(id, older);
    newer
}

#[tokio::test]
async fn a_version_of_the_same_moment_is_taken() {
    let scene = Scene::mirrored(30).await;
    let id = scene.stand.ids_in_scope()[0];
    let updated_at = crate::support::source_record(&scene.stand, id)["updated_at"].clone();
    scene.stand.account.change(id, patch(json!({"subject": "Same moment", "updated_at": updated_at})));
    scene.api.sync("sweep").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_single_read_writes_no_run() {
    let scene = Scene::mirrored(30).await;
    let id = scene.stand.ids_in_scope()[0];
    scene.stand.account.change(id, patch(json!({"subject": "Alone"})));
    scene.env.backline_ok(&["sync", "single", "--tenant", "north", "--id", &id.to_string()], "").await;
    assert_eq!(scene.api.status().await.unwrap()["history"].as_array().unwrap().len(), 1);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_single_read_of_a_deleted_record_marks_it_as_gone() {
    let scene = Scene::mirrored(30).await;
    let id = scene.stand.ids_in_scope()[0];
    scene.stand.account.delete(id);
    scene.env.backline_ok(&["sync", "single", "--tenant", "north", "--id", &id.to_string()], "").await;
    scene.mirror().await.assert_equals(&scene.stand);
}
