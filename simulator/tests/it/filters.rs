//! Scopes and Ransack filters.

use serde_json::{Value, json};

use crate::stand::{Stand, patch};

async fn filtered(stand: &Stand, query: &str) -> Vec<i64> {
    stand.ids(&format!("per_page=1000&{query}")).await
}

/// The ids whose record passes, by the test's own reading.
fn expected(stand: &Stand, keep: impl Fn(&Value) -> bool) -> Vec<i64> {
    let ids: Vec<i64> = stand.records().into_iter().filter(|(_, record)| keep(record)).map(|(id, _)| id).collect();
    assert!(!ids.is_empty(), "the test needs a record that passes");
    ids
}

#[tokio::test]
async fn the_default_scope_hides_cancelled_lost_and_dead() {
    let stand = Stand::of(300, &[]).await;
    let visible = expected(&stand, |record| ![50, 60, 70].contains(&record["status"].as_i64().unwrap()));
    assert!(visible.len() < stand.account.ids().len());
    assert_eq!(filtered(&stand, "").await, visible);
}

#[tokio::test]
async fn a_job_that_dies_leaves_the_default_scope() {
    let stand = Stand::of(30, &[]).await;
    let id = filtered(&stand, "q[state_eq]=2").await[0];
    stand.account.change(id, patch(json!({ "status": 70 })));
    assert!(!filtered(&stand, "").await.contains(&id));
    assert!(filtered(&stand, "filtermode=all").await.contains(&id));
}

#[tokio::test]
async fn several_filtermodes_hold_together() {
    let stand = Stand::of(300, &[]).await;
    let orders = expected(&stand, |record| record["state"] == 3 && record["status"] != 50);
    assert_eq!(filtered(&stand, "filtermode[]=orders&filtermode[]=not_cancelled").await, orders);
}

#[tokio::test]
async fn a_window_of_dates_takes_dates_alone_and_moments() {
    let stand = Stand::of(200, &[]).await;
    let window = expected(&stand, |record| {
        record["starts_at"]
            .as_str()
            .is_some_and(|at| ("2026-07-01T00:00:00.000Z"..="2026-09-01T12:00:00.000Z").contains(&at))
    });
    let query = "filtermode=all&q[starts_at_gteq]=2026-07-01&q%5Bstarts_at_lteq%5D=2026-09-01T12%3A00%3A00.000Z";
    assert_eq!(filtered(&stand, query).await, window);
}

#[tokio::test]
async fn updated_at_gt_returns_what_changed_since() {
    let stand = Stand::of(50, &[]).await;
    let id = stand.account.ids()[7];
    let newest =
        stand.records().values().map(|record| record["updated_at"].as_str().unwrap().to_owned()).max().unwrap();
    stand.account.change(id, patch(json!({ "reference": "PO-1" })));
    assert_eq!(filtered(&stand, &format!("filtermode=all&q[updated_at_gt]={newest}")).await, [id]);
}

#[tokio::test]
async fn id_in_takes_a_list() {
    let stand = Stand::of(30, &[]).await;
    let ids = stand.account.ids();
    let query = format!("filtermode=all&q[id_in][]={}&q[id_in][]={}", ids[3], ids[9]);
    assert_eq!(filtered(&stand, &query).await, [ids[3], ids[9]]);
}

#[tokio::test]
async fn conditions_hold_together_or_apart() {
    let stand = Stand::of(200, &[]).await;
    let both = expected(&stand, |record| record["state"] == 3 && record["status"] == 20);
    assert_eq!(filtered(&stand, "filtermode=all&q[state_eq]=3&q[status_eq]=20").await, both);
    let either = expected(&stand, |record| record["state"] == 0 || record["status"] == 40);
    assert_eq!(filtered(&stand, "filtermode=all&q[m]=or&q[state_eq]=0&q[status_eq]=40").await, either);
}

#[tokio::test]
async fn records_without_dates_are_found_by_null() {
    let stand = Stand::of(300, &[]).await;
    let undated = expected(&stand, |record| record["starts_at"].is_null());
    assert_eq!(filtered(&stand, "filtermode=all&q[starts_at_null]=1").await, undated);
}

#[tokio::test]
async fn an_unknown_attribute_filters_nothing() {
    let stand = Stand::of(30, &[]).await;
    assert_eq!(filtered(&stand, "filtermode=all&q[name_cont]=zzz&q[tags_name_cont]=x").await, stand.account.ids());
}

#[tokio::test]
async fn include_embeds_only_what_it_names() {
    let stand = Stand::of(30, &[]).await;
    let page = stand.json("opportunities?filtermode=all&include[]=owner").await;
    let row = page["opportunities"][0].as_object().unwrap();
    assert!(row.contains_key("owner") && row.contains_key("custom_fields") && !row.contains_key("member"));
}
