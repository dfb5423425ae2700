//! A host with a connected, mirrored account and an address to post to.

use reqwest::Client;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::{Answer, Api, Env, Host, Stand, Tenant, client, until};

pub struct Scene {
    pub env: Env,
    pub host: Host,
    pub api: Api,
    pub stand: Stand,
    pub door: Door,
}

/// An address, as a provider has it.
#[derive(Clone)]
pub struct Door {
    pub http: Client,
    pub url: String,
    pub token: String,
}

/// Quick enough for tests: a failed attempt is followed by the next at once, almost.
pub async fn env() -> Env {
    Env::fresh().await.with("BACKLINE_JOB_BACKOFF_S", "0.2").with("BACKLINE_JOB_LEASE_S", "3")
}

impl Scene {
    pub async fn new(opportunities: usize) -> Scene {
        Scene::on(env().await, opportunities).await
    }

    pub async fn on(env: Env, opportunities: usize) -> Scene {
        let stand = Stand::of(opportunities, &[]).await;
        let host = Host::start(&env).await;
        let mut tenant = Tenant::connected(&env, "north", &stand).await;
        tenant.key = tenant.new_key(&["read", "sync", "admin"]).await;
        let api = host.api(&tenant.key);
        if opportunities > 0 {
            api.sync("initial").await.expect(200);
        }
        let door = Door::of(&env, &host).await;
        stand.account.clear_requests();
        Scene { env, host, api, stand, door }
    }

    /// The mirror's row.
    pub async fn opportunity(&self, id: i64) -> Value {
        self.api.get(&format!("/api/opportunities/{id}")).await.expect(200)["opportunity"].clone()
    }

    /// The event once its follow-up has ended.
    pub async fn settled(&self, id: &str, seconds: u64) -> Value {
        until(&format!("{id} is settled"), seconds, async || {
            let event = self.api.get(&format!("/api/events/{id}")).await.expect(200);
            (event["state"] != "received").then_some(event)
        })
        .await
    }

    /// Reads of opportunities that the source has seen.
    pub fn reads(&self) -> usize {
        let requests = self.stand.account.requests().into_iter();
        requests.filter(|request| request.path.starts_with("/api/v1/opportunities")).count()
    }
}

impl Door {
    pub async fn of(env: &Env, host: &Host) -> Door {
        let path = env.backline_ok(&["webhook", "create", "--tenant", "north", "--provider", "current-rms"], "").await;
        let token = path.rsplit('/').next().unwrap().to_owned();
        Door { http: client(), url: format!("{}{path}", host.url), token }
    }

    /// Posts a body as it is.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        let response = self.http.post(&self.url).body(body).send().await.unwrap();
        Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
    }

    /// Posts an action and gives the event's id.
    pub async fn deliver(&self, action: i64, opportunity: i64, kind: &str) -> String {
        let answer = self.post(action_of(action, opportunity, kind).to_string()).await.expect(200);
        answer["eventId"].as_str().unwrap().to_owned()
    }
}

/// The documented body.
pub fn action_of(action: i64, opportunity: i64, kind: &str) -> Value {
    json!({"action": {
        "id": action, "subject_id": opportunity, "subject_type": "Opportunity", "source_id": null, "source_type": null,
        "member_id": 1, "action_type": kind, "name": format!("Event {action}"), "description": "",
        "created_at": "2026-06-07T10:30:00.000Z", "updated_at": "2026-06-07T10:30:00.000Z", "member": {"name": "Ana"},
    }})
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
