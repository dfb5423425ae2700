//! Starting over: the mirror of one tenant goes, whole, when its name is typed; what people made stays.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, Seen};
use super::plain::{Plain, shown};
use super::psql::{sealed, sql};
use super::support::{Env, Host, Mirror, Stand, Tenant};

const PAGE: &str = "/settings/connection";

/// What follows the source. A new table of a tenant belongs into one of the two lists.
const GOES: [&str; 11] = [
    "change_counts",
    "dashboard_snapshots",
    "mirror_items",
    "mirror_runs",
    "opportunities",
    "opportunity_activity",
    "opportunity_changes",
    "status_snapshots",
    "sync_cursors",
    "sync_failures",
    "sync_metadata",
];
/// What people made.
const STAYS: [&str; 42] = [
    "api_keys",
    "audit_chain",
    "audit_heads",
    "audit_log",
    "audit_unsealed",
    "augmented_opportunities",
    "connections",
    "dashboard_dates",
    "external_integrations",
    "imports",
    "job_minutes",
    "job_probe",
    "jobs",
    "memberships",
    "metric_definitions",
    "metric_values",
    "metric_versions",
    "notification_events",
    "notification_settings",
    "notification_webhooks",
    "notifications",
    "report_pieces",
    "reports",
    "rule_actions",
    "rule_causes",
    "rule_counts",
    "rule_firings",
    "rule_receivers",
    "rule_secrets",
    "rules",
    "saved_views",
    "schedules",
    "sessions",
    "sign_in_links",
    "webhook_delivery_log",
    "webhook_endpoints",
    "webhook_events",
    "webhook_seen",
    "webhook_settings",
    "webhook_tokens",
    "workflow_instances",
    "workflow_templates",
];

/// Rows of each table that has a tenant.
async fn rows(env: &Env, tenant: &Tenant) -> BTreeMap<String, i64> {
    let tables = "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where nspname = 'app' and relkind = 'r' and exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'tenant_id')
         order by 1";
    let mut rows = BTreeMap::new();
    for table in sql(env.url(), tables).await.lines() {
        let count = sql(env.url(), &format!("select count(*) from {table} where tenant_id = '{}'", tenant.id)).await;
        rows.insert(table.to_owned(), count.parse().unwrap());
    }
    rows
}

async fn ask(browser: &Browser, confirm: &str) -> Seen {
    let body = json!({"confirm": confirm});
    browser.send(Method::POST, "/api/connection/start-over", |request| request.json(&body)).await
}

struct Stage {
    env: Env,
    stand: Stand,
    host: Host,
    north: Tenant,
    admin: Browser,
}

/// A mirrored tenant with changes and a record that fails, and an admin's key.
async fn stage(faults: &[&str]) -> Stage {
    let env = Env::fresh().await;
    let stand = Stand::of(20, faults).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    let host = Host::start(&env).await;
    let api = host.api(&north.key);
    api.sync("initial").await;
    let changed = super::support::patch(json!({"subject": "Gala", "updated_at": "2099-01-01T00:00:00.000Z"}));
    stand.account.change(stand.ids_in_scope()[0], changed);
    api.sync("incremental").await;
    let night = "insert into dashboard_snapshots (tenant_id, day, total_opportunities, open_value, orders_this_month, failed_records)
             select id, '2026-01-31', 20, 0, 0, 0 from tenants;
         insert into status_snapshots (tenant_id, day, status, name, count, value) select id, '2026-01-31', 1, 'Open', 20, 0 from tenants";
    sql(env.url(), night).await;
    let admin = Browser::with_key(&host.url, &north.new_key(&["admin"]).await);
    Stage { env, stand, host, north, admin }
}

#[tokio::test]
async fn the_mirror_of_one_tenant_goes_and_what_people_made_stays() {
    let Stage { env, stand, host, north, admin } = stage(&["broken=1"]).await;
    let south = Tenant::connected(&env, "south", &stand).await;
    host.api(&south.key).sync("initial").await;
    let proof = "with run as (insert into mirror_runs (tenant_id, status) select id, 'completed' from tenants returning tenant_id, id)
         insert into mirror_items (tenant_id, run_id, opportunity_id, kind) select tenant_id, id, 1, 'gone' from run";
    sql(env.url(), proof).await;
    sealed(env.url()).await;
    let (before, theirs) = (rows(&env, &north).await, rows(&env, &south).await);
    let mut known: Vec<&str> = GOES.into_iter().chain(STAYS).collect();
    known.sort_unstable();
    assert_eq!(before.keys().map(String::as_str).collect::<Vec<_>>(), known, "a table goes or stays");
    assert!(GOES.iter().all(|table| before[*table] > 0), "{before:?}");

    let seen = ask(&admin, "north").await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let counts = json!({
        "opportunities": before["opportunities"],
        "changes": before["opportunity_changes"],
        "runs": 2,
        "failures": before["sync_failures"],
    });
    assert_eq!(seen.json(), json!({"success": true, "removed": counts}));
    sealed(env.url()).await;
    let after = rows(&env, &north).await;
    assert!(GOES.iter().all(|table| after[*table] == 0), "{after:?}");
    for table in STAYS {
        assert_eq!(after[table], before[table] + i64::from(["audit_chain", "audit_log"].contains(&table)), "{table}");
    }
    assert_eq!(rows(&env, &south).await, theirs);
    let log = "select concat_ws('|', actor_kind, source, request_id, entity_type, entity_id, after is null), before from audit_log where action = 'start over'";
    let (row, removed) =
        sql(env.url(), log).await.rsplit_once('|').map(|(row, counts)| (row.to_owned(), counts.to_owned())).unwrap();
    assert_eq!(row, format!("key|api|{}|mirror|north|t", seen.header("x-request-id")));
    assert_eq!(serde_json::from_str::<Value>(&removed).unwrap(), counts);

    let api = host.api(&north.key);
    assert_eq!(api.get("/api/dashboard").await.expect(200)["data"]["overview"]["totalOpportunities"], 0);
    assert_eq!(api.get("/api/sync/status").await.expect(200)["lastSync"], Value::Null);
    assert_eq!(api.sync("incremental").await.code(409), "INITIAL_SYNC_REQUIRED");
    api.sync("initial").await.expect(200);
    Mirror::read(&env, &north, &api).await.assert_equals(&stand);
}

#[tokio::test]
async fn another_text_than_the_name_removes_nothing() {
    let Stage { env, north, admin, host: _host, stand: _stand } = stage(&[]).await;
    sql(env.url(), "update tenants set name = 'North & Sons'").await;
    sealed(env.url()).await;
    let before = rows(&env, &north).await;
    for wrong in ["", "north", "North & sons", "North  & Sons", "North &amp; Sons", "START OVER"] {
        let seen = ask(&admin, wrong).await;
        assert_eq!((seen.status, &seen.json()["details"]["field"]), (400, &"confirm".into()), "{wrong}: {}", seen.text);
    }
    for body in [json!({}), json!({"confirm": "North & Sons", "more": 1}), json!({"confirm": 7})] {
        let seen = admin.send(Method::POST, "/api/connection/start-over", |request| request.json(&body)).await;
        assert_eq!(seen.code(), "INVALID", "{body}: {}", seen.text);
    }
    assert_eq!(rows(&env, &north).await, before);
    // Blanks around it are a slip of the hand, not another name.
    assert_eq!(ask(&admin, " North & Sons ").await.status, 200);
}

#[tokio::test]
async fn while_a_run_is_under_way_nothing_is_removed() {
    let Stage { env, stand, host, north, admin } = stage(&[]).await;
    stand.account.set_faults(super::support::faults(&["slow=700"]));
    let run = host.api(&north.key).start("sweep").await;
    let before = sql(env.url(), "select count(*) from opportunities").await;
    let seen = ask(&admin, "north").await;
    assert_eq!(
        (seen.status, seen.code().as_str(), &seen.json()["details"]["syncId"]),
        (409, "SYNC_RUNNING", &run.into())
    );
    assert_eq!(sql(env.url(), "select count(*) from opportunities").await, before);
    assert_eq!(sql(env.url(), "select count(*) from audit_log where action = 'start over'").await, "0");
}

#[tokio::test]
async fn without_wasm_a_form_does_it_and_a_slip_comes_back_with_its_reason() {
    let Stage { env, host, north, stand: _stand, .. } = stage(&[]).await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let mut ana = Plain::sign_in(&host.url, "ana@north.example").await;
    let page = ana.post(PAGE, "start-over", "confirm=Nort").await;
    let main = shown(&page);
    assert!(main.contains("value=\"Nort\"") && main.contains("aria-invalid=\"true\""), "{main}");
    assert!(
        main.contains("id=\"confirm-error\"") && main.contains("aria-describedby=\"confirm-error confirm-hint\""),
        "{main}"
    );
    assert_ne!(sql(env.url(), "select count(*) from opportunities").await, "0");
    let page = ana.post(PAGE, "start-over", "confirm=north").await;
    assert!(shown(&page).contains("The mirror is empty: "), "{}", page.text);
    assert!(!shown(&page).contains("aria-invalid"), "{}", page.text);
    let board = ana.get("/").await;
    assert!(shown(&board).contains("Not synced yet"), "{}", board.text);
    assert_eq!(
        sql(env.url(), "select actor_name || ' ' || source from audit_log where action = 'start over'").await,
        "ana@north.example screen"
    );
}
