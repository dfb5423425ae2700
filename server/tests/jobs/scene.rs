//! A host that takes probe jobs, a tenant, and a key that may do everything with them.

use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::{Answer, Api, Env, Host, Tenant, until};

pub struct Scene {
    pub env: Env,
    pub host: Host,
    pub tenant: Tenant,
    pub api: Api,
}

/// Quick enough for tests: a failed attempt is followed by the next at once, almost.
pub async fn env() -> Env {
    let env = Env::fresh().await.with("BACKLINE_PROBE_JOBS", "1");
    env.with("BACKLINE_JOB_BACKOFF_S", "0.2").with("BACKLINE_JOB_LEASE_S", "3")
}

impl Scene {
    pub async fn new(args: &[&str]) -> Scene {
        Scene::on(env().await, args).await
    }

    pub async fn on(env: Env, args: &[&str]) -> Scene {
        let host = Host::start_with(&env, args).await;
        let mut tenant = Tenant::create(&env, "north").await;
        tenant.key = tenant.new_key(&["read", "admin", "jobs:process"]).await;
        let api = host.api(&tenant.key);
        Scene { env, host, tenant, api }
    }

    /// Enqueues a probe and gives its id.
    pub async fn probe(&self, payload: Value) -> i64 {
        self.enqueue(json!({"type": "probe", "payload": payload})).await.expect(201)["id"].as_i64().unwrap()
    }

    pub async fn enqueue(&self, job: Value) -> Answer {
        send(&self.api, "POST", "/api/jobs", Some(job)).await
    }

    pub async fn job(&self, id: i64) -> Value {
        self.api.get(&format!("/api/jobs/{id}")).await.expect(200)
    }

    /// The job once it stands there.
    pub async fn reaches(&self, id: i64, status: &str, seconds: u64) -> Value {
        until(&format!("job {id} is {status}"), seconds, async || {
            let job = self.job(id).await;
            (job["status"] == status).then_some(job)
        })
        .await
    }
}

/// A request with a body.
pub async fn send(api: &Api, method: &str, path: &str, body: Option<Value>) -> Answer {
    let mut request = api.request(method.parse().unwrap(), path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
}

/// A statement as the superuser.
pub async fn sql(env: &Env, text: &str) {
    let mut connection = PgConnection::connect(env.url()).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(text.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

/// A number that a query gives.
pub async fn number(env: &Env, text: &str) -> i64 {
    let mut connection = PgConnection::connect(env.url()).await.unwrap();
    let row = connection.fetch_one(sqlx::AssertSqlSafe(text.to_owned())).await.unwrap();
    connection.close().await.unwrap();
    row.get(0)
}
