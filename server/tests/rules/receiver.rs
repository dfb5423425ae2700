//! A receiver of webhooks: keeps what it got, and answers as it is told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use standardwebhooks::Webhook;

#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    status: u16,
    got: Vec<Got>,
    refused: usize,
}

/// A message that was answered 2xx.
#[derive(Clone)]
pub struct Got {
    pub headers: HeaderMap,
    pub body: String,
}

impl Receiver {
    pub async fn up() -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let receiver =
            Receiver { url, inner: Arc::new(Mutex::new(Inner { status: 200, got: Vec::new(), refused: 0 })) };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// How it answers from now on.
    pub fn answers(&self, status: u16) {
        self.inner.lock().unwrap().status = status;
    }

    pub fn got(&self) -> Vec<Got> {
        self.inner.lock().unwrap().got.clone()
    }

    /// Requests that it did not answer 2xx.
    pub fn refused(&self) -> usize {
        self.inner.lock().unwrap().refused
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let mut inner = receiver.inner.lock().unwrap();
    if inner.status < 300 {
        inner.got.push(Got { headers, body });
    } else {
        inner.refused += 1;
    }
    StatusCode::from_u16(inner.status).unwrap()
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// As a receiver in any language would check it, with somebody else's library.
    pub fn verifies(&self, secret: &str) -> bool {
        Webhook::new(secret).unwrap().verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}
