//! `/metrics`: who may read it, and what it says.

use super::browser::{Browser, Seen};
use super::support::{Env, Host, Stand, Tenant};

/// The value of one series; none when it is not there.
fn value(seen: &Seen, series: &str) -> Option<f64> {
    seen.text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn behind_a_proxy_it_takes_a_key_of_its_scope() {
    let env = Env::fresh().await;
    let host = Host::start(&env).await;
    let north = Tenant::create(&env, "north").await;
    assert_eq!(Browser::anonymous(&host.url).get("/metrics").await.status, 200);
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let nobody = Browser::anonymous(&host.url).with(header, "for=192.0.2.7");
        assert_eq!((nobody.get("/metrics").await.status, header), (401, header));
        let reader = Browser::with_key(&host.url, &north.key).with(header, "192.0.2.7");
        assert_eq!(reader.get("/metrics").await.code(), "FORBIDDEN");
        let key = north.new_key(&["metrics"]).await;
        assert_eq!(Browser::with_key(&host.url, &key).with(header, "192.0.2.7").get("/metrics").await.status, 200);
    }
}

#[tokio::test]
async fn it_counts_requests_by_route_and_runs_by_outcome_and_names_nobody() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &["broken=2"]).await;
    let north = Tenant::connected(&env, "northlight-hire", &stand).await;
    let host = Host::start(&env).await;
    let api = host.api(&north.key);
    let synced = api.sync("initial").await.expect(200)["recordsSynced"].as_f64();
    for id in 1..=3 {
        api.get(&format!("/api/opportunities/{id}")).await.expect(404);
    }
    api.get("/api/nowhere/at/all").await.expect(404);
    let seen = Browser::anonymous(&host.url).get("/metrics").await;
    assert_eq!(seen.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(seen.text.ends_with("# EOF\n"));
    let requests = "backline_http_requests_total{method=\"GET\",route=\"/api/opportunities/{id}\",status=\"4xx\"}";
    assert_eq!(value(&seen, requests), Some(3.0), "{}", seen.text);
    let seconds = "backline_http_request_duration_seconds_count{method=\"POST\",route=\"/api/sync/initial\"}";
    assert_eq!(value(&seen, seconds), Some(1.0), "{}", seen.text);
    let runs = "backline_sync_runs_total{kind=\"initial_sync\",outcome=\"completed\"}";
    assert_eq!(value(&seen, runs), Some(1.0), "{}", seen.text);
    assert_eq!(value(&seen, "backline_sync_records_total{outcome=\"synced\"}"), synced);
    assert_eq!(value(&seen, "backline_sync_records_total{outcome=\"failed\"}"), Some(2.0));
    // Its own request is under way.
    assert_eq!(value(&seen, "backline_http_requests_in_flight"), Some(1.0));
    assert_eq!(value(&seen, "backline_db_connections{pool=\"app\",state=\"most\"}"), Some(16.0));
    assert!(value(&seen, "backline_uptime_seconds").is_some_and(|seconds| seconds > 0.0));
    assert!(seen.text.contains("backline_build_info{version=\""));
    for secret in ["northlight", &north.id, "nowhere", &north.key] {
        assert!(!seen.text.contains(secret), "{secret}");
    }
}
