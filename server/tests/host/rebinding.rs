//! A name that was public when somebody entered it, and leads into our own network when it is connected.

use tokio::net::TcpListener;
use tokio::time::{Duration, timeout};

use super::browser::{Browser, PASSWORD};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

/// Tests the connection from the screen; gives what the page says, and whether somebody knocked.
async fn tested(env: &Env, door: &TcpListener) -> (String, bool) {
    let host = Host::start(env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let knock = async { timeout(Duration::from_secs(3), door.accept()).await.is_ok() };
    let (seen, knocked) = tokio::join!(ana.call("/rpc/settings/test-connection", ""), knock);
    (seen.text, knocked)
}

#[tokio::test]
async fn only_the_operators_address_may_lead_into_our_own_network() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = door.local_addr().unwrap().port();
    assert_eq!(north.connect_to(&format!("https://localhost:{port}/api/v1"), "demo", "demo-token").await.exit, 0);
    assert!(tested(&env, &door).await.1, "the operator's own address is connected");
    // As if a person had entered it while the name led elsewhere.
    sql(env.url(), "update connections set from_screen = true").await;
    let (text, knocked) = tested(&env, &door).await;
    assert!(text.contains("PRIVATE_ADDRESS") && !knocked, "{text}");
    sql(env.url(), &format!("update connections set base_url = 'https://127.0.0.1:{port}/api/v1'")).await;
    let (text, knocked) = tested(&env, &door).await;
    assert!(text.contains("PRIVATE_ADDRESS") && !knocked, "{text}");
    // A run is held to it too.
    let said = env.backline(&["sync", "initial", "--tenant", "north"], "").await;
    assert!(
        said.exit == 1 && format!("{}{}", said.out, said.err).contains("PRIVATE_ADDRESS"),
        "{} {}",
        said.out,
        said.err
    );
    let allowed = env.clone().with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1");
    assert!(tested(&allowed, &door).await.1, "where the operator allows it, it is connected");
}

#[tokio::test]
async fn who_entered_an_address_is_kept_with_it() {
    let env = Env::fresh().await.with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1");
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let entered = "select from_screen from connections";
    let form = "base_url=https://localhost/api/v1&subdomain=demo&token=demo-token";
    assert_eq!(ana.call("/rpc/settings/set-connection", form).await.status, 200);
    assert_eq!(sql(env.url(), entered).await, "t");
    assert_eq!(north.connect_to("https://localhost/api/v1", "demo", "demo-token").await.exit, 0);
    assert_eq!(sql(env.url(), entered).await, "f");
}
