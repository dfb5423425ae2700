//! `/api/audit`: who changed what, filtered, paged, as a file, for admins and managers.

use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD};
use super::business::{Business, send};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

struct Stage {
    env: Env,
    _host: Host,
    admin: Browser,
    manager: Browser,
    rep: Browser,
}

impl Stage {
    async fn new() -> Stage {
        let env = Env::fresh().await;
        let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
        let host = Host::start(&env).await;
        for role in ["admin", "manager", "rep"] {
            north.new_person(&format!("{role}@north.example"), role, PASSWORD).await;
        }
        south.new_person("other@south.example", "admin", PASSWORD).await;
        let sign_in = async |role: &str| Browser::sign_in(&host.url, &format!("{role}@north.example")).await;
        let (admin, manager, rep) = (sign_in("admin").await, sign_in("manager").await, sign_in("rep").await);
        Stage { env, _host: host, admin, manager, rep }
    }

    async fn get(&self, query: &str) -> Value {
        let seen = self.manager.get(&format!("/api/audit{query}")).await;
        assert_eq!(seen.status, 200, "{query}: {}", seen.text);
        serde_json::from_str(&seen.text).unwrap()
    }
}

#[tokio::test]
async fn a_record_has_its_trail_with_before_and_after() {
    let stage = Stage::new().await;
    let person = sql(stage.env.url(), "select id from people where email = 'rep@north.example'").await;
    let change = json!({"role": "manager"});
    let path = format!("/api/people/{person}");
    let changed = stage.admin.send(reqwest::Method::PATCH, &path, |request| request.json(&change)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    let trail = stage.get(&format!("?entityType=person&entityId={person}&action=set%20role&source=api")).await;
    assert_eq!((&trail["success"], &trail["count"]), (&json!(true), &json!(1)), "{trail}");
    assert_eq!((&trail["entityType"], &trail["entityId"]), (&json!("person"), &json!(person)));
    let row = &trail["auditTrail"][0];
    assert_eq!((&row["before"]["role"], &row["after"]["role"]), (&json!("rep"), &json!("manager")), "{row}");
    assert_eq!((&row["actor"]["name"], &row["source"]), (&json!("admin@north.example"), &json!("api")));
    assert_eq!(row["requestId"], changed.header("x-request-id"));
}

#[tokio::test]
async fn filters_narrow_it_and_pages_hold_all_of_it_once() {
    let stage = Stage::new().await;
    let all = stage.get("?limit=100").await;
    let rows = all["auditTrail"].as_array().unwrap();
    assert!(rows.len() >= 6, "{all}");
    let mut seen = Vec::new();
    for page in 1..=rows.len().div_ceil(2) {
        seen.extend(stage.get(&format!("?limit=2&page={page}")).await["auditTrail"].as_array().unwrap().clone());
    }
    let id = |row: &Value| row["id"].as_i64().unwrap();
    assert_eq!(seen.iter().map(id).collect::<Vec<_>>(), rows.iter().map(id).collect::<Vec<_>>());
    assert!(seen.is_sorted_by(|a, b| id(a) > id(b)));
    let line = "select count(*) from audit_log a join tenants t on t.id = a.tenant_id where t.slug = 'north' and ";
    for (query, condition) in [
        ("source=command%20line", "source = 'command line'"),
        ("action=sign%20in", "action = 'sign in'"),
        ("actor=ADMIN@north.example", "actor_name = 'admin@north.example'"),
        ("actor=operator", "actor_name = 'operator'"),
        ("entityType=person", "entity_type = 'person'"),
        ("from=2999-01-01", "false"),
        ("to=2000-01-01", "false"),
        ("from=2000-01-01&to=2999-01-01", "true"),
        ("entityType=%25", "false"),
    ] {
        let expected = sql(stage.env.url(), &format!("{line}{condition}")).await;
        assert_eq!(stage.get(&format!("?{query}")).await["count"].to_string(), expected, "{query}");
    }
    let file = stage.manager.get("/api/audit.csv?source=command%20line").await;
    assert_eq!(file.status, 200);
    let expected = sql(stage.env.url(), &format!("{line} source = 'command line'")).await;
    assert_eq!(file.text.lines().count() - 3, expected.parse::<usize>().unwrap(), "{}", file.text);
    assert!(file.text.contains("source: command line"), "{}", file.text);
}

#[tokio::test]
async fn an_opportunitys_trail_has_all_that_belongs_to_it_and_nothing_else() {
    use reqwest::Method;
    let desk = Business::begin().await;
    let template = json!({"code": "launch", "name": "Launch", "steps": ["Plan", "Pack"]});
    assert_eq!(send(&desk.admin, Method::POST, "/api/workflow-templates", &template).await.status, 201);
    for (who, id) in [(&desk.manager, 4), (&desk.manager, 3), (&desk.stranger, 4)] {
        let path = format!("/api/opportunities/{id}");
        let put = async |method: Method, path: &str, body: Value| {
            let seen = send(who, method, path, &body).await;
            assert!(matches!(seen.status, 200 | 201), "{path}: {}", seen.text);
            seen.json()
        };
        put(Method::PUT, &format!("{path}/augmentation"), json!({"riskLevel": "LOW"})).await;
        let link = json!({"systemName": "Xero", "externalId": "x"});
        let made = put(Method::POST, &format!("{path}/integrations"), link).await;
        let one = format!("{path}/integrations/{}", made["integration"]["id"]);
        put(Method::PATCH, &one, json!({"syncStatus": "failed"})).await;
        put(Method::DELETE, &one, Value::Null).await;
    }
    let started =
        send(&desk.manager, Method::POST, "/api/opportunities/4/workflows", &json!({"workflowType": "launch"})).await;
    let one = format!("/api/opportunities/4/workflows/{}", started.json()["workflow"]["id"]);
    assert_eq!(desk.manager.post(&format!("{one}/advance")).await.status, 200);
    let trail = desk.manager.get("/api/audit?opportunity=4").await.json();
    let told: Vec<String> = trail["auditTrail"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|row| format!("{} {}", row["entityType"].as_str().unwrap(), row["action"].as_str().unwrap()))
        .collect();
    let expected = [
        "augmentation create",
        "integration create",
        "integration set",
        "integration remove",
        "workflow start",
        "workflow advance",
    ];
    assert_eq!((told.as_slice(), &trail["count"]), (expected.map(str::to_owned).as_slice(), &json!(6)), "{trail}");
    let narrowed = desk.manager.get("/api/audit?opportunity=4&entityType=workflow").await.json();
    assert_eq!(narrowed["count"], 2, "{narrowed}");
    let page = desk.manager.get("/opportunities/4/more").await;
    assert!(page.text.contains("href=\"/audit?opportunity=4\""), "{}", page.text);
    let page = desk.manager.get("/audit?opportunity=4").await;
    assert!(page.text.contains("of opportunity 4"), "{}", page.text);
    let file = desk.manager.get("/api/audit.csv?opportunity=4").await;
    assert!(file.text.contains("opportunity: 4") && file.text.lines().count() == 9, "{}", file.text);
}

#[tokio::test]
async fn a_wrong_filter_names_its_field_and_reps_see_nothing() {
    let stage = Stage::new().await;
    for (query, field) in [
        ("source=moon", "source"),
        ("entityId=3", "entityType"),
        ("opportunity=all", "opportunity"),
        ("from=yesterday", "from"),
        ("from=2026-02-01&to=2026-01-01", "to"),
        ("limit=0", "limit"),
        ("who=me", "who"),
        ("actor=%00", "actor"),
    ] {
        for path in ["/api/audit", "/api/audit.csv"] {
            let seen = stage.manager.get(&format!("{path}?{query}")).await;
            let error: Value = serde_json::from_str(&seen.text).unwrap();
            assert_eq!(
                (seen.status, &error["details"]["field"]),
                (400, &json!(field)),
                "{path}?{query}: {}",
                seen.text
            );
        }
    }
    assert_eq!(stage.rep.get("/api/audit").await.status, 403);
    assert_eq!(stage.manager.get("/api/audit/verify").await.status, 403);
    let verdict: Value = serde_json::from_str(&stage.admin.get("/api/audit/verify").await.text).unwrap();
    assert_eq!((&verdict["success"], &verdict["found"]), (&json!(true), &json!(0)), "{verdict}");
}
