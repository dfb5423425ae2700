//! A client that keeps its own cookie and follows no redirect, so that a test sees each answer.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The password of everybody in these tests.
pub const PASSWORD: &str = "trucks at dawn, 12";

/// An answer read to its end.
#[derive(Debug, Clone)]
pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Seen {
    pub async fn of(response: Response) -> Seen {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Seen { status, headers, text: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned() }
    }

    /// Empty when it is absent or not ASCII.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The code of an error; empty when it has none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// `name=value` of the cookie that this answer sets.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
}

/// Who sends requests, and how they say who they are.
#[derive(Clone)]
pub struct Browser {
    pub base: String,
    http: Client,
    who: HeaderMap,
}

/// Sends a request as it is written, which no HTTP library would do, and reads until the host hangs up.
pub async fn raw(base: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).await.unwrap();
    // A host that has answered need not read the rest; the answer is there all the same.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// The parts of an answer of HTTP/1.1 as it came over the wire.
pub fn parsed(answer: &str) -> Seen {
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pairs = lines.map(|line| line.split_once(": ").unwrap());
    let headers = pairs
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    Seen { status, headers, text: text.to_owned() }
}

pub fn http() -> Client {
    // Fails when another test has installed it, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Browser {
    pub fn anonymous(base: &str) -> Browser {
        Browser { base: base.to_owned(), http: http(), who: HeaderMap::new() }
    }

    /// The same with a header on every request.
    pub fn with(mut self, name: &'static str, value: &str) -> Browser {
        self.who.insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// A person with a session, whose pages send what a browser sends.
    pub fn with_cookie(base: &str, cookie: &str) -> Browser {
        Browser::anonymous(base).with("cookie", cookie).with("sec-fetch-site", "same-origin")
    }

    pub fn with_key(base: &str, key: &str) -> Browser {
        Browser::anonymous(base).with("authorization", &format!("Bearer {key}"))
    }

    /// Signs in over the form and gives the answer.
    pub async fn try_sign_in(&self, email: &str, password: &str) -> Seen {
        let body = json!({"email": email, "password": password});
        self.send(Method::POST, "/api/session", |request| request.header("origin", &self.base).json(&body)).await
    }

    /// A person with a session.
    pub async fn sign_in(base: &str, email: &str) -> Browser {
        let seen = Browser::anonymous(base).try_sign_in(email, PASSWORD).await;
        assert_eq!(seen.status, 204, "{email}: {}", seen.text);
        Browser::with_cookie(base, &seen.cookie())
    }

    pub async fn send(&self, method: Method, path: &str, more: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Seen {
        let request = self.http.request(method, format!("{}{path}", self.base)).headers(self.who.clone());
        Seen::of(more(request).send().await.unwrap()).await
    }

    /// Only the beginning of an answer that may have no end; an error is read whole.
    pub async fn begin(&self, path: &str) -> Seen {
        let request = self.http.get(format!("{}{path}", self.base)).headers(self.who.clone());
        let response = request.send().await.unwrap();
        if !response.status().is_success() {
            return Seen::of(response).await;
        }
        Seen { status: response.status().as_u16(), headers: response.headers().clone(), text: String::new() }
    }

    pub async fn get(&self, path: &str) -> Seen {
        self.send(Method::GET, path, |request| request).await
    }

    pub async fn post(&self, path: &str) -> Seen {
        self.send(Method::POST, path, |request| request).await
    }

    /// A server function, called as a form of ours calls it.
    pub async fn call(&self, path: &str, form: &str) -> Seen {
        let form = form.to_owned();
        self.send(Method::POST, path, |request| {
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "application/json")
                .body(form)
        })
        .await
    }
}
