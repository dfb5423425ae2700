//! Headers on every answer, whatever it is; files that are kept for ever; pages without inline styles.

use std::collections::HashSet;
use std::path::Path;

use reqwest::Method;

use super::browser::{Browser, PASSWORD, Seen, parsed, raw};
use super::support::{Env, Host, Tenant};

/// A built site of two files, so that the test needs no build.
fn site(folder: &Path) {
    std::fs::create_dir_all(folder.join("pkg")).unwrap();
    for (name, text) in [
        ("pkg/backline.js", "export {}"),
        ("pkg/backline.css", "main{}"),
        ("favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("robots.txt", "User-agent: *"),
        ("secret.txt", "not served"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// The nonce that the policy allows.
fn nonce(seen: &Seen) -> String {
    let policy = seen.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("no nonce in {policy:?}"));
    rest.split('\'').next().unwrap().to_owned()
}

#[track_caller]
fn secured(what: &str, seen: &Seen) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("server", ""),
        ("x-powered-by", ""),
    ] {
        assert_eq!(seen.header(name), value, "{what}: {name}");
    }
    let policy = seen.header("content-security-policy");
    for part in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"]
    {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
    assert!(!seen.header("permissions-policy").is_empty(), "{what}");
    assert_eq!(seen.header("x-request-id").len(), 32, "{what}");
    assert!(!seen.header("cache-control").is_empty(), "{what}");
}

async fn stage() -> (Host, Browser, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let env = Env::fresh().await.with("LEPTOS_SITE_ROOT", folder.path().to_str().unwrap());
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    (host, ana, folder)
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_a_nonce_of_its_own() {
    let (host, ana, _site) = stage().await;
    let nobody = Browser::anonymous(&host.url);
    let big = async |path: &str| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 2097152\r\n\r\n"
        );
        parsed(&raw(&host.url, head.as_bytes()).await)
    };
    let mut answers = vec![
        ("413", 413, big("/api/session").await),
        ("413 of a form", 413, big("/sign-in").await),
        ("413 of a server function", 413, big("/rpc/sync/start").await),
        ("405", 405, ana.send(Method::PUT, "/api/dashboard", |request| request).await),
        ("405 of a page", 405, ana.send(Method::PUT, "/", |request| request).await),
        ("405 of a file", 405, ana.send(Method::PUT, "/robots.txt", |request| request).await),
        ("a foreign form", 403, nobody.post("/sign-in").await),
        ("no such function", 404, ana.post("/rpc/nowhere").await),
        ("HEAD", 200, ana.send(Method::HEAD, "/", |request| request).await),
    ];
    for (path, status) in [
        ("/", 200),
        ("/nowhere", 404),
        ("/api/dashboard", 200),
        ("/api/nowhere", 404),
        ("/api/opportunities?limit=x", 400),
        ("/pkg/backline.js", 200),
        ("/pkg/none.js", 404),
        ("/pkg/", 404),
        ("/favicon.svg", 200),
        ("/robots.txt", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/sign-in", 303),
    ] {
        answers.push((path, status, ana.get(path).await));
    }
    for (path, status) in [("/", 303), ("/sign-in", 200), ("/api/dashboard", 401), ("/sign-in/link?token=x", 303)] {
        answers.push((path, status, nobody.get(path).await));
    }
    let (mut nonces, mut ids) = (HashSet::new(), HashSet::new());
    for (what, status, seen) in &answers {
        assert_eq!(seen.status, *status, "{what}: {}", seen.text);
        secured(what, seen);
        assert!(nonces.insert(nonce(seen)), "{what}: a nonce was used before");
        assert!(ids.insert(seen.header("x-request-id").to_owned()), "{what}: a request id was used before");
        let kind = seen.header("content-type");
        if *status >= 400 && what.starts_with("/api/") {
            assert!(kind.starts_with("application/json"), "{what}: {kind}");
        }
    }
    let answer = nobody.clone().with("x-request-id", "made-up").get("/api/dashboard").await;
    assert_ne!(answer.header("x-request-id"), "made-up");
    assert_eq!(answer.json()["requestId"], answer.header("x-request-id"));
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_what_is_personal_is_not_kept() {
    let (host, ana, _site) = stage().await;
    for path in ["/pkg/backline.js", "/pkg/backline.css"] {
        let seen = ana.get(path).await;
        assert_eq!((seen.status, seen.header("cache-control")), (200, "public, max-age=31536000, immutable"), "{path}");
    }
    for path in ["/pkg/none.js", "/", "/nowhere", "/api/dashboard", "/api/session", "/healthz"] {
        assert_eq!(ana.get(path).await.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(ana.call("/rpc/dashboard/read", "").await.header("cache-control"), "no-store");
    let seen = Browser::anonymous(&host.url).get("/sign-in").await;
    assert_eq!(seen.header("cache-control"), "no-store");
    // Only what is meant to be served is: neither other files of the site nor anything above it.
    for path in [
        "/secret.txt",
        "/pkg/..%2fsecret.txt",
        "/pkg/%2e%2e/secret.txt",
        "/pkg/..%2f..%2fCargo.toml",
        "/pkg//etc/passwd",
    ] {
        let seen = ana.get(path).await;
        assert_eq!(seen.status, 404, "{path}");
        assert!(!seen.text.contains("not served"), "{path}");
    }
}

#[tokio::test]
async fn pages_hold_no_inline_style_and_only_scripts_with_the_nonce() {
    let (host, ana, _site) = stage().await;
    for (path, seen) in [
        ("/", ana.get("/").await),
        ("/nowhere", ana.get("/nowhere").await),
        ("/sign-in", Browser::anonymous(&host.url).get("/sign-in").await),
        ("/sign-in?problem=wrong", Browser::anonymous(&host.url).get("/sign-in?problem=wrong").await),
        ("/reports", ana.get("/reports").await),
        ("/reports?list=changes&query=kind%3Dlost", ana.get("/reports?list=changes&query=kind%3Dlost").await),
        ("/imports", ana.get("/imports").await),
        ("/events", ana.get("/events").await),
        ("/settings/endpoints", ana.get("/settings/endpoints").await),
        // Its forms follow what is typed.
        ("/metrics/definitions", ana.get("/metrics/definitions").await),
    ] {
        let html = &seen.text;
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains("</html>"), "{path}: {html}");
        assert!(!html.contains("<style") && !html.contains(" style="), "{path} has an inline style");
        let (wanted, mut scripts) = (format!("nonce=\"{}\"", nonce(&seen)), 0);
        for tag in html.split("<script").skip(1) {
            let tag = tag.split('>').next().unwrap();
            assert!(tag.contains(&wanted), "{path}: a script without the nonce: {tag}");
            scripts += 1;
        }
        // Of those that need no WASM only that of the menus.
        let plain =
            ["/reports", "/imports", "/events", "/settings/endpoints"].iter().any(|page| path.starts_with(page));
        assert!(if plain { scripts == 1 } else { scripts >= 2 }, "{path}: {scripts} scripts");
        assert_eq!(html.contains("backline.js"), !plain, "{path}");
        for handler in [" onclick=", " onload=", " onerror=", "javascript:"] {
            assert!(!html.contains(handler), "{path}: {handler}");
        }
    }
    // What stands in an address is text on the page, if it is there at all.
    let hostile = "/sign-in?problem=%3Cscript%3Ealert(1)%3C/script%3E";
    let seen = Browser::anonymous(&host.url).get(hostile).await;
    assert!(seen.status == 200 && !seen.text.contains("<script>alert"), "{}", seen.text);
}
