//! After an initial run the mirror equals the source, whatever the account does.

use std::collections::BTreeSet;

use crate::scene::Scene;
use crate::support::{Env, faults};

/// One initial run over an account of this size with these faults, and the mirror after it.
async fn equal_after_initial(opportunities: usize, pairs: &[&str]) {
    let scene = Scene::new(opportunities, pairs).await;
    let run = scene.api.sync("initial").await.expect(200);
    let failures = scene.api.failures(None).await;
    let reasons: BTreeSet<_> = failures.iter().map(|row| row["reason"].to_string()).collect();
    assert_eq!(reasons, BTreeSet::new(), "reasons of {} failures", failures.len());
    assert_eq!(run["recordsSynced"], scene.stand.ids_in_scope().len());
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn the_mirror_of_245_records_equals_the_source() {
    equal_after_initial(245, &[]).await;
}

#[tokio::test]
async fn the_mirror_of_1500_records_equals_the_source() {
    equal_after_initial(1_500, &[]).await;
}

#[tokio::test]
async fn a_page_clamp_of_25_hides_nothing() {
    equal_after_initial(245, &["clamp=25"]).await;
}

#[tokio::test]
async fn an_unruly_network_loses_and_invents_nothing() {
    let pairs = ["clamp=25", "rate-limit=0.1", "server-error=0.05", "html=0.05", "cut=0.05"];
    equal_after_initial(500, &pairs).await;
}

#[tokio::test]
async fn odd_records_are_mirrored_byte_for_byte() {
    equal_after_initial(300, &["odd=0.3"]).await;
}

#[tokio::test]
async fn an_account_that_rejects_date_filters_is_mirrored_all_the_same() {
    equal_after_initial(245, &["reject-dates=1"]).await;
}

#[tokio::test]
async fn an_account_that_ignores_keys_and_rejects_date_filters_is_mirrored_all_the_same() {
    equal_after_initial(245, &["no-key=1", "reject-dates=1"]).await;
}

#[tokio::test]
async fn everything_at_once_changes_nothing() {
    let pairs = ["clamp=25", "rate-limit=0.05", "server-error=0.05", "odd=0.3", "no-key=1"];
    equal_after_initial(300, &pairs).await;
}

#[tokio::test]
async fn each_broken_record_is_listed_with_its_field_and_reason_and_all_others_are_mirrored() {
    let scene = Scene::new(300, &["odd=0.3", "broken=7"]).await;
    let run = scene.api.sync("initial").await.expect(200);
    assert_eq!(run["recordsFailed"], 7);
    let failures = scene.api.failures(None).await;
    let listed: BTreeSet<String> = failures.iter().map(|row| row["raw"].as_str().unwrap().to_owned()).collect();
    let broken = scene.stand.account.broken_ids();
    assert_eq!(listed, broken.iter().map(|id| scene.stand.account.raw(*id).unwrap()).collect());
    for row in &failures {
        let (field, reason) = (row["field"].as_str().unwrap(), row["reason"].as_str().unwrap());
        assert!(
            ["id", "charge_total", "starts_at"].contains(&field) && reason.len() > field.len(),
            "{field}: {reason}"
        );
    }
    scene.mirror().await.assert_equals(&scene.stand);
}

/// Initial run while records move between pages, then a quiet incremental run.
async fn equal_after_moving(pairs: &[&str]) {
    let scene = Scene::new(400, pairs).await;
    scene.api.sync("initial").await.expect(200);
    let ids = scene.stand.ids_in_scope();
    let met = scene.mirror().await.alive();
    assert_eq!(met, ids, "ids after the initial run");
    scene.stand.account.set_faults(faults(&[]));
    scene.api.sync("incremental").await.expect(200);
    // What moved outside of the window has come with the changes.
    let mirror = scene.mirror().await;
    let outside = mirror.alive().into_iter().filter(|id| scene.stand.account.ids().contains(id));
    let expected: BTreeSet<i64> = ids.into_iter().chain(outside).collect();
    mirror.assert_holds(&scene.stand, &Vec::from_iter(expected));
}

#[tokio::test]
async fn records_that_move_while_paging_by_number_are_neither_lost_nor_doubled() {
    equal_after_moving(&["no-key=1", "moving=0.02", "clamp=25"]).await;
}

#[tokio::test]
async fn records_that_move_while_paging_by_key_are_neither_lost_nor_doubled() {
    equal_after_moving(&["moving=0.05", "clamp=25"]).await;
}

/// Deletions while the first scan reads: nothing that stays is lost, and a sweep marks what went.
async fn equal_after_deletions(pairs: &[&str]) {
    let scene = Scene::new(300, pairs).await;
    scene.api.sync("initial").await.expect(200);
    let met = scene.mirror().await.alive();
    let lost: Vec<i64> = scene.stand.ids_in_scope().into_iter().filter(|id| !met.contains(id)).collect();
    assert_eq!(lost, [0; 0], "lost by the initial run");
    scene.api.sync("sweep").await.expect(200);
    scene.mirror().await.assert_equals(&scene.stand);
}

#[tokio::test]
async fn deletions_during_a_scan_by_key_lose_no_other_record() {
    equal_after_deletions(&["deletions=20", "clamp=25"]).await;
}

#[tokio::test]
async fn deletions_during_a_scan_by_number_lose_no_other_record() {
    equal_after_deletions(&["deletions=20", "clamp=25", "no-key=1"]).await;
}

/// Defect 11 of the first system: a host away from UTC showed and compared shifted times.
#[tokio::test]
async fn a_host_in_new_york_mirrors_the_same_moments() {
    let scene = Scene::on(Env::fresh().await.with("TZ", "America/New_York"), 60, &[]).await;
    let local = "2026-12-24T18:30:00";
    let id = scene.stand.ids_in_scope()[0];
    let raw = scene.stand.account.raw(id).unwrap();
    let start = crate::support::source_record(&scene.stand, id)["ends_at"].as_str().unwrap_or("null").to_owned();
    scene.stand.account.put_raw(id, raw.replace(&start, local));
    scene.api.sync("initial").await.expect(200);
    let row = &scene.mirror().await.rows[&id];
    assert_eq!(row["ends_at"], "2026-12-24T18:30:00Z");
}
