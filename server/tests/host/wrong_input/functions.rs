//! Server functions and the sign-in form.

use reqwest::Method;

use super::super::browser::Browser;
use super::{discreet, stage};

#[tokio::test]
async fn a_server_function_names_the_argument_that_it_cannot_read() {
    let stage = stage().await;
    let deep = format!("kind{}=1", "[a]".repeat(2_000));
    let long = format!("kind={}", "a".repeat(500_000));
    let many = "x=1&".repeat(20_000);
    for body in [
        "",
        "kind=",
        "kind=weekly",
        "kind=Initial",
        "kind=initial_sync&kind=sweep",
        "kind[]=initial_sync",
        "kind[a]=initial_sync",
        "kind[a][b]=1",
        "kind=%00",
        "kind=%FF",
        "kind=initial_sync%00",
        "kin=initial_sync",
        "{\"kind\":\"initial_sync\"}",
        "kind[999999999]=1",
        "[",
        "=",
        "&&&",
        "kind=%ED%A0%80",
        "kind='%20or%201=1",
        "kind=%3Cscript%3E",
        &deep,
        &long,
        &many,
    ] {
        let what = format!("/rpc/sync/start {}", &body[..body.len().min(60)]);
        let seen = stage.ana.call("/rpc/sync/start", body).await;
        assert_eq!(seen.status, 400, "{what}: {} {}", seen.status, seen.text);
        discreet(&what, &seen.text);
        let named = seen.json()["Invalid"]["field"].as_str().unwrap_or_default().to_owned();
        assert!(["kind", "body"].contains(&named.as_str()), "{what}: {}", seen.text);
        assert_eq!(seen.header("x-request-id").len(), 32);
    }
    for path in
        ["/rpc/dashboard/read", "/rpc/identity/whoami", "/rpc/sync/state", "/rpc/sync/start", "/rpc/sync/cancel"]
    {
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "\u{fc}"] {
            for body in [&b""[..], b"{", b"\xff\xfe", b"kind[a]=1", b"[[[[", b"a=b&a=c", b"tenant_id=1&role=admin"] {
                let send =
                    |request: reqwest::RequestBuilder| request.header("content-type", kind.as_bytes()).body(body);
                let seen = stage.ana.send(Method::POST, path, send).await;
                assert!(seen.status < 500, "{path} {kind} {body:?}: {} {}", seen.status, seen.text);
                discreet(path, &seen.text);
            }
        }
    }
    // The way without WASM: a form of a page that gets a redirect. It leads back to our own pages and tells nothing.
    for referer in ["/", "https://evil.example/", "javascript:alert(1)", "//evil.example", "\u{fc}"] {
        for body in ["kind=weekly", "kind=initial_sync"] {
            let send = |request: reqwest::RequestBuilder| {
                let request = request.header("accept", "text/html").header("referer", referer.as_bytes());
                request.header("content-type", "application/x-www-form-urlencoded").body(body)
            };
            let seen = stage.ana.send(Method::POST, "/rpc/sync/start", send).await;
            assert!(seen.status < 500, "{referer}: {} {}", seen.status, seen.text);
            discreet(referer, &format!("{} {}", seen.header("location"), seen.text));
        }
    }
}

#[tokio::test]
async fn the_sign_in_form_takes_whatever_is_typed() {
    let stage = stage().await;
    let nobody = Browser::anonymous(&stage.host.url).with("sec-fetch-site", "same-origin");
    let long = format!("email={}&password=x", "a".repeat(100_000));
    for body in [
        "",
        "email=&password=",
        "email=a",
        "email=%00&password=%00",
        "email=%FF&password=%FF",
        "email=a&email=b",
        "email[a]=1",
        "=",
        "&&",
        "password=x&role=admin",
        "email=%3Cscript%3E&password='",
        "{}",
        &long,
    ] {
        let what = format!("POST /sign-in {}", &body[..body.len().min(60)]);
        let seen = nobody.call("/sign-in", body).await;
        assert!((300..500).contains(&seen.status), "{what}: {} {}", seen.status, seen.text);
        discreet(&what, &seen.text);
        assert_eq!(seen.header("set-cookie"), "", "{what}");
        if seen.status == 303 {
            assert!(seen.header("location").starts_with("/sign-in?problem="), "{what}: {}", seen.header("location"));
        }
    }
    for path in ["/sign-in/link", "/sign-in/link?token=a&token=b", "/sign-in/link?token=%FF", "/sign-in/link?token[]=1"]
    {
        let seen = nobody.get(path).await;
        assert!((300..500).contains(&seen.status), "{path}: {}", seen.status);
        discreet(path, &seen.text);
    }
    for cookie in [
        "backline=",
        "backline=%00",
        "backline=x; backline=y",
        "backline",
        ";;;",
        "backline=\u{fc}",
        &format!("backline={}", "a".repeat(8000)),
    ] {
        let browser = Browser::anonymous(&stage.host.url).with("cookie", cookie);
        assert_eq!(browser.get("/api/session").await.status, 401, "{}", &cookie[..cookie.len().min(40)]);
        assert_eq!(browser.get("/").await.status, 303);
    }
}
