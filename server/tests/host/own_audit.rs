//! What people do with what is their own leaves one row too, and what is refused leaves none.

use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, PASSWORD, Seen};
use super::psql::sql;
use super::support::{Env, Host, Stand, Tenant};

struct Stage {
    env: Env,
    rep: Browser,
    manager: Browser,
}

impl Stage {
    /// Does something and asserts what the log says of it: "entity|action" of each row, in order.
    async fn expect(&self, what: &str, seen: Seen, before: &str, rows: &[&str]) {
        let since =
            format!("select concat_ws('|', entity_type, action) from audit_log where id > {before} order by id");
        let found = sql(self.env.url(), &since).await;
        assert_eq!(found.lines().collect::<Vec<_>>(), rows, "{what}: {} {}", seen.status, seen.text);
    }

    async fn last(&self) -> String {
        sql(self.env.url(), "select coalesce(max(id), 0) from audit_log").await
    }

    async fn call(&self, who: &Browser, path: &str, form: &str, rows: &[&str]) {
        let before = self.last().await;
        let seen = who.call(path, form).await;
        self.expect(&format!("{path} {form}"), seen, &before, rows).await;
    }

    async fn send(&self, who: &Browser, method: Method, path: &str, body: serde_json::Value, rows: &[&str]) {
        let before = self.last().await;
        let seen = who.send(method, path, |request| request.json(&body)).await;
        self.expect(path, seen, &before, rows).await;
    }
}

async fn stage() -> (Stage, Host, Stand) {
    let env = Env::fresh().await;
    let stand = Stand::of(3, &[]).await;
    let north = Tenant::connected(&env, "north", &stand).await;
    for role in ["rep", "manager"] {
        north.new_person(&format!("{role}@north.example"), role, PASSWORD).await;
    }
    let host = Host::start(&env).await;
    host.api(&north.key).sync("initial").await.expect(200);
    let rep = Browser::sign_in(&host.url, "rep@north.example").await;
    let manager = Browser::sign_in(&host.url, "manager@north.example").await;
    let news = "insert into notifications (tenant_id, person_id, kind, title, body, href, collected)
        select m.tenant_id, m.person_id, 'rule', 'News', '', '/', 0 from memberships m, generate_series(1, 3)";
    sql(env.url(), news).await;
    (Stage { env, rep, manager }, host, stand)
}

#[tokio::test]
async fn what_is_ones_own_leaves_one_row_each_and_a_refusal_none() {
    let (stage, host, stand) = stage().await;
    let (rep, manager) = (&stage.rep, &stage.manager);
    let id = stand.ids_in_scope()[0];
    let again = format!("id={id}");
    stage.call(rep, "/rpc/opportunities/read-again", &again, &[]).await;
    stage.call(manager, "/rpc/opportunities/read-again", &again, &["opportunity|read again"]).await;
    stage.call(rep, "/rpc/opportunities/save-view", "name=&search=", &[]).await;
    stage.call(rep, "/rpc/opportunities/save-view", "name=Mine&search=%3Fq%3Da", &["view|save"]).await;
    let view = sql(stage.env.url(), "select id from saved_views").await;
    stage.call(manager, "/rpc/opportunities/remove-view", &format!("id={view}"), &[]).await;
    stage.call(rep, "/rpc/opportunities/remove-view", &format!("id={view}"), &["view|remove"]).await;
    let first = sql(
        stage.env.url(),
        "select min(n.id) from notifications n join people p on p.id = n.person_id where p.email like 'rep@%'",
    )
    .await;
    stage.call(manager, "/rpc/notifications/mark-read", &format!("id={first}"), &[]).await;
    stage.call(rep, "/rpc/notifications/mark-read", &format!("id={first}"), &["notification|read"]).await;
    stage.call(rep, "/rpc/notifications/mark-read", &format!("id={first}"), &[]).await;
    stage.send(rep, Method::POST, "/api/notifications/read", json!({"all": true}), &["notification|read"]).await;
    stage.call(rep, "/rpc/notifications/set", "rule=false&by_mail=false", &["notification settings|set"]).await;
    stage.send(rep, Method::POST, "/api/reports", json!({"list": "moon", "format": "csv"}), &[]).await;
    stage
        .send(rep, Method::POST, "/api/reports", json!({"list": "opportunities", "format": "csv"}), &["report|create"])
        .await;
    stage.call(rep, "/rpc/settings/set-password", "old=wrong&password=another+long+password", &[]).await;
    stage.call(rep, "/rpc/settings/confirm-password", "password=wrong", &[]).await;
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    stage.call(rep, "/rpc/settings/confirm-password", &form, &["person|confirm password"]).await;
    let other = Browser::sign_in(&host.url, "rep@north.example").await;
    stage.call(&other, "/rpc/settings/end-sessions", "", &["person|end sessions"]).await;
    stage.send(&other, Method::DELETE, "/api/session", json!({}), &["person|sign out"]).await;
    stage.send(&other, Method::DELETE, "/api/session", json!({}), &[]).await;
    let before = stage.last().await;
    let seen = manager.post("/sign-out").await;
    stage.expect("/sign-out", seen, &before, &["person|sign out"]).await;
}
