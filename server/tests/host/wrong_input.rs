//! Wrong input to every address: 4xx with the field's name, in one shape, and not a word about our insides.

use reqwest::Method;
use serde_json::Value;

use super::browser::{Browser, PASSWORD, Seen, parsed, raw};
use super::support::{Env, Host, Tenant};

/// Bytes in a query that no number, date, word of a list or amount can have.
const HOSTILE: [&str; 22] = [
    "x",
    "-",
    "1;2",
    "0x10",
    "1e3",
    "NaN",
    "null",
    "[]",
    "%7B%22a%22:1%7D",
    "99999999999999999999999999",
    "-99999999999999999999999999",
    "%00",
    "1%00",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "%D9%A1%D9%A2",
    "1%27%20or%20%271%27=%271",
    "1);%20drop%20table%20app.opportunities;--",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "..%2F..%2Fetc%2Fpasswd",
    "%F0%9F%9A%9A",
];

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

struct Stage {
    host: Host,
    ana: Browser,
    key: Browser,
    _north: Tenant,
}

async fn stage() -> Stage {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let key = Browser::with_key(&host.url, &north.key);
    Stage { host, ana, key, _north: north }
}

/// What may stand in no answer.
#[track_caller]
fn discreet(what: &str, text: &str) {
    let low = text.to_lowercase();
    for word in [
        "sqlx",
        "postgres",
        "panicked",
        "src/",
        "stack backtrace",
        ".rs:",
        "select ",
        "syntax error",
        "/root/",
        "/home/",
        "cargo",
    ] {
        assert!(!low.contains(word), "{what}: the answer holds {word:?}: {text}");
    }
}

/// A refusal in the one shape; the field that it names.
#[track_caller]
fn refusal(what: &str, seen: &Seen) -> String {
    assert!((400..500).contains(&seen.status), "{what}: {} {}", seen.status, seen.text);
    discreet(what, &seen.text);
    let body = seen.json();
    assert!(!body["code"].as_str().unwrap_or_default().is_empty(), "{what}: no code: {}", seen.text);
    assert!(!body["error"].as_str().unwrap_or_default().is_empty(), "{what}: no sentence: {}", seen.text);
    assert_eq!(body["requestId"], Value::from(seen.header("x-request-id")), "{what}");
    body["details"]["field"].as_str().unwrap_or_default().to_owned()
}

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
