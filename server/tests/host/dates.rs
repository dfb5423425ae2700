//! The dates of the dashboard: kept for the person who chose them, in that tenant, and for nobody else.

use super::browser::{Browser, PASSWORD};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const NOVEMBER: &str = "/?from=2026-11-01&to=2026-11-30";

/// The dates that the page at `/` shows in its form.
async fn shown(browser: &Browser) -> (String, String) {
    let html = browser.get("/").await.text;
    let value = |name: &str| {
        let tag = html.split("<input").find(|tag| tag.contains(&format!("name=\"{name}\""))).unwrap();
        tag.split_once("value=\"").map_or(String::new(), |(_, rest)| rest.split('"').next().unwrap().to_owned())
    };
    (value("from"), value("to"))
}

fn dates(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

/// Both as postcard has them: one after the other, each behind its length.
fn answered(from: &str, to: &str) -> String {
    [from, to].map(|day| format!("{}{day}", char::from(u8::try_from(day.len()).unwrap()))).concat()
}

struct Scene {
    env: Env,
    host: Host,
    ana: Browser,
    ben: Browser,
}

/// Two people of one tenant; the first also works in a second one.
async fn scene() -> Scene {
    let env = Env::fresh().await;
    let host = Host::start(&env).await;
    let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
    north.new_person("ana@north.example", "rep", PASSWORD).await;
    north.new_person("ben@north.example", "manager", PASSWORD).await;
    south.new_person("ana@north.example", "admin", PASSWORD).await;
    let ana = Browser::anonymous(&host.url);
    let body = serde_json::json!({"email": "ana@north.example", "password": PASSWORD, "tenant": "north"});
    let seen = ana
        .send(reqwest::Method::POST, "/api/session", |request| request.header("origin", &host.url).json(&body))
        .await;
    let ana = Browser::with_cookie(&host.url, &seen.cookie());
    let ben = Browser::sign_in(&host.url, "ben@north.example").await;
    Scene { env, host, ana, ben }
}

#[tokio::test]
async fn chosen_dates_are_kept_for_the_person_until_all_dates_are_asked_for() {
    let Scene { env, host, ana, ben } = scene().await;
    let chosen = ana.get(&format!("{NOVEMBER}&keep=1")).await;
    assert_eq!((chosen.status, chosen.header("location")), (303, NOVEMBER));
    assert_eq!(shown(&ana).await, dates("2026-11-01", "2026-11-30"));
    assert_eq!(shown(&ben).await, dates("", ""), "another person of the tenant");

    // The browser's own call, as a page that is open makes it.
    let view = ana.call("/rpc/dashboard/read", "search=").await;
    assert!(view.text.contains(&answered("2026-11-01", "2026-11-30")), "{view:?}");
    // The address rules over what is kept, and keeps nothing.
    let view = ana.call("/rpc/dashboard/read", "search=%3Ffrom%3D2026-12-24").await;
    assert!(view.text.contains(&answered("2026-12-24", "")), "{view:?}");
    assert_eq!(ana.get("/?from=2026-12-24").await.status, 200);
    assert_eq!(shown(&ana).await, dates("2026-11-01", "2026-11-30"));

    // The same person in another tenant has dates of their own.
    let body = serde_json::json!({"email": "ana@north.example", "password": PASSWORD, "tenant": "south"});
    let seen = Browser::anonymous(&host.url)
        .send(reqwest::Method::POST, "/api/session", |request| request.header("origin", &host.url).json(&body))
        .await;
    let elsewhere = Browser::with_cookie(&host.url, &seen.cookie());
    assert_eq!(shown(&elsewhere).await, dates("", ""));
    assert_eq!(elsewhere.get("/?to=2026-10-31&keep=1").await.header("location"), "/?to=2026-10-31");
    assert_eq!(shown(&ana).await, dates("2026-11-01", "2026-11-30"));

    let all = ana.get("/?dates=all").await;
    assert_eq!((all.status, all.header("location")), (303, "/"));
    assert_eq!(shown(&ana).await, dates("", ""));
    assert_eq!(shown(&elsewhere).await, dates("", "2026-10-31"));
    assert_eq!(sql(env.url(), "select count(*) from dashboard_dates").await.trim(), "1");
    // An empty form is all dates too.
    assert_eq!(elsewhere.get("/?from=&to=&keep=1").await.header("location"), "/");
    assert_eq!(shown(&elsewhere).await, dates("", ""));
}

#[tokio::test]
async fn another_site_a_wrong_date_or_a_key_keeps_nothing() {
    let Scene { env, host, ana, .. } = scene().await;
    let lured = ana.clone().with("sec-fetch-site", "cross-site").get(&format!("{NOVEMBER}&keep=1")).await;
    assert_eq!((lured.status, lured.header("location")), (303, NOVEMBER), "shown, not kept");
    assert_eq!(ana.get("/?from=2026-12-01&to=2026-11-01&keep=1").await.status, 400);
    assert_eq!(ana.get("/?from=tomorrow&keep=1").await.status, 400);
    let key = Tenant::of(&env, "north", "").new_key(&["read"]).await;
    assert_eq!(Browser::with_key(&host.url, &key).get(&format!("{NOVEMBER}&keep=1")).await.status, 303);
    let nobody = Browser::anonymous(&host.url).get(&format!("{NOVEMBER}&keep=1")).await;
    assert_eq!((nobody.status, nobody.header("location")), (303, "/sign-in"));
    assert_eq!(sql(env.url(), "select count(*) from dashboard_dates").await.trim(), "0");
}
