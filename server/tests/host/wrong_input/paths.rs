//! Addresses that lead nowhere, and methods that they do not take.

use reqwest::Method;

use super::super::browser::raw;
use super::{HOSTILE, refusal, stage};

#[tokio::test]
async fn an_id_in_the_path_that_is_none_is_named_and_an_unknown_path_is_404() {
    let stage = stage().await;
    for id in HOSTILE.iter().filter(|id| !id.contains('/')).chain(&["1.5", "9223372036854775808", "1,2", "%20"]) {
        let what = format!("/api/opportunities/{id}");
        let seen = stage.key.get(&what).await;
        assert_eq!((seen.status, refusal(&what, &seen).as_str()), (400, "id"), "{what}: {}", seen.text);
    }
    for id in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
        let seen = stage.key.get(&format!("/api/opportunities/{id}")).await;
        assert_eq!((seen.status, seen.code().as_str()), (404, "NOT_FOUND"), "{id}");
    }
    for path in [
        "/api",
        "/api/",
        "/api//",
        "/api/opportunities/",
        "/api/opportunities/1/x",
        "/api/%00",
        "/api/%FF",
        "/api/sync",
        "/api/Dashboard",
        "/api/dashboard/",
        "/api/openapi.json.bak",
        "/rpc/",
        "/rpc/x",
        "/rpc/%00",
        "/rpc/sync/start/",
        "/rpc/../api/dashboard/x",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::PATCH] {
            let what = format!("{method} {path}");
            let seen = stage.key.send(method, path, |request| request).await;
            assert_eq!(seen.status, 404, "{what}: {}", seen.text);
            if path.len() > 5 {
                refusal(&what, &seen);
            }
        }
    }
    for target in [
        "/api/../../etc/passwd",
        "/pkg/../../../etc/passwd",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..",
        "/%",
        "/%zz",
        "/api/opportunities/%zz",
    ] {
        let answer =
            raw(&stage.host.url, format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
                .await;
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert!((300..500).contains(&status), "{target}: {answer}");
        assert!(!answer.contains("root:"), "{target}: {answer}");
    }
    for request in [
        &b"GET / HTTP/9.9\r\n\r\n"[..],
        b"\x00\x01\x02\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
    ] {
        let answer = raw(&stage.host.url, request).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(stage.key.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_405() {
    let stage = stage().await;
    for (path, takes) in [
        ("/api/health", &["GET", "HEAD"][..]),
        ("/api/session", &["GET", "HEAD", "POST", "DELETE"]),
        ("/api/dashboard", &["GET", "HEAD"]),
        ("/api/opportunities", &["GET", "HEAD"]),
        ("/api/opportunities/1", &["GET", "HEAD"]),
        ("/api/sync/status", &["GET", "HEAD"]),
        ("/api/sync/failures", &["GET", "HEAD"]),
        ("/api/sync/initial", &["POST"]),
        ("/api/sync/incremental", &["POST"]),
        ("/api/sync/sweep", &["POST"]),
        ("/api/sync/cancel", &["POST"]),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
            .into_iter()
            .filter(|method| !takes.contains(method))
        {
            let what = format!("{method} {path}");
            let seen = stage.key.send(method.parse().unwrap(), path, |request| request).await;
            assert_eq!((seen.status, seen.code().as_str()), (405, "METHOD_NOT_ALLOWED"), "{what}: {}", seen.text);
            refusal(&what, &seen);
        }
    }
    for path in
        ["/rpc/dashboard/read", "/rpc/sync/state", "/rpc/sync/start", "/rpc/sync/cancel", "/rpc/identity/whoami"]
    {
        for method in ["GET", "PUT", "PATCH", "DELETE", "BREW"] {
            let seen = stage.key.send(method.parse().unwrap(), path, |request| request).await;
            assert!([404, 405].contains(&seen.status), "{method} {path}: {}", seen.status);
            refusal(path, &seen);
        }
    }
}
