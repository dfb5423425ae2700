//! Provider credentials at rest, and what a dump of the database gives away.

use serde_json::Value;
use tokio::process::Command;

use super::browser::{Browser, PASSWORD};
use super::psql::sql;
use super::support::{Env, Host, Stand, Tenant};

const OTHER_KEY: &str = "another secret key, of 32 bytes.";

#[tokio::test]
async fn with_another_secret_key_the_credentials_have_to_be_entered_again() {
    let env = Env::fresh().await;
    let stand = Stand::of(5, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let other = env.clone().with("BACKLINE_SECRET_KEY", OTHER_KEY);

    let said = other.backline(&["connection", "test", "--tenant", "north"], "").await;
    let tested: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (said.exit, tested["ok"].as_bool(), tested["code"].as_str()),
        (1, Some(false), Some("CREDENTIALS_UNREADABLE"))
    );
    assert!(tested["message"].as_str().unwrap().contains("enter the credentials again"), "{tested}");
    let said = other.backline(&["sync", "initial", "--tenant", "north"], "").await;
    assert_eq!(said.exit, 1);
    assert!(
        said.err.contains("CREDENTIALS_UNREADABLE") && said.err.contains("enter the credentials again"),
        "{}",
        said.err
    );

    let host = Host::start(&other).await;
    let seen = Browser::with_key(&host.url, &north.key).post("/api/sync/initial").await;
    assert_eq!((seen.status, seen.code().as_str()), (502, "CREDENTIALS_UNREADABLE"), "{}", seen.text);
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let page = ana.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("enter the credentials again"), "the screen does not say it");
    assert_eq!(ana.get("/readyz").await.status, 200);
    host.stop().await;

    // Entered again, with the key of today.
    let set = [
        "connection",
        "set",
        "--tenant",
        "north",
        "--provider",
        "current-rms",
        "--base-url",
        &stand.base_url,
        "--subdomain",
        "demo",
        "--token-stdin",
    ];
    other.backline_ok(&set, "demo-token").await;
    other.backline_ok(&["sync", "initial", "--tenant", "north"], "").await;
}

#[tokio::test]
async fn a_sealed_token_opens_only_in_its_own_row() {
    let env = Env::fresh().await;
    let stand = Stand::of(3, &[]).await;
    let (_, south) = (Tenant::connected(&env, "north", &stand).await, Tenant::connected(&env, "south", &stand).await);
    env.backline_ok(&["connection", "test", "--tenant", "south"], "").await;
    sql(
        env.url(),
        "update connections set sealed_token = (select c.sealed_token from connections c join tenants t on t.id = c.tenant_id where t.slug = 'north')
         where tenant_id = (select id from tenants where slug = 'south')",
    )
    .await;
    for damage in [
        "update connections set sealed_token = sealed_token",
        "update connections set sealed_token = set_byte(sealed_token, 30, get_byte(sealed_token, 30) # 1)",
        "update connections set sealed_token = ''",
    ] {
        sql(env.url(), damage).await;
        let said = env.backline(&["connection", "test", "--tenant", &south.slug], "").await;
        assert!(said.exit == 1 && said.out.contains("CREDENTIALS_UNREADABLE"), "{damage}: {} {}", said.out, said.err);
    }
}

#[tokio::test]
async fn a_dump_of_the_database_holds_no_secret() {
    let env = Env::fresh().await;
    let stand = Stand::of(3, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let token = "a-token-of-a-provider-0123456789";
    assert_eq!(north.connect_to("http://127.0.0.1:1/api/v1", "demo", token).await.exit, 0);
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(&env).await;
    let cookie = Browser::anonymous(&host.url).try_sign_in("ana@north.example", PASSWORD).await.cookie();
    Browser::with_key(&host.url, &north.key).get("/api/session").await;
    let output = Command::new("pg_dump").args(["--data-only", "--schema=app", env.url()]).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let dump = String::from_utf8_lossy(&output.stdout);
    assert!(dump.contains("ana@north.example") && dump.contains("$argon2id$"));
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for secret in [token, PASSWORD, north.key.as_str(), cookie.split_once('=').unwrap().1, "a secret key of the tests"]
    {
        assert!(!dump.contains(secret) && !dump.contains(&hex(secret)), "{secret} is in the dump");
    }
}
