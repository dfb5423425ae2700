//! Pages.

use serde_json::json;

use crate::stand::{Stand, patch};

#[tokio::test]
async fn the_pages_together_are_every_record_once() {
    let stand = Stand::of(90, &[]).await;
    let mut seen = Vec::new();
    for page in 1.. {
        let ids = stand.ids(&format!("filtermode=all&page={page}&per_page=17")).await;
        if ids.is_empty() {
            break;
        }
        seen.extend(ids);
    }
    assert_eq!(seen, stand.account.ids());
}

#[tokio::test]
async fn a_keyset_scan_is_every_record_once_and_counts_down() {
    let stand = Stand::of(90, &[]).await;
    let (mut seen, mut floor, mut left) = (Vec::new(), 0, stand.account.ids().len());
    loop {
        let path = format!("opportunities?filtermode=all&per_page=25&q%5Bid_gt%5D={floor}&q%5Bs%5D%5B%5D=id+asc");
        let page = stand.json(&path).await;
        assert_eq!(page["meta"]["total_row_count"], left);
        let ids: Vec<i64> =
            page["opportunities"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
        let Some(last) = ids.last() else { break };
        (floor, left) = (*last, left - ids.len());
        seen.extend(ids);
    }
    assert_eq!(seen, stand.account.ids());
}

#[tokio::test]
async fn a_page_has_twenty_rows_unless_asked_otherwise() {
    let stand = Stand::of(60, &[]).await;
    let page = stand.json("opportunities?filtermode=all").await;
    assert_eq!(page["meta"], json!({ "total_row_count": 66, "row_count": 20, "page": 1, "per_page": 20 }));
}

#[tokio::test]
async fn past_the_end_is_an_empty_page() {
    let stand = Stand::of(10, &[]).await;
    let page = stand.json("opportunities?filtermode=all&page=9").await;
    assert_eq!(
        page,
        json!({ "opportunities": [], "meta": { "total_row_count": 11, "row_count": 0, "page": 9, "per_page": 20 } })
    );
}

#[tokio::test]
async fn a_clamp_shows_in_the_meta() {
    let stand = Stand::of(60, &["clamp=25"]).await;
    let page = stand.json("opportunities?filtermode=all&per_page=100").await;
    assert_eq!((&page["meta"]["per_page"], &page["meta"]["row_count"]), (&json!(25), &json!(25)));
}

#[tokio::test]
async fn a_change_is_seen_by_the_next_request_for_the_same_page() {
    let stand = Stand::of(20, &[]).await;
    let id = stand.account.create(patch(json!({ "subject": "first" })));
    let query = "filtermode=all&q[subject_eq]=second";
    assert_eq!(stand.ids(query).await, Vec::<i64>::new());
    stand.account.change(id, patch(json!({ "subject": "second" })));
    assert_eq!(stand.ids(query).await, [id]);
    stand.account.delete(id);
    assert_eq!(stand.ids(query).await, Vec::<i64>::new());
}

#[tokio::test]
async fn a_sort_by_date_puts_null_last_and_first_when_turned_round() {
    let stand = Stand::of(60, &[]).await;
    let undated = stand.account.create(patch(json!({ "starts_at": null })));
    let up = stand.json("opportunities?filtermode=all&per_page=100&q[s][]=starts_at+asc").await;
    let rows = up["opportunities"].as_array().unwrap();
    let dates: Vec<&str> = rows.iter().filter_map(|row| row["starts_at"].as_str()).collect();
    assert!(dates.is_sorted());
    assert_eq!(rows.last().unwrap()["id"], undated);
    let down = stand.json("opportunities?filtermode=all&per_page=100&q[s][]=starts_at+desc").await;
    assert!(down["opportunities"][0]["starts_at"].is_null());
}
