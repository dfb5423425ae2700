//! Which records are mirrored.

use chrono::{Duration, Utc};
use serde_json::json;

use crate::scene::Scene;
use crate::support::{instant, patch};

#[tokio::test]
async fn records_outside_of_the_window_are_not_mirrored() {
    let scene = Scene::mirrored(200).await;
    let (first, last) = (Utc::now() - Duration::days(31), Utc::now() + Duration::days(366));
    for (id, row) in &scene.mirror().await.rows {
        assert!(instant(&row["starts_at"]).is_none_or(|at| first < at && at < last), "{id}: {}", row["starts_at"]);
    }
}

#[tokio::test]
async fn records_without_a_date_are_mirrored() {
    let scene = Scene::new(200, &[]).await;
    let undated = scene.stand.account.create(patch(json!({"starts_at": null, "ends_at": null})));
    scene.api.sync("initial").await.expect(200);
    assert!(scene.mirror().await.alive().contains(&undated));
}

#[tokio::test]
async fn cancelled_lost_and_dead_records_are_mirrored() {
    let scene = Scene::new(30, &[]).await;
    let ids = &scene.stand.ids_in_scope()[..3];
    for (id, status) in ids.iter().zip([50, 60, 70]) {
        scene.stand.account.change(*id, patch(json!({"state": 2, "status": status})));
    }
    scene.api.sync("initial").await.expect(200);
    let alive = scene.mirror().await.alive();
    assert!(ids.iter().all(|id| alive.contains(id)), "{ids:?} of {alive:?}");
}

#[tokio::test]
async fn both_days_at_the_ends_of_the_window_are_whole() {
    let scene = Scene::new(20, &[]).await;
    let today = Utc::now().date_naive();
    let at = |days: i64, time: &str| format!("{}T{time}Z", today + Duration::days(days));
    let moments = [at(-31, "23:59:59.999"), at(-30, "00:00:00.000"), at(365, "23:59:59.999"), at(366, "00:00:00.000")];
    let ids = moments.map(|starts_at| scene.stand.account.create(patch(json!({ "starts_at": starts_at }))));
    scene.api.sync("initial").await.expect(200);
    let alive = scene.mirror().await.alive();
    assert_eq!(ids.map(|id| alive.contains(&id)), [false, true, true, false]);
}
