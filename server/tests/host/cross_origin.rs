//! What another site can make a browser send changes nothing, and what a browser sends by itself (GET) changes nothing.

use reqwest::Method;

use super::browser::{Browser, PASSWORD, Seen};
use super::psql::{quiet, sql};
use super::support::{Env, Host, Stand, Tenant};

/// Every address that takes an unsafe method with a cookie.
const UNSAFE: [&str; 131] = [
    "POST /api/session",
    "DELETE /api/session",
    "POST /api/sync/initial",
    "POST /api/sync/incremental",
    "POST /api/sync/sweep",
    "POST /api/sync/cancel",
    "POST /api/people",
    "PATCH /api/people/7",
    "POST /api/people/7/link",
    "POST /api/keys",
    "DELETE /api/keys/7",
    "POST /api/connection/start-over",
    "PUT /api/opportunities/7/augmentation",
    "POST /api/opportunities/7/workflows",
    "POST /api/opportunities/7/workflows/7/advance",
    "POST /api/opportunities/7/workflows/7/fail",
    "POST /api/opportunities/7/workflows/7/retry",
    "POST /api/opportunities/7/workflows/7/cancel",
    "POST /api/opportunities/7/integrations",
    "PATCH /api/opportunities/7/integrations/7",
    "DELETE /api/opportunities/7/integrations/7",
    "POST /api/workflow-templates",
    "PATCH /api/workflow-templates/7",
    "DELETE /api/workflow-templates/7",
    "POST /api/reconciliation/mirror",
    "POST /api/reconciliation/mirror/7/repair",
    "POST /api/reconciliation/remedies",
    "POST /reconciliation/remedies",
    "POST /reconciliation/mirror",
    "POST /reconciliation/mirror/repair",
    "POST /api/jobs",
    "POST /api/jobs/7/cancel",
    "POST /api/jobs/7/retry",
    "POST /api/jobs/retry",
    "POST /api/jobs/process",
    "PATCH /api/schedules/999",
    "POST /api/schedules/999/run",
    "POST /api/notifications/read",
    "POST /rpc/notifications/list",
    "POST /rpc/notifications/mark-read",
    "POST /rpc/notifications/set",
    "POST /rpc/settings/set-webhook",
    "POST /rpc/settings/remove-webhook",
    "POST /api/reports",
    "POST /api/imports",
    "POST /api/imports/7/check",
    "POST /api/imports/7/apply",
    "PUT /api/webhooks/keeping",
    "POST /api/webhooks/registration",
    "POST /api/test-webhook",
    "POST /api/replay",
    "POST /api/replay/bulk",
    "POST /api/webhooks",
    "DELETE /api/webhooks/7",
    "POST /api/webhooks/7/rotate",
    "POST /api/webhooks/7/end-older",
    "POST /api/rules",
    "PATCH /api/rules/7",
    "POST /api/rules/7/dry-run",
    "POST /api/rules/7/secret",
    "DELETE /api/rules/7",
    "POST /api/metrics/definitions",
    "PATCH /api/metrics/definitions/7",
    "DELETE /api/metrics/definitions/7",
    "POST /api/metrics/definitions/preview",
    "PATCH /api/metrics/definitions/preview",
    "DELETE /api/metrics/definitions/preview",
    "POST /api/metrics/definitions/validate",
    "POST /api/metrics/definitions/7/values",
    "POST /api/metrics/import",
    "POST /rpc/dashboard/read",
    "POST /rpc/identity/whoami",
    "POST /rpc/sync/state",
    "POST /rpc/sync/start",
    "POST /rpc/sync/cancel",
    "POST /rpc/opportunities/list",
    "POST /rpc/opportunities/changes",
    "POST /rpc/sync/failures",
    "POST /rpc/jobs/list",
    "POST /rpc/jobs/read",
    "POST /rpc/jobs/retry",
    "POST /rpc/jobs/cancel",
    "POST /rpc/jobs/retry-all",
    "POST /rpc/jobs/set-schedule",
    "POST /rpc/jobs/run-schedule",
    "POST /rpc/opportunities/read",
    "POST /rpc/opportunities/read-again",
    "POST /rpc/opportunities/save-view",
    "POST /rpc/opportunities/remove-view",
    "POST /rpc/settings/set-password",
    "POST /rpc/settings/switch-tenant",
    "POST /rpc/settings/invite",
    "POST /rpc/settings/set-enabled",
    "POST /rpc/settings/create-key",
    "POST /rpc/settings/set-connection",
    "POST /rpc/settings/start-over",
    "POST /reports",
    "POST /imports",
    "POST /imports/7/check",
    "POST /imports/7/apply",
    "POST /events/7/replay",
    "POST /events/replay",
    "POST /settings/endpoints",
    "POST /settings/endpoints/registration",
    "POST /settings/endpoints/keeping",
    "POST /settings/endpoints/rotate",
    "POST /settings/endpoints/test",
    "POST /settings/endpoints/end-older",
    "POST /settings/endpoints/revoke",
    "POST /settings/rules",
    "POST /settings/rules/999",
    "POST /settings/rules/set",
    "POST /settings/rules/secret",
    "POST /settings/rules/remove",
    "POST /opportunities/7/more/augmentation",
    "POST /opportunities/7/more/workflows",
    "POST /opportunities/7/more/workflows/7/cancel",
    "POST /opportunities/7/more/integrations",
    "POST /opportunities/7/more/integrations/7",
    "POST /opportunities/7/more/integrations/7/remove",
    "POST /settings/workflows",
    "POST /settings/workflows/7",
    "POST /settings/workflows/7/remove",
    "POST /metrics/new",
    "POST /metrics/definitions/at_risk_customer/edit",
    "POST /metrics/definitions/at_risk_customer/restore",
    "POST /metrics/definitions/at_risk_customer/activate",
    "POST /metrics/definitions/at_risk_customer/deprecate",
    "POST /metrics/definitions/nothing/values",
    "POST /sign-in",
    "POST /sign-out",
];

async fn ask(browser: &Browser, route: &str) -> Seen {
    let (method, path) = route.split_once(' ').unwrap();
    let form = |request: reqwest::RequestBuilder| {
        request.header("content-type", "application/x-www-form-urlencoded").body(if path.ends_with("start") {
            "kind=initial_sync"
        } else {
            ""
        })
    };
    browser.send(method.parse::<Method>().unwrap(), path, form).await
}

#[tokio::test]
async fn an_unsafe_request_with_a_cookie_must_come_from_our_own_pages() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let cookie = Browser::anonymous(&host.url).try_sign_in("ana@north.example", PASSWORD).await.cookie();
    let with_cookie = || Browser::anonymous(&host.url).with("cookie", &cookie);
    let port = host.url.rsplit(':').next().unwrap();
    let longer = format!("{}.evil.example", host.url);
    let other_port = "http://127.0.0.1:1".to_owned();
    let https = host.url.replace("http:", "https:");
    let state = "select count(*) || ' ' || (select count(*) from audit_log) || ' ' || (select count(*) from sync_metadata) from sessions";
    let before = sql(env.url(), state).await;
    for route in UNSAFE {
        let mut foreign = vec![with_cookie()];
        for origin in ["https://evil.example", "null", "", &longer, &other_port, &https, &host.url.to_uppercase()] {
            foreign.push(with_cookie().with("origin", origin));
        }
        for site in ["cross-site", "same-site", "none", "Same-Origin"] {
            foreign.push(with_cookie().with("sec-fetch-site", site));
            foreign.push(with_cookie().with("sec-fetch-site", site).with("origin", "https://evil.example"));
        }
        foreign.push(with_cookie().with("referer", &format!("{}/", host.url)));
        for (number, browser) in foreign.iter().enumerate() {
            let seen = ask(browser, route).await;
            assert_eq!((seen.status, seen.code().as_str()), (403, "CROSS_ORIGIN"), "{route}, forgery {number}");
        }
    }
    assert_eq!(sql(env.url(), state).await, before, "a forgery changed something");
    for route in UNSAFE.iter().filter(|route| !route.contains("session") && !route.contains("sign-out")) {
        let localhost = format!("http://localhost:{port}");
        for (name, value) in [("origin", host.url.as_str()), ("origin", &localhost), ("sec-fetch-site", "same-origin")]
        {
            let seen = ask(&with_cookie().with(name, value), route).await;
            assert_ne!(seen.code(), "CROSS_ORIGIN", "{route} with {name}: {value}");
            assert!(seen.status < 500 && seen.status != 401 && seen.status != 403, "{route}: {}", seen.status);
        }
        let seen = ask(&Browser::with_key(&host.url, &north.key), route).await;
        assert_ne!(seen.code(), "CROSS_ORIGIN", "{route} with a key");
    }
    // A header that is no key does not open the way for the cookie beside it.
    for value in ["Basic dXNlcjpw", "Bearer x", "x"] {
        let seen = ask(&with_cookie().with("authorization", value), "POST /api/sync/cancel").await;
        assert_eq!(seen.status, 401, "{value}");
    }
    for route in ["DELETE /api/session", "POST /sign-out"] {
        assert_eq!(with_cookie().get("/api/session").await.status, if route.starts_with("DELETE") { 200 } else { 401 });
        let seen = ask(&with_cookie().with("origin", &host.url), route).await;
        assert!([204, 303].contains(&seen.status), "{route}: {}", seen.status);
    }
}

/// Every row of every table with the transaction that wrote it, but the workers' signs of life.
const DUMP: &str = r"select string_agg(format('select %L, count(*), md5(string_agg(xmin || t::text, '','' order by t::text)) from app.%I t', relname, relname), ' union all ' order by relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = 'app' and relkind = 'r' and relname <> 'job_workers' \gexec";

#[tokio::test]
async fn a_get_of_any_route_changes_nothing() {
    let env = Env::fresh().await;
    let stand = Stand::of(8, &["broken=1"]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let key = Browser::with_key(&host.url, &north.key);
    assert_eq!(key.post("/api/sync/initial").await.status, 200);
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let id = stand.ids_in_scope()[0];
    quiet(env.url()).await;
    let before = sql(env.url(), DUMP).await;
    assert!(before.lines().count() >= 12, "{before}");
    let mut paths: Vec<String> = [
        "/",
        "/sign-in",
        "/sign-in?problem=wrong",
        "/sign-in/link?token=guess",
        "/settings",
        "/settings/account",
        "/settings/people",
        "/settings/keys",
        "/settings/connection",
        "/notifications",
        "/api/notifications",
        "/jobs",
        "/jobs?again=1",
        "/events",
        "/events?again=1",
        "/events?live=1&q=a",
        "/settings/endpoints?done=revoked",
        "/jobs/1",
        "/nowhere",
        "/healthz",
        "/readyz",
        "/api/health",
        "/api/session",
        "/api/dashboard",
        "/api/dashboard?startDate=2020-01-01",
        "/api/opportunities",
        "/api/opportunities?q=a&sort=-name",
        "/api/sync/status",
        "/api/sync/failures",
        "/api/sync/failures?runId=1",
        "/api/nowhere",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(format!("/api/opportunities/{id}"));
    // What takes only POST or DELETE.
    paths.extend(UNSAFE.map(|route| route.split_once(' ').unwrap().1.to_owned()));
    paths.push("/rpc/sync/start?kind=initial_sync".into());
    for asker in [&Browser::anonymous(&host.url), &ana, &key] {
        for path in &paths {
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                let seen = asker.send(method.clone(), path, |request| request).await;
                assert!(seen.status < 500, "{method} {path}: {}", seen.status);
            }
        }
    }
    let after = sql(env.url(), DUMP).await;
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    assert!(changed.is_empty() && before.lines().count() == after.lines().count(), "{changed:?}");
    assert_eq!(ana.get("/api/session").await.status, 200);
}
