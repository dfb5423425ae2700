//! A host with an address to post to, a tenant without rules of its own, people, and a way to make rules.

use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Scene, env, number, sql};
use crate::support::{Answer, until};

/// A scene whose tenant has no rules but those of the test, an admin, two managers and a rep.
pub async fn stage(opportunities: usize) -> Scene {
    let scene = Scene::on(env().await.with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1"), opportunities).await;
    sql(&scene.env, "delete from app.rules").await;
    people(&scene).await;
    scene
}

pub async fn people(scene: &Scene) {
    sql(
        &scene.env,
        "insert into app.people (email, name) values ('a@x.example', 'Ada'), ('m@x.example', 'Mo'), ('n@x.example', 'Nia'), ('r@x.example', 'Rae');
         insert into app.memberships (tenant_id, person_id, role)
             select t.id, p.id, case p.name when 'Ada' then 'admin' when 'Rae' then 'rep' else 'manager' end from app.people p, app.tenants t",
    )
    .await;
}

pub async fn send(scene: &Scene, method: &str, path: &str, body: Value) -> Answer {
    let method: Method = method.parse().unwrap();
    let response = scene.api.request(method, path).json(&body).send().await.unwrap();
    Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
}

/// Makes a rule and gives it.
pub async fn rule(scene: &Scene, name: &str, trigger: Value, conditions: Value, actions: Value) -> Value {
    let body = json!({"name": name, "trigger": trigger, "conditions": conditions, "actions": actions});
    send(scene, "POST", "/api/rules", body).await.expect(201)
}

pub fn notify(to: &str) -> Value {
    json!({"type": "notify", "to": to})
}

/// Waits until a query gives this number.
pub async fn reaches(scene: &Scene, what: &str, seconds: u64, query: &str, expected: i64) {
    until(&format!("{what} ({expected})"), seconds, async || {
        (number(&scene.env, query).await == expected).then_some(())
    })
    .await;
}

/// Waits until every cause is evaluated and nothing that is due is left.
pub async fn quiet(scene: &Scene, seconds: u64) {
    let open = "select (select count(*) from app.webhook_events where state = 'received')
        + (select count(*) from app.rule_causes where evaluated_at is null)
        + (select count(*) from app.rule_actions where state = 'pending' and attempts = 0)";
    reaches(scene, "nothing is left to do", seconds, open, 0).await;
}

pub async fn firings(scene: &Scene, rule: &Value) -> Vec<Value> {
    scene.api.all("firings", &format!("/api/rules/{}/firings?limit=100", rule["id"])).await
}
