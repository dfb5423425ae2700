//! Bodies that cannot be read, and those that are too large.

use reqwest::Method;

use super::super::browser::{Browser, PASSWORD, parsed, raw};
use super::{discreet, refusal, stage};

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_with_its_field() {
    let stage = stage().await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_field = format!("{{\"email\":{deep},\"password\":\"x\"}}");
    let deep_object = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let long = format!("{{\"email\":\"{}\",\"password\":1}}", "a".repeat(500_000));
    for (body, field) in [
        ("", "body"),
        ("{", "body"),
        ("nothing", "body"),
        ("null", ""),
        ("[]", ""),
        ("1", ""),
        ("\"text\"", ""),
        ("{}", "email"),
        (r#"{"email": "a@b.example"}"#, "password"),
        (r#"{"email": 1, "password": "x"}"#, ""),
        (r#"{"email": null, "password": "x"}"#, ""),
        (r#"{"email": ["a@b.example"], "password": "x"}"#, ""),
        (r#"{"email": {"$ne": ""}, "password": {"$ne": ""}}"#, ""),
        (r#"{"email": "a@b.example", "password": "x", "role": "admin"}"#, "role"),
        (r#"{"email": "a@b.example", "password": "x", "tenant": 1}"#, ""),
        (r#"{"email": "a@b.example", "email": "c@d.example", "password": "x"}"#, "email"),
        (r#"{"email": "\ud800", "password": "x"}"#, "body"),
        (r#"{"email": "\udc00\ud800", "password": "x"}"#, "body"),
        ("{\"email\": \"a\u{0}@b\", \"password\": \"x\"}", "body"),
        (r#"{"email": "a@b.example", "password": "x"} trailing"#, "body"),
        (r#"{"email": "a@b.example", "password": 1e999}"#, "body"),
        ("email=a%40b.example&password=x", "body"),
        (deep.as_str(), ""),
        (&deep_field, ""),
        (&deep_object, ""),
        (&long, ""),
    ] {
        let what = format!("POST /api/session {}", &body[..body.len().min(60)]);
        let body = body.to_owned();
        let send = |request: reqwest::RequestBuilder| request.header("content-type", "application/json").body(body);
        let seen = stage.ana.send(Method::POST, "/api/session", send).await;
        assert_eq!(seen.status, 400, "{what}: {}", seen.text);
        let named = refusal(&what, &seen);
        assert!(!named.is_empty() && (field.is_empty() || named == field), "{what}: names {named:?}: {}", seen.text);
    }
    let not_utf8 = |request: reqwest::RequestBuilder| {
        request
            .header("content-type", "application/json")
            .body(&b"{\"email\": \"\xff\xfe\", \"password\": \"\xc3\x28\"}"[..])
    };
    let seen = stage.ana.send(Method::POST, "/api/session", not_utf8).await;
    assert_eq!((seen.status, refusal("not UTF-8", &seen).as_str()), (400, "body"));
    // Text of the wrong kind in a good shape is only a wrong password.
    for email in ["' or 1=1 --", "<script>alert(1)</script>", "a\\u0000@b.example", "%00", ""] {
        let body = format!("{{\"email\": \"{email}\", \"password\": \"\\u0000\"}}");
        let send = |request: reqwest::RequestBuilder| request.header("content-type", "application/json").body(body);
        let seen = stage.ana.send(Method::POST, "/api/session", send).await;
        assert_eq!((seen.status, seen.code().as_str()), (401, "WRONG_CREDENTIALS"), "{email}: {}", seen.text);
    }
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "\u{fc}", ""]
    {
        let send = |request: reqwest::RequestBuilder| {
            request.header("content-type", kind.as_bytes()).body("{\"email\": \"a@b.example\", \"password\": \"x\"}")
        };
        let seen = stage.ana.send(Method::POST, "/api/session", send).await;
        assert_eq!((seen.status, refusal(kind, &seen).as_str()), (400, "Content-Type"), "{kind}");
    }
}

#[tokio::test]
async fn a_body_of_two_mebibytes_is_413_everywhere() {
    let stage = stage().await;
    let cookie = Browser::anonymous(&stage.host.url).try_sign_in("ana@north.example", PASSWORD).await.cookie();
    for path in [
        "/api/session",
        "/api/sync/initial",
        "/api/sync/incremental",
        "/api/sync/sweep",
        "/api/sync/cancel",
        "/rpc/dashboard/read",
        "/rpc/identity/whoami",
        "/rpc/sync/state",
        "/rpc/sync/start",
        "/rpc/sync/cancel",
        "/rpc/settings/invite",
        "/api/people",
        "/api/keys",
        "/sign-in",
        "/sign-out",
    ] {
        for kind in ["application/json", "application/x-www-form-urlencoded", "application/octet-stream"] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
                2 << 20
            );
            let answer = raw(&stage.host.url, &[head.as_bytes(), &vec![b'a'; 2 << 20]].concat()).await;
            let seen = parsed(&answer);
            assert_eq!(seen.status, 413, "{path} {kind}: {answer}");
            // What was not read would else be taken for the next request, or that one be lost.
            assert_eq!(seen.header("connection"), "close", "{path} {kind}");
            discreet(path, &seen.text);
            if !path.starts_with("/sign") {
                assert_eq!(seen.code(), "TOO_LARGE", "{path}: {answer}");
                refusal(path, &seen);
            }
        }
    }
    // Without a length the host finds out while it reads.
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000)).repeat(24);
    for path in ["/api/session", "/rpc/sync/start"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        );
        let answer = raw(&stage.host.url, format!("{head}{chunk}0\r\n\r\n").as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        discreet(path, &answer);
    }
}
