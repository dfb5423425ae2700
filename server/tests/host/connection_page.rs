//! The connection and the company's settings in a screen.

use super::browser::PASSWORD;
use super::plain::Plain;
use super::psql::sql;
use super::support::{Env, Host, Stand, Tenant};

const PAGE: &str = "/settings/connection";

async fn stage(env: &Env) -> (Host, Plain) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(env).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    (host, ana)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn an_address_from_a_screen_must_be_public_and_https() {
    let env = Env::fresh().await;
    let (_host, ana) = stage(&env).await;
    for address in [
        "http://1.1.1.1/api/v1",
        "https://127.0.0.1/api/v1",
        "https://localhost/api/v1",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "ftp://1.1.1.1/",
        "https://user:secret@1.1.1.1/",
        "nonsense",
    ] {
        let form = format!("base_url={}&subdomain=demo&token=demo-token", encoded(address));
        let seen = ana.script().call("/rpc/settings/set-connection", &form).await;
        assert_eq!(
            (seen.status, &seen.json()["Invalid"]["field"]),
            (400, &"base_url".into()),
            "{address}: {}",
            seen.text
        );
    }
    for (form, field) in [("subdomain=a.b&token=x", "subdomain"), ("subdomain=demo&token=a%0Ab", "token")] {
        let form = format!("base_url={}&{form}", encoded("https://1.1.1.1/api/v1"));
        let seen = ana.script().call("/rpc/settings/set-connection", &form).await;
        assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &field.into()), "{}", seen.text);
    }
    assert_eq!(sql(env.url(), "select count(*) from connections").await, "0");
}

#[tokio::test]
async fn credentials_are_entered_tested_and_never_shown() {
    let env = Env::fresh().await.with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1").with("RUST_LOG", "trace");
    let stand = Stand::of(3, &[]).await;
    let (host, mut ana) = stage(&env).await;
    let form = |token: &str| format!("base_url={}&subdomain=demo&token={token}", encoded(&stand.base_url));
    let page = ana.post(PAGE, "set-connection", &form("a-wrong-token")).await;
    assert!(page.text.contains("The credentials are kept.") && page.text.contains(&stand.base_url), "{}", page.text);
    let page = ana.post(PAGE, "test-connection", "").await;
    assert!(page.text.contains("role=\"alert\""), "{}", page.text);
    ana.post(PAGE, "set-connection", &form("demo-token")).await;
    let page = ana.post(PAGE, "test-connection", "").await;
    assert!(page.text.contains("Current RMS accepts the credentials."), "{}", page.text);
    assert!(!page.text.contains("demo-token") && !page.text.contains("role=\"alert\""));
    let audit = sql(env.url(), "select string_agg(a::text, ' ') from audit_log a").await;
    assert!(audit.contains("connection") && !audit.contains("demo-token"));
    assert!(!host.log().contains("demo-token"), "the token is in the log");
}

#[tokio::test]
async fn the_company_has_the_name_zone_currency_and_first_day_that_an_admin_sets() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    let south = Tenant::create(&env, "south").await;
    let page = ana
        .post(PAGE, "set-tenant", "name=Northlight+%26+Co&timezone=Europe/Berlin&currency=EUR&first_day=sunday")
        .await;
    assert!(page.text.contains("Northlight &amp; Co") && page.text.contains("Europe/Berlin"), "{}", page.text);
    assert!(page.text.contains("<option value=\"sunday\" selected>"), "{}", page.text);
    for (form, field) in [
        ("name=&timezone=UTC&currency=EUR&first_day=monday", "name"),
        ("name=x&timezone=Mars/Base&currency=EUR&first_day=monday", "timezone"),
        ("name=x&timezone=UTC&currency=euro&first_day=monday", "currency"),
        ("name=x&timezone=UTC&currency=EUR&first_day=friday", "first_day"),
    ] {
        let seen = ana.script().call("/rpc/settings/set-tenant", form).await;
        assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &field.into()), "{form}");
    }
    let row = |slug: &str| format!("select name, timezone, currency, first_day from tenants where slug = '{slug}'");
    assert_eq!(sql(env.url(), &row("north")).await, "Northlight & Co|Europe/Berlin|EUR|sunday");
    assert_eq!(sql(env.url(), &row(&south.slug)).await, "south|UTC|GBP|monday");
    let log = "select before->>'currency' || ' ' || (after->>'currency') || ' ' || (before->>'first_day') || ' ' || (after->>'first_day') from audit_log where entity_type = 'tenant'";
    assert_eq!(sql(env.url(), log).await, "GBP EUR monday sunday");
}
