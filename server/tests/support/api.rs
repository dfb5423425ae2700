//! REST as a script uses it: a key, JSON, and the runs of the synchronisation.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::wait::until;

/// A client of one host with one key.
#[derive(Clone)]
pub struct Api {
    pub http: Client,
    pub base: String,
    key: String,
}

/// An answer read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

/// An HTTP client; reqwest is built without a provider of its own.
pub fn client() -> Client {
    // Fails when another test has installed it, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

impl Answer {
    /// The body, of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// The code of an error with this status.
    #[track_caller]
    pub fn code(&self, status: u16) -> String {
        self.expect(status)["code"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Api {
    pub fn new(base: &str, key: &str) -> Api {
        Api { http: client(), base: base.to_owned(), key: key.to_owned() }
    }

    /// A request with the key, for what the other methods do not cover.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }

    async fn send(&self, method: Method, path: &str) -> Answer {
        let response = self.request(method, path).send().await.unwrap();
        Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path).await
    }

    pub async fn post(&self, path: &str) -> Answer {
        self.send(Method::POST, path).await
    }

    /// `POST /api/sync/{kind}`, waited for.
    pub async fn sync(&self, kind: &str) -> Answer {
        self.post(&format!("/api/sync/{kind}")).await
    }

    /// Starts a run and gives its id at once.
    pub async fn start(&self, kind: &str) -> i64 {
        self.post(&format!("/api/sync/{kind}?wait=false")).await.expect(202)["syncId"].as_i64().unwrap()
    }

    /// `GET /api/sync/status`; none while the host cannot answer it.
    pub async fn status(&self) -> Option<Value> {
        let response = self.request(Method::GET, "/api/sync/status").send().await.ok()?;
        let fine = response.status().is_success();
        let body = response.json().await.ok()?;
        fine.then_some(body)
    }

    /// The row of a run, once it has ended.
    pub async fn ended(&self, run: i64, seconds: u64) -> Value {
        until(&format!("run {run} has ended"), seconds, async || {
            let status = self.status().await?;
            let mut rows = status["history"].as_array()?.iter();
            rows.find(|row| row["id"] == run && row["status"] != "running").cloned()
        })
        .await
    }

    /// Returns once the running run has committed so many pages.
    pub async fn pages_done(&self, pages: i64, seconds: u64) -> Value {
        until(&format!("{pages} pages are done"), seconds, async || {
            let status = self.status().await?;
            (status["progress"]["pagesDone"].as_i64()? >= pages).then_some(status)
        })
        .await
    }

    /// Every failure, of one run or those still open.
    pub async fn failures(&self, run: Option<i64>) -> Vec<Value> {
        let run = run.map_or(String::new(), |run| format!("&runId={run}"));
        self.all("failures", &format!("/api/sync/failures?limit=100{run}")).await
    }

    /// Every row of a list, over all of its pages.
    pub async fn all(&self, key: &str, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        for page in 1.. {
            let body = self.get(&format!("{path}&page={page}")).await.expect(200);
            rows.extend(body[key].as_array().unwrap().iter().cloned());
            if page >= body["pagination"]["totalPages"].as_i64().unwrap() {
                break;
            }
        }
        rows
    }
}
