//! The command line: exit codes, errors as JSON on standard error, secrets only on standard input, output for scripts.

use serde_json::Value;

use super::browser::PASSWORD;
use super::psql::{psql, sql};
use super::support::{Cluster, Env, Said, Stand, Tenant, until};

/// The error object, which must be the last line of standard error.
#[track_caller]
fn error(said: &Said, exit: i32) -> (String, String) {
    assert_eq!(said.exit, exit, "out {:?} err {:?}", said.out, said.err);
    let line = said.err.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {:?}", said.err));
    let keys: Vec<&String> = error.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "error"], "{error}");
    assert_eq!(said.out, "", "an error beside output");
    (error["code"].as_str().unwrap().into(), error["error"].as_str().unwrap().into())
}

#[tokio::test]
async fn a_value_that_breaks_a_rule_names_its_field_and_exits_with_2() {
    let env = Env::fresh().await;
    Tenant::create(&env, "north").await;
    let tenant = |more: &[&'static str]| [&["tenant", "create"], more].concat();
    let user = |more: &[&'static str]| [&["user", "create", "--tenant", "north"], more, &["--password-stdin"]].concat();
    let key = |more: &[&'static str]| [&["api-key", "create"], more].concat();
    let connection = |more: &[&'static str]| {
        [&["connection", "set", "--provider", "current-rms"], more, &["--token-stdin"]].concat()
    };
    let long: &'static str = "x".repeat(201).leak();
    let cases: Vec<(Vec<&str>, &str, &str)> = vec![
        (tenant(&["--slug", "North Light", "--name", "N"]), "", "slug"),
        (tenant(&["--slug=-a", "--name", "N"]), "", "slug"),
        (tenant(&["--slug", "", "--name", "N"]), "", "slug"),
        (tenant(&["--slug", "a", "--name", ""]), "", "name"),
        (tenant(&["--slug", "a", "--name", long]), "", "name"),
        (tenant(&["--slug", "a", "--name", "line\nbreak"]), "", "name"),
        (tenant(&["--slug", "a", "--name", "N", "--timezone", "Europe/Atlantis"]), "", "timezone"),
        (tenant(&["--slug", "a", "--name", "N", "--timezone", "+01:00"]), "", "timezone"),
        (tenant(&["--slug", "a", "--name", "N", "--currency", "gbp"]), "", "currency"),
        (tenant(&["--slug", "a", "--name", "N", "--currency", "POUND"]), "", "currency"),
        (tenant(&["--name", "N"]), "", "slug"),
        (user(&["--email", "ana", "--name", "Ana", "--role", "rep"]), PASSWORD, "email"),
        (user(&["--email", "a b@c.example", "--name", "Ana", "--role", "rep"]), PASSWORD, "email"),
        (user(&["--email", "ana@c.example", "--name", " ", "--role", "rep"]), PASSWORD, "name"),
        (user(&["--email", "ana@c.example", "--name", "Ana", "--role", "director"]), PASSWORD, "role"),
        (user(&["--email", "ana@c.example", "--name", "Ana", "--role", "Admin"]), PASSWORD, "role"),
        (user(&["--email", "ana@c.example", "--name", "Ana", "--role", "rep"]), "short", "password"),
        (user(&["--email", "ana@c.example", "--name", "Ana", "--role", "rep"]), "", "password"),
        (user(&["--email", "ana@c.example", "--name", "Ana", "--role", "rep"]), "password1234", "password"),
        (
            vec!["user", "create", "--tenant", "north", "--email", "a@b.example", "--name", "A", "--role", "rep"],
            "",
            "password",
        ),
        (vec!["user", "set-password", "--email", "nobody", "--password-stdin"], PASSWORD, "email"),
        (vec!["user", "set-password", "--email", "a@b.example"], PASSWORD, "password"),
        (key(&["--tenant", "north", "--name", "K", "--scope", "everything"]), "", "scope"),
        (key(&["--tenant", "north", "--name", "K", "--scope", "read,sync"]), "", "scope"),
        (key(&["--tenant", "north", "--name", "K"]), "", "scope"),
        (key(&["--tenant", "north", "--name", "", "--scope", "read"]), "", "name"),
        (key(&["--tenant", "NORTH", "--name", "K", "--scope", "read"]), "", "slug"),
        (connection(&["--tenant", "north", "--subdomain", "a.b"]), "token", "subdomain"),
        (connection(&["--tenant", "north", "--subdomain", "a", "--base-url", "ftp://x"]), "token", "base"),
        (connection(&["--tenant", "north", "--subdomain", "a", "--base-url", "http://u:p@x/api/v1"]), "token", "base"),
        (connection(&["--tenant", "north", "--subdomain", "a"]), "", "token"),
        (connection(&["--tenant", "north", "--subdomain", "a"]), "two\nlines", "token"),
        (
            vec!["connection", "set", "--tenant", "north", "--provider", "other", "--subdomain", "a", "--token-stdin"],
            "t",
            "provider",
        ),
        (vec!["connection", "set", "--tenant", "north", "--provider", "current-rms", "--subdomain", "a"], "t", "token"),
        (vec!["sync", "initial"], "", "tenant"),
        (vec!["sync", "single", "--tenant", "north", "--id", "x"], "", "id"),
        (vec!["sync", "single", "--tenant", "north"], "", "id"),
        (vec!["sync", "sometimes", "--tenant", "north"], "", "sometimes"),
        (vec!["db"], "", ""),
        (vec!["nonsense"], "", "nonsense"),
        (vec!["--nonsense"], "", "nonsense"),
        (vec![], "", ""),
    ];
    for (args, stdin, field) in cases {
        let said = env.backline(&args, stdin).await;
        let (code, text) = error(&said, 2);
        assert_eq!(code, "USAGE", "{args:?}");
        assert!(text.to_lowercase().contains(field), "{args:?} does not name {field}: {text}");
    }
    assert_eq!(sql(env.url(), "select count(*) || ' ' || (select count(*) from people) from tenants").await, "1 0");
}

#[tokio::test]
async fn what_is_not_there_or_taken_exits_with_1_and_a_code() {
    let env = Env::fresh().await;
    Tenant::create(&env, "north").await;
    let cases: [(&[&str], &str, &str); 7] = [
        (&["tenant", "create", "--slug", "north", "--name", "Again"], "", "SLUG_TAKEN"),
        (
            &[
                "user",
                "create",
                "--tenant",
                "south",
                "--email",
                "a@b.example",
                "--name",
                "A",
                "--role",
                "rep",
                "--password-stdin",
            ],
            PASSWORD,
            "NO_SUCH_TENANT",
        ),
        (&["user", "set-password", "--email", "a@b.example", "--password-stdin"], PASSWORD, "NO_SUCH_PERSON"),
        (&["api-key", "create", "--tenant", "south", "--name", "K", "--scope", "read"], "", "NO_SUCH_TENANT"),
        (&["sync", "initial", "--tenant", "north"], "", "NOT_CONNECTED"),
        (&["sync", "single", "--tenant", "north", "--id", "1"], "", "NOT_CONNECTED"),
        (&["db", "url"], "", "NOT_PRIVATE"),
    ];
    for (args, stdin, code) in cases {
        assert_eq!(error(&env.backline(args, stdin).await, 1).0, code, "{args:?}");
    }
    // A connection test has one kind of answer, whatever it finds.
    let said = env.backline(&["connection", "test", "--tenant", "north"], "").await;
    assert!(said.exit == 1 && said.out.contains("NOT_CONNECTED"), "{} {} {}", said.exit, said.out, said.err);
    // A refused command leaves nothing half made.
    assert_eq!(sql(env.url(), "select count(*) from people").await, "0");
    let bad = env.clone().with("BACKLINE_PUBLIC_URL", "nowhere").backline(&["serve"], "").await;
    let (code, text) = error(&bad, 1);
    assert!(code == "BAD_SETTING" && text.contains("BACKLINE_PUBLIC_URL"), "{code} {text}");
    let away =
        env.clone().with("DATABASE_URL", "postgres://postgres@127.0.0.1:1/none").backline(&["migrate"], "").await;
    assert_eq!(error(&away, 1).0, "DATABASE_AWAY");
    assert_eq!(env.backline(&["--help"], "").await.exit, 0);
    assert_eq!(env.backline(&["--version"], "").await.exit, 0);
}

#[tokio::test]
async fn ids_and_keys_come_alone_and_secrets_never() {
    let env = Env::fresh().await.with("RUST_LOG", "trace");
    let create = [
        "tenant",
        "create",
        "--slug",
        "north",
        "--name",
        "North Light",
        "--timezone",
        "Europe/Oslo",
        "--currency",
        "NOK",
    ];
    let said = env.backline(&create, "").await;
    assert_eq!(said.exit, 0, "{}", said.err);
    let id: uuid::Uuid = said.out.strip_suffix('\n').unwrap().parse().unwrap();
    let row = sql(env.url(), "select id, slug, name, timezone, currency from tenants").await;
    assert_eq!(row, format!("{id}|north|North Light|Europe/Oslo|NOK"));

    let user = [
        "user",
        "create",
        "--tenant",
        "north",
        "--email",
        "Ana@North.example",
        "--name",
        "Ana",
        "--role",
        "rep",
        "--password-stdin",
    ];
    let said = env.backline(&user, &format!("{PASSWORD}\n")).await;
    assert_eq!(said.exit, 0, "{}", said.err);
    let person: uuid::Uuid = said.out.strip_suffix('\n').unwrap().parse().unwrap();
    assert_eq!(sql(env.url(), "select id, email from people").await, format!("{person}|ana@north.example"));
    let mut noise = said.err;

    let key = ["api-key", "create", "--tenant", "north", "--name", "cron", "--scope", "read", "--scope", "sync"];
    let said = env.backline(&key, "").await;
    let secret = said.out.strip_suffix('\n').unwrap().to_owned();
    assert!(secret.starts_with("bl_") && secret.len() > 40 && !secret.contains(char::is_whitespace), "{secret}");
    assert!(!said.err.contains(&secret));
    assert_eq!(
        sql(env.url(), "select scopes, encode(secret_hash, 'hex') from api_keys").await.split('|').next(),
        Some("{read,sync}")
    );

    let token = "a-token-that-nobody-may-see";
    let connection = [
        "connection",
        "set",
        "--tenant",
        "north",
        "--provider",
        "current-rms",
        "--subdomain",
        "demo",
        "--base-url",
        "http://127.0.0.1:1/api/v1",
        "--token-stdin",
    ];
    let said = env.backline(&connection, &format!("{token}\r\n")).await;
    assert_eq!((said.exit, said.out.as_str()), (0, ""), "{}", said.err);
    noise.push_str(&said.err);
    let said = env.backline(&["connection", "test", "--tenant", "north"], "").await;
    noise.push_str(&said.err);
    noise.push_str(&said.out);
    assert!(!noise.contains(token) && !noise.contains(PASSWORD), "{noise}");
}

#[tokio::test]
async fn a_known_address_gets_another_role_and_keeps_its_password_and_name() {
    let env = Env::fresh().await;
    let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
    let first = north.new_person("ana@x.example", "rep", PASSWORD).await;
    let hash = sql(env.url(), "select name, password_hash from people").await;
    let second = south.new_person(" ANA@x.example", "admin", "quite another password").await;
    let third = north.new_person("ana@x.example", "manager", "quite another password").await;
    assert!(first == second && second == third);
    assert_eq!(sql(env.url(), "select name, password_hash from people").await, hash);
    let roles = sql(env.url(), "select slug, role from memberships join tenants on id = tenant_id order by slug").await;
    assert_eq!(roles, "north|manager\nsouth|admin");
}

#[tokio::test]
async fn a_connection_test_tells_its_outcome_as_json() {
    let env = Env::fresh().await;
    let stand = Stand::of(3, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let test = async || env.backline(&["connection", "test", "--tenant", "north"], "").await;
    let tested = |said: &Said| serde_json::from_str::<Value>(&said.out).unwrap();
    let said = test().await;
    assert_eq!((said.exit, &tested(&said)["ok"], &tested(&said)["code"]), (0, &Value::Bool(true), &Value::from("OK")));
    for (base, subdomain, token, code) in [
        (stand.base_url.as_str(), "demo", "wrong", "CREDENTIALS_REFUSED"),
        (stand.base_url.as_str(), "wrong", "demo-token", "CREDENTIALS_REFUSED"),
        ("http://127.0.0.1:1/api/v1", "demo", "demo-token", "NO_NETWORK"),
        ("http://no-such-host.invalid/api/v1", "demo", "demo-token", "NO_SUCH_HOST"),
    ] {
        assert_eq!(north.connect_to(base, subdomain, token).await.exit, 0);
        let said = test().await;
        let outcome = tested(&said);
        assert_eq!(
            (said.exit, outcome["ok"].as_bool(), outcome["code"].as_str()),
            (1, Some(false), Some(code)),
            "{outcome}"
        );
        assert!(outcome["message"].as_str().unwrap().len() > 20);
    }
}

#[tokio::test]
async fn a_sync_exits_with_0_3_1_or_4() {
    let env = Env::fresh().await;
    let stand = Stand::of(20, &["broken=2"]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let sync = |kind: &'static str| {
        let env = env.clone();
        async move { env.backline(&["sync", kind, "--tenant", "north"], "").await }
    };
    assert_eq!(error(&sync("incremental").await, 1).0, "INITIAL_SYNC_REQUIRED");
    let said = sync("initial").await;
    assert_eq!(said.exit, 3, "{}", said.err);
    let outcome: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&outcome["success"], &outcome["syncId"], &outcome["recordsFailed"]),
        (&Value::Bool(true), &Value::from(1), &Value::from(2))
    );
    let good = stand.ids_in_scope()[0].to_string();
    let said = env.backline(&["sync", "single", "--tenant", "north", "--id", &good], "").await;
    assert_eq!(said.exit, 0, "{}", said.err);
    let bad = stand.account.broken_ids()[0].to_string();
    assert_eq!(env.backline(&["sync", "single", "--tenant", "north", "--id", &bad], "").await.exit, 3);

    // A run that another host holds.
    sql(
        env.url(),
        "insert into sync_metadata (tenant_id, id, sync_type, status, lease_token, lease_until)
        select id, 50, 'sweep', 'running', gen_random_uuid(), now() + interval '1 hour' from tenants",
    )
    .await;
    assert_eq!(error(&sync("incremental").await, 4).0, "SYNC_RUNNING");
    sql(env.url(), "update sync_metadata set status = 'cancelled', completed_at = now() where id = 50").await;

    stand.account.set_faults(super::support::faults(&["auth=1"]));
    let said = sync("incremental").await;
    assert_eq!(said.exit, 1);
    let last: Value = serde_json::from_str(said.err.lines().last().unwrap()).unwrap();
    assert_eq!(last["code"], "CREDENTIALS_REFUSED");
    drop(north);
}

#[tokio::test]
async fn the_private_clusters_url_works_with_psql() {
    let cluster = Cluster::start().await;
    let env = Env::of_folder(&cluster.data_dir);
    let said = env.backline(&["db", "url"], "").await;
    assert_eq!(said.exit, 0, "{}", said.err);
    let url = said.out.strip_suffix('\n').unwrap();
    let session = psql(url, "", "select current_database(), rolsuper from pg_roles where rolname = current_user").await;
    assert_eq!((session.exit, session.out.as_str()), (0, "backline|t"), "{}", session.err);
    // The last one out stops the server.
    let pid = cluster.server_pid().unwrap();
    drop(cluster);
    until("the server has ended", 10, async || (!std::path::Path::new(&format!("/proc/{pid}")).exists()).then_some(()))
        .await;
}
