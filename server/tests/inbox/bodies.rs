//! Bodies of all kinds: answered 200 or 400, never 5xx, and what is kept comes back unchanged.

use serde_json::Value;

use crate::scene::{Scene, number};

/// After JSONTestSuite: what every parser must take, must refuse, and what parsers disagree about.
fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "", " ", "null", "true", "\"\"", "[]", "{}", "[", "{", "]", "}", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",
        "{'a':1}", "{\"a\":1,}", "{\"a\":1}x", "nul", "NaN", "Infinity", "-", "+1", "01", "1.", ".1", "1e", "1e999", "-0", "0x1",
        "\"\\u12\"", "\"\\x00\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\t\"", "\"\u{7f}\"", "[\"\\u0000\"]", "[1e-400]",
        "{\"\\u0000\":1}", "{\"a\":1,\"a\":2}", "[123456789012345678901234567890]", "\u{feff}{}", "/* */{}", "{} // x", "<xml/>",
        "{\"action\":null}", "{\"action\":[]}", "{\"action\":{}}", "{\"action\":{\"subject_id\":null}}",
        "{\"action\":{\"subject_id\":-1}}", "{\"action\":{\"subject_id\":1e3}}", "{\"action\":{\"subject_id\":true}}",
        "{\"action\":{\"subject_id\":1,\"action_type\":5}}", "{\"action\":{\"subject_id\":\"1\",\"action_type\":\"update\"}}",
        "{\"action\":{\"id\":{},\"subject_id\":1}}", "{\"action\":{\"id\":1.5,\"subject_id\":1,\"member\":5,\"subject\":[]}}",
        "{\"action\":{\"id\":\"\\u0000\",\"subject_id\":1,\"name\":\"\\ud83d\",\"action_type\":\"\\u0000\"}}",
        "{\"action\":{\"id\":2,\"subject_id\":1,\"action_type\":\"update\",\"name\":\"a\\u0000b\\udfff\",\"\\ud800\":{\"n\":9007199254740993}}}",
        "{\"action\":{\"id\":18446744073709551616,\"subject_id\":9223372036854775807,\"action_type\":\"update\"}}",
        "{\"action\":{\"id\":3,\"subject_id\":1,\"action_type\":\"update\",\"member_id\":99999999999999999999}}",
        "{\"Action\":{\"subject_id\":1}}", "{\"action\":{\"subject_id\":1},\"action\":{\"subject_id\":2}}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.extend([
        b"\xff\xfe{\x00}\x00".to_vec(),
        b"{\"a\":\"\xc3\x28\"}".to_vec(),
        b"[\"\xed\xa0\x80\"]".to_vec(),
        b"\x00".to_vec(),
        b"{\"action\":{\"subject_id\":1,\"name\":\"\xe5\"}}".to_vec(),
        "[".repeat(100_000).into_bytes(),
        "{\"a\":".repeat(100_000).into_bytes(),
        [b"[".repeat(100), b"]".repeat(100)].concat(),
        format!("{{\"action\":{{\"subject_id\":1,\"deep\":{}{}}}}}", "[".repeat(61), "]".repeat(61)).into_bytes(),
        format!("{{\"action\":{{\"id\":\"{}\",\"subject_id\":1}}}}", "9".repeat(5000)).into_bytes(),
        format!("{{\"action\":{{\"id\":\"a b/..\\n\",\"subject_id\":1,\"name\":\"{}\"}}}}", "é".repeat(100_000))
            .into_bytes(),
    ]);
    bodies
}

#[tokio::test]
async fn every_body_is_answered_and_what_is_kept_comes_back_unchanged() {
    let scene = Scene::new(0).await;
    for body in bodies() {
        let shown = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
        let answer = scene.door.post(body.clone()).await;
        assert!(matches!(answer.status, 200 | 400), "{shown}: {} {}", answer.status, answer.text);
        let said: Value = answer.json();
        assert_eq!(said["success"], answer.status == 200, "{shown}");
        if answer.status == 400 {
            assert!(said["error"].as_str().is_some_and(|why| !why.is_empty()), "{shown}: {}", answer.text);
        }
        let id = said["eventId"].as_str().unwrap_or_else(|| panic!("{shown}: {}", answer.text));
        let raw = scene.api.request(reqwest::Method::GET, &format!("/api/events/{id}/raw")).send().await.unwrap();
        assert_eq!(raw.status(), 200, "{shown}: {id}");
        assert_eq!(raw.bytes().await.unwrap(), body, "{shown}");
    }
    let total = scene.api.get("/api/events?limit=100").await.expect(200)["pagination"]["totalCount"].as_u64().unwrap();
    assert!(total >= 60, "{total}");
}

#[tokio::test]
async fn the_same_rubbish_again_only_counts_up() {
    let scene = Scene::new(0).await;
    let first = scene.door.post("{").await.expect(400);
    let again = scene.door.post("{").await.expect(400);
    assert_eq!(first["eventId"], again["eventId"]);
    assert_eq!(again["duplicate"], true);
    assert_eq!(number(&scene.env, "select times::bigint from app.webhook_seen").await, 2);
    // A day later it is news.
    crate::scene::sql(&scene.env, "update app.webhook_seen set first_at = now() - interval '25 hours'").await;
    let news = scene.door.post("{").await.expect(400);
    assert_ne!(first["eventId"], news["eventId"]);
    assert_eq!(number(&scene.env, "select count(*) from app.webhook_events where state = 'quarantined'").await, 2);
}
