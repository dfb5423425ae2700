//! Sweeps: what is missing comes, what is gone is marked, and an implausible answer deletes nothing.

use chrono::{Duration, SecondsFormat, Utc};
use serde_json::json;

use crate::scene::Scene;
use crate::support::{Env, Mirror, faults, patch};

#[tokio::test]
async fn one_sweep_marks_three_deleted_and_brings_two_that_entered_the_window() {
    let scene = Scene::mirrored(200).await;
    let inside = scene.stand.ids_in_scope();
    for id in &inside[10..13] {
        scene.stand.account.delete(*id);
    }
    let outside = scene.stand.account.ids().into_iter().filter(|id| !inside.contains(id)).take(2);
    let soon = (Utc::now() + Duration::days(9)).to_rfc3339_opts(SecondsFormat::Millis, true);
    for id in outside.collect::<Vec<_>>() {
        // Its version is old: only the window tells.
        let updated_at = crate::support::source_record(&scene.stand, id)["updated_at"].clone();
        scene.stand.account.change(id, patch(json!({"starts_at": soon, "updated_at": updated_at})));
    }
    scene.api.sync("sweep").await.expect(200);
    let mirror = scene.mirror().await;
    mirror.assert_equals(&scene.stand);
    let gone: Vec<i64> = mirror.rows.keys().copied().filter(|id| !mirror.alive().contains(id)).collect();
    assert_eq!(gone, inside[10..13]);
}

/// After a quiet initial run, three deletions and a sweep with these faults.
async fn three_gone_with(pairs: &[&str]) {
    let scene = Scene::mirrored(200).await;
    for id in &scene.stand.ids_in_scope()[10..13] {
        scene.stand.account.delete(*id);
    }
    scene.stand.account.set_faults(faults(pairs));
    scene.api.sync("sweep").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_sweep_over_an_unruly_network_marks_only_what_is_gone() {
    three_gone_with(&["clamp=25", "rate-limit=0.1", "server-error=0.05", "html=0.05", "cut=0.05"]).await;
}

#[tokio::test]
async fn a_sweep_of_an_account_without_keys_and_dates_marks_only_what_is_gone() {
    three_gone_with(&["clamp=25", "no-key=1", "reject-dates=1"]).await;
}

#[tokio::test]
async fn a_deletion_is_noted_with_the_run_that_found_it() {
    let scene = Scene::mirrored(60).await;
    let id = scene.stand.ids_in_scope()[7];
    scene.stand.account.delete(id);
    let run = scene.api.sync("sweep").await.expect(200);
    let noted = scene.changes_of(id).await;
    let last = noted.last().unwrap();
    assert_eq!((&last["kind"], &last["run_id"]), (&json!("deleted"), &run["syncId"]));
}

#[tokio::test]
async fn a_record_outside_of_the_window_that_was_mirrored_before_stays() {
    let scene = Scene::mirrored(60).await;
    let id = scene.stand.ids_in_scope()[7];
    let past = (Utc::now() - Duration::days(90)).to_rfc3339_opts(SecondsFormat::Millis, true);
    scene.stand.account.change(id, patch(json!({"starts_at": past})));
    scene.api.sync("sweep").await.expect(200);
    let mirror = scene.mirror().await;
    assert_eq!(mirror.raw[&id], scene.stand.account.raw(id).unwrap());
    assert!(mirror.alive().contains(&id));
}

/// A sweep that must be refused, and the mirror before and after it.
async fn refused(scene: &Scene) -> (Mirror, Mirror) {
    let before = scene.mirror().await;
    assert_eq!(scene.api.sync("sweep").await.code(502), "SWEEP_REFUSED");
    let status = scene.api.status().await.unwrap();
    let run = &status["lastSync"];
    assert_eq!((&run["status"], &run["metadata"]["code"]), (&json!("failed"), &json!("SWEEP_REFUSED")));
    (before, scene.mirror().await)
}

#[tokio::test]
async fn a_source_that_shows_no_rows_deletes_nothing() {
    let scene = Scene::mirrored(100).await;
    scene.stand.account.ids().into_iter().for_each(|id| scene.stand.account.delete(id));
    let (before, after) = refused(&scene).await;
    assert_eq!(after.rows, before.rows);
}

#[tokio::test]
async fn a_source_that_has_lost_30_percent_deletes_nothing() {
    let scene = Scene::mirrored(100).await;
    for id in scene.stand.ids_in_scope().into_iter().take(30) {
        scene.stand.account.delete(id);
    }
    let (before, after) = refused(&scene).await;
    assert_eq!(after.alive(), before.alive());
}

#[tokio::test]
async fn the_operator_may_let_a_sweep_believe_more() {
    let env = Env::fresh().await.with("BACKLINE_SWEEP_MAX_GONE_PERCENT", "50");
    let scene = Scene::on(env, 100, &[]).await;
    scene.api.sync("initial").await.expect(200);
    for id in scene.stand.ids_in_scope().into_iter().take(30) {
        scene.stand.account.delete(id);
    }
    scene.api.sync("sweep").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn a_deleted_record_that_comes_back_is_restored() {
    let scene = Scene::mirrored(60).await;
    let id = scene.stand.ids_in_scope()[7];
    let raw = scene.stand.account.raw(id).unwrap();
    scene.stand.account.delete(id);
    scene.api.sync("sweep").await.expect(200);
    scene.stand.account.put_raw(id, raw);
    scene.api.sync("sweep").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
    let kinds: Vec<_> = scene.changes_of(id).await.iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds, ["created", "deleted", "restored"]);
}

/// Somebody restores a backup at the source: the mirror must not keep the record as gone.
#[tokio::test]
async fn a_deleted_record_that_comes_back_as_an_older_version_is_restored() {
    let scene = Scene::mirrored(60).await;
    let id = scene.stand.ids_in_scope()[7];
    let older = scene.stand.account.raw(id).unwrap();
    scene.stand.account.change(id, patch(json!({"subject": "Newer"})));
    scene.api.sync("incremental").await.expect(200);
    scene.stand.account.delete(id);
    scene.api.sync("sweep").await.expect(200);
    scene.stand.account.put_raw(id, older);
    scene.api.sync("sweep").await.expect(200);
    assert!(scene.mirror().await.alive().contains(&id));
}

#[tokio::test]
async fn a_deleted_record_is_in_no_list_unless_asked_for() {
    let scene = Scene::mirrored(60).await;
    let id = scene.stand.ids_in_scope()[7];
    scene.stand.account.delete(id);
    scene.api.sync("sweep").await.expect(200);
    let count = async |deleted: &str| {
        let path = format!("/api/opportunities?deleted={deleted}");
        scene.api.get(&path).await.expect(200)["pagination"]["totalCount"].as_i64().unwrap()
    };
    let left = i64::try_from(scene.stand.ids_in_scope().len()).unwrap();
    assert_eq!((count("exclude").await, count("only").await, count("include").await), (left, 1, left + 1));
}
