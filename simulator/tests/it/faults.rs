//! The ways in which an account fails.

use std::collections::HashSet;

use serde_json::Value;

use crate::stand::{Stand, faults};

#[tokio::test]
async fn a_share_of_answers_is_429_without_retry_after() {
    let stand = Stand::of(5, &["rate-limit=0.5"]).await;
    let mut refused = 0;
    for _ in 0..40 {
        let response = stand.send("opportunities").await;
        if response.status() == 429 {
            refused += 1;
            assert!(response.headers().get("retry-after").is_none());
        }
    }
    assert!((8..33).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_budget_ends_in_429_with_the_wait_it_was_told() {
    let stand = Stand::of(5, &["budget=3", "retry-after=7"]).await;
    for _ in 0..3 {
        assert_eq!(stand.send("opportunities").await.status(), 200);
    }
    let response = stand.send("opportunities").await;
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7".parse().unwrap()));
}

#[tokio::test]
async fn html_comes_as_a_502_or_in_place_of_the_answer() {
    for (fault, status) in [("server-error=1", 502), ("html=1", 200)] {
        let stand = Stand::of(5, &[fault]).await;
        let response = stand.send("opportunities").await;
        assert_eq!(response.status(), status);
        assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    }
}

#[tokio::test]
async fn a_cut_answer_promises_its_true_length_and_breaks() {
    let stand = Stand::of(30, &[]).await;
    let whole = stand.text("opportunities?filtermode=all").await;
    stand.account.set_faults(faults(&["cut=1"]));
    let response = stand.send("opportunities?filtermode=all").await;
    assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(whole.len() as u64)));
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn the_account_may_be_switched_off_or_refuse_every_key() {
    for (fault, status, text) in [("disabled=1", 403, "API not enabled"), ("auth=1", 401, "Unauthorized")] {
        let stand = Stand::of(5, &[fault]).await;
        let response = stand.send("opportunities").await;
        assert_eq!(response.status(), status);
        assert_eq!(response.json::<Value>().await.unwrap()["errors"][0], text);
    }
}

#[tokio::test]
async fn date_filters_may_be_rejected_while_others_pass() {
    let stand = Stand::of(5, &["reject-dates=1"]).await;
    let response = stand.send("opportunities?q[updated_at_gteq]=2026-01-01").await;
    assert_eq!(response.status(), 422);
    assert!(response.json::<Value>().await.unwrap()["errors"][0].is_string());
    assert_eq!(stand.send("opportunities?q[state_eq]=3").await.status(), 200);
}

#[tokio::test]
async fn without_a_key_ranges_on_the_id_and_sorts_are_ignored() {
    let stand = Stand::of(40, &["no-key=1"]).await;
    let page = stand.json("opportunities?filtermode=all&per_page=100&q[id_gt]=2110&q[s][]=id+asc").await;
    let rows = page["opportunities"].as_array().unwrap();
    assert_eq!(rows.len(), stand.account.ids().len());
    let mut updated: Vec<&str> = rows.iter().map(|row| row["updated_at"].as_str().unwrap()).collect();
    updated.reverse();
    assert!(updated.is_sorted());
}

#[tokio::test]
async fn rows_move_between_pages_while_a_client_reads() {
    let stand = Stand::of(200, &["no-key=1", "moving=0.2"]).await;
    let mut seen = Vec::new();
    for page in 1..=11 {
        seen.extend(stand.ids(&format!("filtermode=all&per_page=20&page={page}")).await);
    }
    let distinct: HashSet<i64> = seen.iter().copied().collect();
    assert_eq!(seen.len(), 220);
    assert!(distinct.len() < 220, "an offset scan repeats some rows and so misses others");
}

#[tokio::test]
async fn so_many_records_vanish_during_the_first_scan() {
    let stand = Stand::of(200, &["deletions=12"]).await;
    let mut floor = 0;
    loop {
        let ids = stand.ids(&format!("filtermode=all&per_page=20&q[id_gt]={floor}&q[s][]=id+asc")).await;
        let Some(last) = ids.last() else { break };
        floor = *last;
    }
    assert_eq!(stand.account.ids().len(), 220 - 12);
    stand.ids("filtermode=all").await;
    assert_eq!(stand.account.ids().len(), 220 - 12);
}

#[tokio::test]
async fn faults_set_later_make_sound_records_odd_and_newer() {
    let stand = Stand::of(40, &[]).await;
    let newest =
        stand.records().values().map(|record| record["updated_at"].as_str().unwrap().to_owned()).max().unwrap();
    stand.account.set_faults(faults(&["odd=0.25"]));
    let query = format!("opportunities?filtermode=all&per_page=100&q[updated_at_gt]={newest}");
    let text = stand.text(&query).await;
    assert!(text.ends_with(r#""meta":{"total_row_count":11,"row_count":11,"page":1,"per_page":100}}"#));
}
