//! The audit log: nobody edits it, and what people, keys and the operator change is in it.

use super::browser::{Browser, PASSWORD};
use super::psql::{psql, sql};
use super::support::{Env, Host, Stand, Tenant};

#[tokio::test]
async fn no_role_of_the_product_edits_the_audit_log_and_neither_does_the_superuser() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    let before = sql(env.url(), "select count(*), md5(string_agg(a::text, '' order by id)) from audit_log a").await;
    assert!(before.starts_with("1|"), "{before}");
    let roles = [
        "",
        "backline_owner",
        "backline_app",
        "backline_worker",
        "backline_lookup",
        "backline_backup",
        "backline_reader",
    ];
    for role in roles {
        for persona in ["admin", "worker"] {
            for statement in [
                "update audit_log set actor_name = 'nobody'",
                "delete from audit_log",
                "truncate audit_log",
                "truncate audit_log cascade",
                "insert into audit_log (tenant_id, id, actor_kind, actor_name, source, entity_type, entity_id, action) overriding system value
                     select tenant_id, id, actor_kind, 'nobody', source, entity_type, entity_id, action from audit_log
                     on conflict (tenant_id, id) do update set actor_name = excluded.actor_name",
            ] {
                let script = format!("set app.tenant_id = '{}'; set app.persona = '{persona}';\n\\set VERBOSITY sqlstate\n{statement};", north.id);
                let session = psql(env.url(), role, &script).await;
                assert!(session.exit != 0 && session.err.contains("42501"), "{role}: {statement}: {} {}", session.exit, session.err);
            }
        }
    }
    assert_eq!(
        sql(env.url(), "select count(*), md5(string_agg(a::text, '' order by id)) from audit_log a").await,
        before
    );
    // A tenant with a history is not removed with it.
    let session = psql(env.url(), "backline_owner", "delete from tenants").await;
    assert!(session.exit != 0, "{}", session.out);
}

const ROWS: &str =
    "select concat_ws(' | ', actor_kind, actor_name, source, entity_type, action) from audit_log order by id";

#[tokio::test]
async fn each_change_leaves_a_row_that_says_who_how_and_what() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &["clamp=2", "slow=60"]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let person = north.new_person("ana@north.example", "admin", PASSWORD).await;
    env.backline_ok(&["user", "set-password", "--email", "ana@north.example", "--password-stdin"], PASSWORD).await;
    let host = Host::start(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let started = ana.call("/rpc/sync/start", "kind=initial_sync").await;
    assert_eq!(started.status, 200, "{}", started.text);
    let key = Browser::with_key(&host.url, &north.key);
    let cancelled = key.post("/api/sync/cancel").await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    host.api(&north.key).ended(1, 20).await;
    let expected = [
        "system | operator | command line | api key | create",
        "system | operator | command line | connection | set",
        "system | operator | command line | person | set role",
        "system | operator | command line | person | set password",
        "person | ana@north.example | api | person | sign in",
        "person | ana@north.example | screen | run | start",
        "key | test | api | run | cancel",
    ];
    assert_eq!(sql(env.url(), ROWS).await.lines().collect::<Vec<_>>(), expected);

    let of = async |action: &str, columns: &str| {
        sql(env.url(), &format!("select {columns} from audit_log where action = '{action}'")).await
    };
    assert_eq!(
        of("start", "entity_id, actor_id, request_id, after").await,
        format!("1|{person}|{}|{{\"sync_type\": \"initial_sync\"}}", started.header("x-request-id"))
    );
    assert_eq!(of("cancel", "entity_id, request_id").await, format!("1|{}", cancelled.header("x-request-id")));
    assert_eq!(of("cancel", "actor_id = (select id from api_keys)").await, "t");
    assert_eq!(of("set role", "entity_id, after").await, format!("{person}|{{\"role\": \"admin\"}}"));
    assert_eq!(of("set password", "entity_id, before, after").await, format!("{person}||"));
    assert_eq!(of("sign in", "entity_id, actor_id").await, format!("{person}|{person}"));
    assert_eq!(of("create", "after").await, "{\"name\": \"test\", \"scopes\": [\"read\", \"sync\"]}");
    assert!(of("set", "after").await.contains("\"token\": \"(redacted)\""));
    let all = sql(env.url(), "select string_agg(a::text, ' ') from audit_log a").await;
    for secret in [PASSWORD, "demo-token", &north.key] {
        assert!(!all.contains(secret), "{secret} is in the audit log");
    }
}

#[tokio::test]
async fn what_is_refused_leaves_no_row() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "rep", PASSWORD).await;
    let host = Host::start(&env).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    let before = sql(env.url(), ROWS).await;
    assert_eq!(ana.post("/api/sync/initial").await.status, 403);
    assert_eq!(Browser::with_key(&host.url, &north.key).post("/api/sync/initial").await.code(), "NOT_CONNECTED");
    assert_eq!(Browser::with_key(&host.url, &north.key).post("/api/sync/cancel").await.code(), "SYNC_NOT_RUNNING");
    assert_eq!(Browser::anonymous(&host.url).try_sign_in("ana@north.example", "not it").await.status, 401);
    assert_eq!(north.connect_to("http://x/api/v1", "no.dots", "token").await.exit, 2);
    assert_eq!(sql(env.url(), ROWS).await, before);
    assert_eq!(sql(env.url(), "select count(*) from sync_metadata").await, "0");
}
