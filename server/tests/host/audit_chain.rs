//! The chain of the audit log: whatever is done to it behind the product's back is found, and named.

use serde_json::Value;

use super::psql::{self, psql, sql};
use super::support::{Env, Host, Said, Tenant, until};

/// Runs statements as the superuser, past triggers.
async fn tamper(env: &Env, script: &str) {
    let session = psql(env.url(), "", &format!("set session_replication_role = replica; {script}")).await;
    assert_eq!(session.exit, 0, "{}\n{script}", session.err);
}

async fn verify(env: &Env, more: &[&str]) -> Said {
    env.backline(&[&["audit", "verify"], more].concat(), "").await
}

/// The line of the tenant.
fn line(said: &Said) -> Value {
    serde_json::from_str(said.out.lines().next().unwrap_or_default()).unwrap_or_else(|e| panic!("{e}: {said:?}"))
}

fn findings(said: &Said) -> Vec<String> {
    line(said)["findings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A tenant with twelve rows, sealed, and no host any more.
async fn sealed() -> Env {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    let host = Host::start(&env).await;
    for _ in 0..11 {
        north.new_key(&["read"]).await;
    }
    psql::sealed(env.url()).await;
    drop(host);
    env
}

async fn ids(env: &Env) -> Vec<i64> {
    let ids = sql(env.url(), "select id from audit_log order by id").await;
    ids.lines().map(|id| id.parse().unwrap()).collect()
}

#[tokio::test]
async fn an_untouched_log_is_whole_and_rows_are_sealed_within_seconds() {
    let env = sealed().await;
    let said = verify(&env, &[]).await;
    assert_eq!(said.exit, 0, "{said:?}");
    let line = line(&said);
    let rows = ids(&env).await.len();
    assert_eq!((&line["sealed"], &line["unsealed"], &line["found"]), (&rows.into(), &0.into(), &0.into()), "{line}");
    assert_eq!(line["head"]["number"], rows);
    let head = format!("{rows}:{}", line["head"]["hash"].as_str().unwrap());
    assert_eq!(verify(&env, &["--tenant", "north", "--head", &head]).await.exit, 0);
}

#[tokio::test]
async fn a_changed_row_is_named_whatever_was_changed() {
    let env = sealed().await;
    let id = ids(&env).await[4];
    let columns = [
        "at = at + interval '1 microsecond'",
        "actor_kind = 'key'",
        "actor_id = gen_random_uuid()",
        "actor_name = actor_name || ' '",
        "source = 'sync'",
        "request_id = 'x'",
        "entity_type = 'person'",
        "entity_id = '1'",
        "action = 'nothing'",
        "before = '{}'",
        "after = null",
        "after = after || '{\"name\": 1}'",
        "mac = sha256('')",
        "mac = null",
    ];
    for column in columns {
        let keep = "create table kept as select * from audit_log";
        tamper(&env, &format!("{keep}; update audit_log set {column} where id = {id}")).await;
        let said = verify(&env, &[]).await;
        assert_eq!(said.exit, 1, "{column}: {said:?}");
        assert!(said.err.contains("AUDIT_BROKEN"), "{said:?}");
        assert!(findings(&said).iter().all(|text| text.contains(&format!("row {id}"))), "{column}: {said:?}");
        assert!(findings(&said)[0].contains(&format!("row {id} ")), "{column}: {said:?}");
        tamper(
            &env,
            "delete from audit_log; insert into audit_log overriding system value select * from kept; drop table kept",
        )
        .await;
        assert_eq!(verify(&env, &[]).await.exit, 0, "{column}");
    }
}

#[tokio::test]
async fn a_row_that_is_gone_is_named_in_the_middle_and_at_the_end() {
    let env = sealed().await;
    let ids = ids(&env).await;
    tamper(&env, &format!("delete from audit_log where id = {}", ids[3])).await;
    assert_eq!(findings(&verify(&env, &[]).await), [format!("row {} (number 4) is missing", ids[3])]);
    // Its place too: then only the number is left of it.
    tamper(&env, "delete from audit_chain where number = 4").await;
    assert_eq!(findings(&verify(&env, &[]).await), ["number 4 of the chain is missing, with its row"]);

    let env = sealed().await;
    let rows = self::ids(&env).await;
    let last = rows.len();
    tamper(
        &env,
        &format!(
            "delete from audit_log where id >= {}; delete from audit_chain where number >= {}",
            rows[last - 2],
            last - 1
        ),
    )
    .await;
    let cut = [last - 1, last].map(|number| format!("number {number} of the chain is missing, with its row"));
    assert_eq!(findings(&verify(&env, &[]).await), cut);
}

#[tokio::test]
async fn a_row_that_somebody_else_wrote_is_named_sealed_or_not() {
    let env = sealed().await;
    let copy = "insert into audit_log (tenant_id, actor_kind, actor_name, source, entity_type, entity_id, action, mac)
        select tenant_id, actor_kind, actor_name, source, entity_type, entity_id, action, mac from audit_log order by id limit 1
        returning id";
    // Past the triggers, with them, with a code of another row and without any.
    for script in [
        copy.to_owned(),
        copy.replace(", mac)", ")").replace("action, mac", "action"),
        format!("set session_replication_role = origin; {copy}"),
    ] {
        let session = psql(env.url(), "", &format!("set session_replication_role = replica; {script}")).await;
        let id = session.out.trim().to_owned();
        let said = verify(&env, &[]).await;
        assert_eq!(findings(&said), [format!("row {id} (not sealed yet) was not written by Backline")], "{script}");
        tamper(&env, &format!("delete from audit_log where id = {id}; delete from audit_unsealed")).await;
    }
    // A host that runs leaves it out of the chain, and goes on with its own rows.
    sql(env.url(), copy).await;
    let id = sql(env.url(), "select id from tenants").await;
    let north = Tenant::of(&env, "north", &id);
    let host = Host::start(&env).await;
    north.new_key(&["read"]).await;
    until("the row of ours is sealed", 10, async || {
        let sealed = "select count(*) from audit_chain c join audit_log a on a.id = c.audit_id where a.id = (select max(id) from audit_log)";
        (sql(env.url(), sealed).await == "1").then_some(())
    })
    .await;
    drop(host);
    assert_eq!(findings(&verify(&env, &[]).await).len(), 1);
    tamper(&env, "delete from audit_log a where not exists (select from audit_chain c where c.audit_id = a.id)").await;
    assert_eq!(verify(&env, &[]).await.exit, 0);

    // Into the chain, with a right hash and a head that says so.
    let place = "insert into audit_chain (tenant_id, number, audit_id, hash)
        select tenant_id, (select max(number) + 1 from audit_chain), id, sha256('x') from audit_log order by id desc limit 1";
    let id = psql(env.url(), "", &format!("set session_replication_role = replica; {copy}")).await.out;
    tamper(&env, place).await;
    let said = verify(&env, &[]).await;
    assert!(findings(&said).iter().any(|text| text.starts_with(&format!("row {id} "))), "{said:?}");
    tamper(&env, "update audit_heads set number = number + 1, hash = sha256('x')").await;
    let said = verify(&env, &[]).await;
    assert!(findings(&said).iter().any(|text| text.starts_with(&format!("row {id} "))), "{said:?}");
    assert!(findings(&said).iter().any(|text| text.starts_with("the end of the chain")), "{said:?}");
}

#[tokio::test]
async fn a_head_that_is_forged_missing_or_put_back_is_found() {
    let env = sealed().await;
    let noted = line(&verify(&env, &[]).await)["head"].clone();
    let rows = ids(&env).await.len();
    tamper(&env, "create table head as select * from audit_heads; delete from audit_heads").await;
    let said = verify(&env, &[]).await;
    assert_eq!(said.exit, 1);
    assert_eq!(findings(&said)[0], "the end of the chain is missing or was not written by Backline");
    for forged in ["mac = sha256('')", "hash = sha256('')", "number = 9000000000000000000", "legacy_through = 999999"] {
        tamper(&env, "delete from audit_heads; insert into audit_heads select * from head").await;
        assert_eq!(verify(&env, &[]).await.exit, 0);
        tamper(&env, &format!("update audit_heads set {forged}")).await;
        let said = verify(&env, &[]).await;
        assert!(
            findings(&said).contains(&"the end of the chain is missing or was not written by Backline".into())
                || said.out.contains("of the chain is missing"),
            "{forged}: {said:?}"
        );
        assert_eq!(said.exit, 1, "{forged}");
    }
    // An older state of everything is whole in itself: only what was noted elsewhere tells.
    let head = format!("{rows}:{}", noted["hash"].as_str().unwrap());
    let env = sealed().await;
    let said = verify(&env, &["--tenant", "north", "--head", &head]).await;
    assert_eq!(said.exit, 1, "{said:?}");
}

#[tokio::test]
async fn another_secret_makes_other_codes() {
    let env = sealed().await.with("BACKLINE_SECRET_KEY", "quite another secret key");
    let said = verify(&env, &[]).await;
    assert_eq!(said.exit, 1);
    assert!(findings(&said).len() > 1, "{said:?}");
}

#[tokio::test]
async fn sixteen_writers_lose_no_row() {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    let key = north.new_key(&["admin"]).await;
    let host = Host::start(&env).await;
    let before = ids(&env).await.len();
    let writers = (0..16).map(|writer| {
        let (client, url, key) = (reqwest::Client::new(), format!("{}/api/keys", host.url), key.clone());
        tokio::spawn(async move {
            for n in 0..20 {
                let body = serde_json::json!({"name": format!("{writer}-{n}"), "scopes": ["read"]});
                let answer = client.post(&url).bearer_auth(&key).json(&body).send().await.unwrap();
                assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let all = before + 320;
    assert_eq!(ids(&env).await.len(), all);
    until("all are sealed", 10, async || {
        (sql(env.url(), "select count(*) from audit_chain").await == all.to_string()).then_some(())
    })
    .await;
    let said = verify(&env, &[]).await;
    assert_eq!((said.exit, &line(&said)["sealed"]), (0, &all.into()), "{said:?}");
    drop(host);
}
