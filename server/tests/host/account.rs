//! One's own account: the password, and the sessions that one has open.

use super::browser::{Browser, PASSWORD};
use super::plain::{Plain, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const PAGE: &str = "/settings/account";
const NEW: &str = "another long password";

async fn stage(env: &Env) -> (Host, Plain) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "rep", PASSWORD).await;
    let host = Host::start(env).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    (host, ana)
}

fn form(old: &str, new: &str) -> String {
    let typed = |text: &str| text.replace(' ', "+").replace(',', "%2C");
    format!("old={}&password={}", typed(old), typed(new))
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    let env = Env::fresh().await.with("RUST_LOG", "trace");
    let (host, mut ana) = stage(&env).await;
    let other = Browser::sign_in(&host.url, "ana@north.example").await;
    for (form, field) in [(form("", NEW), "old"), (form("not it", NEW), "old"), (form(PASSWORD, "short"), "password")] {
        let seen = ana.script().call("/rpc/settings/set-password", &form).await;
        assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &field.into()), "{form}");
    }
    assert_eq!(other.get("/api/session").await.status, 200);
    let before = ana.script();
    let page = ana.post(PAGE, "set-password", &form(PASSWORD, NEW)).await;
    assert!(page.text.contains("The password is set."), "{}", page.text);
    assert_eq!((other.get("/api/session").await.status, before.get("/api/session").await.status), (401, 401));
    assert_eq!(ana.script().get("/api/session").await.status, 200);
    let nobody = Browser::anonymous(&host.url);
    assert_eq!(nobody.try_sign_in("ana@north.example", PASSWORD).await.status, 401);
    assert_eq!(nobody.try_sign_in("ana@north.example", NEW).await.status, 204);
    let log = host.log();
    assert!(!log.contains(NEW) && !log.contains(&NEW.replace(' ', "+")), "the password is in the log");
}

#[tokio::test]
async fn guessing_the_old_password_is_counted_with_the_tries_to_sign_in() {
    let env = Env::fresh().await;
    let (host, ana) = stage(&env).await;
    let guess = async || ana.script().call("/rpc/settings/set-password", &form("a guess", NEW)).await.status;
    for _ in 0..5 {
        assert_eq!(guess().await, 400);
    }
    assert_eq!(guess().await, 429);
    assert_eq!(Browser::anonymous(&host.url).try_sign_in("ana@north.example", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_but_this() {
    let env = Env::fresh().await;
    let (host, mut ana) = stage(&env).await;
    let [one, two] = [
        Browser::sign_in(&host.url, "ana@north.example").await,
        Browser::sign_in(&host.url, "ana@north.example").await,
    ];
    sql(env.url(), "update sessions set agent = 'An <i>odd</i> browser', address = '192.0.2.9'").await;
    let page = ana.get(PAGE).await;
    assert_eq!(shown(&page).matches("192.0.2.9").count(), 3, "{}", page.text);
    assert_eq!(shown(&page).matches("This session").count(), 1);
    assert!(!page.text.contains("<i>odd") && shown(&page).contains("An &lt;i&gt;odd&lt;/i&gt; browser"));
    assert_eq!(shown(&page).matches("Unknown browser").count(), 3);
    let other = page.text.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let page = ana.post(PAGE, "end-sessions", &format!("session={other}")).await;
    assert!(page.text.contains("One session has ended."), "{}", page.text);
    let alive = async || [one.get("/api/session").await.status, two.get("/api/session").await.status];
    let mut left = alive().await;
    left.sort_unstable();
    assert_eq!(left, [200, 401]);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
    sql(env.url(), &format!("update sessions set agent = '{agent}'")).await;
    let page = ana.get(PAGE).await;
    assert!(shown(&page).contains(&format!("title=\"{agent}\">Firefox on Linux<")), "{}", page.text);
    ana.post(PAGE, "end-sessions", "").await;
    assert_eq!(alive().await, [401, 401]);
    assert_eq!(ana.script().get("/api/session").await.status, 200);
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let env = Env::fresh().await;
    let (host, ana) = stage(&env).await;
    let north = Tenant::create(&env, "south").await;
    north.new_person("bo@south.example", "admin", PASSWORD).await;
    let bo = Browser::sign_in(&host.url, "bo@south.example").await;
    let of_bo =
        "select encode(token_hash, 'hex') from sessions s join people p on p.id = s.person_id where email like 'bo%'";
    let session = sql(env.url(), of_bo).await;
    let seen = ana.script().call("/rpc/settings/end-sessions", &format!("session={session}")).await;
    assert_eq!(seen.status, 404, "{}", seen.text);
    ana.script().call("/rpc/settings/end-sessions", "").await;
    assert_eq!(bo.get("/api/session").await.status, 200);
}
