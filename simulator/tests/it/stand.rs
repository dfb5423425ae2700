//! An account on a port of its own, and a client that speaks to it.

use std::collections::BTreeMap;

use reqwest::{Client, Response};
use serde_json::{Map, Value};
use simulator::{CurrentRms, Faults, Options};

pub struct Stand {
    pub account: CurrentRms,
    pub root: String,
    pub client: Client,
}

pub fn options(opportunities: usize) -> Options {
    Options { opportunities, base_time: Some("2026-06-10T09:00:00Z".parse().unwrap()), ..Options::default() }
}

pub fn faults(pairs: &[&str]) -> Faults {
    let pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
    Faults::parse(&pairs).unwrap()
}

pub fn patch(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

impl Stand {
    pub async fn up(options: Options) -> Self {
        // Fails when another test has installed it, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let account = CurrentRms::new(options);
        let served = account.clone();
        tokio::spawn(async move { served.serve(listener).await });
        Self { account, root, client: Client::builder().no_proxy().build().unwrap() }
    }

    pub async fn of(opportunities: usize, pairs: &[&str]) -> Self {
        Self::up(Options { faults: faults(pairs), ..options(opportunities) }).await
    }

    pub async fn send(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}/api/v1/{path}", self.root));
        request.header("X-SUBDOMAIN", "demo").header("X-AUTH-TOKEN", "demo-token").send().await.unwrap()
    }

    pub async fn text(&self, path: &str) -> String {
        let response = self.send(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    /// The ids on one page of opportunities, in their order.
    pub async fn ids(&self, query: &str) -> Vec<i64> {
        let page = self.json(&format!("opportunities?{query}")).await;
        page["opportunities"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }

    /// Every record by id, as the test side sees it.
    pub fn records(&self) -> BTreeMap<i64, Value> {
        let ids = self.account.ids().into_iter();
        ids.map(|id| (id, serde_json::from_str(&self.account.raw(id).unwrap()).unwrap())).collect()
    }
}
