//! Everything that an admin does in settings is in the audit log: each route of the table that only admins may use.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, PASSWORD, Seen};
use super::permissions::TABLE;
use super::psql::sql;
use super::support::{Env, Host, Stand, Tenant};

/// Routes that reps and managers may not use and that ask for more than to be read.
fn routes() -> BTreeSet<&'static str> {
    let admins = TABLE.iter().filter(|(_, statuses)| statuses.starts_with("401 403 403"));
    // The last one changes what a timer elsewhere changes: jobs that others made.
    let reads = [
        "POST /rpc/settings/people",
        "POST /rpc/settings/keys",
        "POST /rpc/settings/connection",
        "POST /api/jobs/process",
        // A file that is brought and looked at changes nothing; what its rows change is in the tests of imports.
        "POST /api/imports",
        "POST /api/imports/7/check",
        "POST /api/imports/7/apply",
        // Needs a public URL: its audit is in the tests of the inbox.
        "POST /api/webhooks/registration",
    ];
    admins.map(|(route, _)| *route).filter(|route| !route.starts_with("GET") && !reads.contains(route)).collect()
}

struct Stage {
    env: Env,
    stand: Stand,
    admin: Browser,
    key: String,
    person: String,
}

impl Stage {
    /// A job that no worker takes.
    async fn job(&self, status: &str) -> String {
        let made = format!(
            "insert into jobs (tenant_id, type, run_at, status) select id, 'clean_up', '2999-01-01', '{status}' from tenants returning id"
        );
        sql(self.env.url(), &made).await
    }

    /// Does what the route is for; gives what the audit log must say of it.
    async fn act(&self, route: &str) -> (Seen, &'static str) {
        let (method, path) = route.split_once(' ').unwrap();
        let id = match path.split('/').nth(2) {
            Some("keys") => self.key.clone(),
            Some("jobs") => self.job(if path.ends_with("retry") { "cancelled" } else { "pending" }).await,
            Some("schedules") => sql(self.env.url(), "select id from schedules order by id limit 1").await,
            Some("rules") => sql(self.env.url(), "select min(id) from rules").await,
            Some("workflow-templates") if path.ends_with('7') => {
                let made = "insert into workflow_templates (tenant_id, code, name, steps) select id, 'x' || gen_random_uuid(), 'x', array['a'] from tenants returning id";
                sql(self.env.url(), made).await
            }
            Some("webhooks" | "test-webhook") => {
                let made = "insert into webhook_endpoints (tenant_id, provider, label) select id, 'current-rms', 'x' from tenants returning id";
                sql(self.env.url(), made).await
            }
            _ => self.person.clone(),
        };
        let path = path.replace('7', &id);
        let person = format!("person={}", self.person);
        let form = async |form: &str| self.admin.call(&path, form).await;
        let send = async |body: serde_json::Value| {
            self.admin.send(method.parse::<Method>().unwrap(), &path, |request| request.json(&body)).await
        };
        match route {
            "POST /api/people" => {
                (send(json!({"email": "cy@north.example", "name": "Cy", "role": "rep"})).await, "person|invite")
            }
            "PATCH /api/people/7" => (send(json!({"role": "manager"})).await, "person|set role"),
            "POST /api/people/7/link" => (self.admin.post(&path).await, "person|make link"),
            "POST /api/keys" => (send(json!({"name": "k", "scopes": ["read"]})).await, "api key|create"),
            "DELETE /api/keys/7" => (send(json!({})).await, "api key|revoke"),
            "POST /api/connection/start-over" => (send(json!({"confirm": "north"})).await, "mirror|start over"),
            "POST /api/jobs" => (send(json!({"type": "clean_up"})).await, "job|create"),
            "POST /api/jobs/7/cancel" => (self.admin.post(&path).await, "job|cancel"),
            "POST /api/jobs/7/retry" => (self.admin.post(&path).await, "job|retry"),
            "POST /api/jobs/retry" => (send(json!({"status": "cancelled"})).await, "job|retry"),
            "PATCH /api/schedules/7" => (send(json!({"cron": "7 * * * *"})).await, "schedule|set"),
            "POST /api/schedules/7/run" => (self.admin.post(&path).await, "schedule|run"),
            "POST /api/rules" => {
                let action = json!({"type": "webhook", "url": "http://127.0.0.1:9/"});
                let rule = json!({"name": "r", "trigger": {"type": "event"}, "actions": [action]});
                (send(rule).await, "rule|create")
            }
            "PATCH /api/rules/7" => (send(json!({"name": "renamed"})).await, "rule|change"),
            "POST /api/rules/7/secret" => (self.admin.post(&path).await, "rule|new signing secret"),
            "DELETE /api/rules/7" => (send(json!({})).await, "rule|remove"),
            "POST /api/webhooks" => (send(json!({"provider": "current-rms"})).await, "webhook endpoint|create"),
            "POST /api/test-webhook" => (send(json!({})).await, "webhook endpoint|test"),
            "PUT /api/webhooks/keeping" => {
                (send(json!({"provider": "current-rms", "keepDays": 90})).await, "webhook settings|set")
            }
            "DELETE /api/webhooks/7" => (send(json!({})).await, "webhook endpoint|revoke"),
            "POST /api/webhooks/7/rotate" => (self.admin.post(&path).await, "webhook endpoint|rotate"),
            "POST /api/webhooks/7/end-older" => (self.admin.post(&path).await, "webhook endpoint|end older tokens"),
            "POST /api/workflow-templates" => {
                let body = json!({"code": "launch", "name": "Launch", "steps": ["Plan", "Pack"]});
                (send(body).await, "workflow template|create")
            }
            "PATCH /api/workflow-templates/7" => (send(json!({"name": "y"})).await, "workflow template|set"),
            "DELETE /api/workflow-templates/7" => {
                let seen = self.admin.send(Method::DELETE, &path, |request| request).await;
                (seen, "workflow template|remove")
            }
            "POST /rpc/jobs/retry" => (form(&format!("id={id}")).await, "job|retry"),
            "POST /rpc/jobs/cancel" => (form(&format!("id={id}")).await, "job|cancel"),
            "POST /rpc/jobs/retry-all" => (form("status=cancelled&kind=clean_up").await, "job|retry"),
            "POST /rpc/jobs/set-schedule" => {
                let id = sql(self.env.url(), "select id from schedules order by id limit 1").await;
                (form(&format!("id={id}&enabled=true")).await, "schedule|set")
            }
            "POST /rpc/jobs/run-schedule" => {
                let id = sql(self.env.url(), "select id from schedules order by id limit 1").await;
                (form(&format!("id={id}")).await, "schedule|run")
            }
            "POST /rpc/settings/invite" => (form("email=di@north.example&name=Di&role=rep").await, "person|invite"),
            "POST /rpc/settings/reset-link" => (form(&person).await, "person|make link"),
            "POST /rpc/settings/set-role" => (form(&format!("{person}&role=rep")).await, "person|set role"),
            "POST /rpc/settings/set-enabled" => (form(&format!("{person}&enabled=false")).await, "person|disable"),
            "POST /rpc/settings/create-key" => (form("name=k&scopes[]=read").await, "api key|create"),
            "POST /rpc/settings/revoke-key" => {
                let other =
                    sql(self.env.url(), "select id from api_keys where revoked_at is null and name = 'k' limit 1")
                        .await;
                (form(&format!("key={other}")).await, "api key|revoke")
            }
            "POST /rpc/settings/set-connection" => (
                form(&format!("base_url={}&subdomain=demo&token=demo-token", self.stand.base_url)).await,
                "connection|set",
            ),
            "POST /rpc/settings/test-connection" => (form("").await, "connection|test"),
            "POST /rpc/settings/set-webhook" => (form("url=https://1.1.1.1/hush").await, "notification webhook|set"),
            "POST /rpc/settings/remove-webhook" => {
                let one = "insert into notification_webhooks (tenant_id, sealed_url) select id, '' from tenants";
                sql(self.env.url(), one).await;
                (form("").await, "notification webhook|remove")
            }
            "POST /rpc/settings/start-over" => (form("confirm=north").await, "mirror|start over"),
            "POST /rpc/settings/set-tenant" => {
                (form("name=north&timezone=UTC&currency=GBP&first_day=sunday").await, "tenant|set")
            }
            other => panic!("{other} is new: say what it writes into the audit log"),
        }
    }
}

#[tokio::test]
async fn each_change_of_an_admin_leaves_a_row_of_its_request() {
    let env = Env::fresh().await.with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1");
    let stand = Stand::of(3, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let person = north.new_person("bo@north.example", "rep", PASSWORD).await;
    let host = Host::start(&env).await;
    let admin = Browser::sign_in(&host.url, "ana@north.example").await;
    let key = sql(env.url(), "select id from api_keys").await;
    let stage = Stage { env, stand, admin, key, person };
    assert!(routes().len() >= 16, "{:?}", routes());
    for route in routes() {
        let before = sql(stage.env.url(), "select coalesce(max(id), 0) from audit_log").await;
        let (seen, expected) = stage.act(route).await;
        assert!((200..300).contains(&seen.status), "{route}: {} {}", seen.status, seen.text);
        let rows = format!(
            "select concat_ws('|', entity_type, action, actor_name, source, request_id) from audit_log where id > {before}"
        );
        let source = if route.contains("/rpc/") { "screen" } else { "api" };
        let row = format!("{expected}|ana@north.example|{source}|{}", seen.header("x-request-id"));
        assert_eq!(sql(stage.env.url(), &rows).await, row, "{route}");
    }
    let all = sql(stage.env.url(), "select string_agg(a::text, ' ') from audit_log a").await;
    for secret in [PASSWORD, "demo-token", "token=", "hush", "whsec_"] {
        assert!(!all.contains(secret), "{secret} is in the audit log");
    }
}
