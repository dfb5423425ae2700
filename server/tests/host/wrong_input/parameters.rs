//! The pairs of a query.

use serde_json::Value;

use super::{HOSTILE, refusal, stage};

/// Route, parameter, and further values that only this one refuses.
const PARAMETERS: &[(&str, &str, &[&str])] = &[
    ("/api/opportunities", "page", &["0", "-1", "1.5", "1000000001"]),
    ("/api/opportunities", "limit", &["0", "-1", "101", "1.5"]),
    ("/api/opportunities", "status", &["1,x", "1,,2", "1.5", "2147483648"]),
    ("/api/opportunities", "state", &["1,x", ",", "-2147483649"]),
    ("/api/opportunities", "owner", &["1,x", "9223372036854775808"]),
    ("/api/opportunities", "organisation", &["1,x", "9223372036854775808"]),
    (
        "/api/opportunities",
        "from",
        &["2026-02-30", "2026-2-3", "21.11.2026", "2026-11-21T00:00:00Z", "10000-01-01", "-9999-01-1", "+999-01-01"],
    ),
    ("/api/opportunities", "to", &["2026-13-01", "0000-00-00", "+2026-01-1"]),
    ("/api/opportunities", "minValue", &["1,5", "1.005", "99999999999999.99", "--1"]),
    ("/api/opportunities", "maxValue", &["1,5", "1.005", "99999999999999.99"]),
    ("/api/opportunities", "staleHours", &["-1", "1.5", "1000001"]),
    (
        "/api/opportunities",
        "webhookSince",
        &["2026-11-21", "yesterday", "2026-11-21T25:00:00Z", "-9999-01-01T00:00:00Z", "+99999-01-01T00:00:00Z"],
    ),
    ("/api/opportunities", "sort", &["--id", "tenant_id", "data", "id,name", "id%20desc", "name%3B", "Id"]),
    ("/api/opportunities", "deleted", &["true", "EXCLUDE", "all"]),
    ("/api/dashboard", "startDate", &["2026-02-30", "1", "-9999-01-1"]),
    ("/api/dashboard", "endDate", &["2026-02-30", "1"]),
    ("/api/sync/failures", "runId", &["0", "-1", "1.5", "9223372036854775808"]),
    ("/api/sync/failures", "page", &["0", "-1"]),
    ("/api/sync/failures", "limit", &["0", "101"]),
];

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_named() {
    let stage = stage().await;
    for (route, parameter, values) in PARAMETERS {
        for value in HOSTILE.iter().chain(*values) {
            let what = format!("{route}?{parameter}={value}");
            let seen = stage.key.get(&what).await;
            assert_eq!(seen.status, 400, "{what}: {}", seen.text);
            assert_eq!(refusal(&what, &seen), *parameter, "{what}: {}", seen.text);
        }
        // The boxes of a form send one each.
        if ["status", "state", "owner", "organisation"].contains(parameter) {
            continue;
        }
        let twice = stage.key.get(&format!("{route}?{parameter}=1&{parameter}=1")).await;
        assert_eq!((twice.status, refusal("twice", &twice).as_str()), (400, *parameter), "{route} {parameter} twice");
    }
    for (query, field) in [
        ("/api/opportunities?q=%00", "q"),
        ("/api/opportunities?from=2026-02-01&to=2026-01-01", "to"),
        ("/api/opportunities?minValue=2&maxValue=1", "maxValue"),
        ("/api/dashboard?startDate=2026-02-01&endDate=2026-01-01", "endDate"),
        ("/api/opportunities?ststus=1", "ststus"),
        ("/api/opportunities?tenant_id=1", "tenant_id"),
        ("/api/opportunities?status[]=1", "status[]"),
        ("/api/dashboard?page=1", "page"),
        ("/api/sync/status?x=1", "x"),
        ("/api/sync/failures?__proto__=1", "__proto__"),
    ] {
        let seen = stage.key.get(query).await;
        assert_eq!((seen.status, refusal(query, &seen).as_str()), (400, field), "{query}");
    }
    for kind in ["initial", "incremental", "sweep"] {
        for value in ["x", "1", "yes", "%00", "%FF", "TRUE"] {
            let what = format!("/api/sync/{kind}?wait={value}");
            let seen = stage.key.post(&what).await;
            assert_eq!((seen.status, refusal(&what, &seen).as_str()), (400, "wait"), "{what}");
        }
        let seen = stage.key.post(&format!("/api/sync/{kind}?id=1")).await;
        assert_eq!((seen.status, refusal(kind, &seen).as_str()), (400, "id"));
    }
    let seen = stage.key.post("/api/sync/cancel?id=1").await;
    assert_eq!((seen.status, refusal("cancel", &seen).as_str()), (400, "id"));
}

#[tokio::test]
async fn text_to_search_for_may_be_anything_that_is_text() {
    let stage = stage().await;
    for text in [
        "%27%3B%20drop%20table%20app.tenants%3B--",
        "%3Cb%3E",
        "%25",
        "_",
        "%5C",
        "%F0%9F%9A%9A",
        "%27",
        "%22",
        "$1",
        "%E2%80%AE",
        "a%0Ab",
    ] {
        let seen = stage.key.get(&format!("/api/opportunities?q={text}")).await;
        assert_eq!(
            (seen.status, &seen.json()["pagination"]["totalCount"]),
            (200, &Value::from(0)),
            "{text}: {}",
            seen.text
        );
    }
    let long = "a".repeat(1001);
    let seen = stage.key.get(&format!("/api/opportunities?q={long}")).await;
    assert_eq!((seen.status, refusal("long", &seen).as_str()), (400, "q"));
    for text in ["%FF", "a%C3%28", "%ED%A0%80", "%F0%9F"] {
        let what = format!("/api/opportunities?q={text}");
        let seen = stage.key.get(&what).await;
        assert_eq!((seen.status, refusal(&what, &seen).as_str()), (400, "q"), "{what} is no UTF-8: {}", seen.text);
    }
}
