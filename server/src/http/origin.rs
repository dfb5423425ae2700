//! Requests that change something and carry a cookie must come from our own pages: a small layer of our own, since
//! tower-http stays on 0.6. A key in the header needs none of this: no other site can send it.

use std::net::SocketAddr;

use axum::extract::{Request, State as Shared};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use super::caller::PROCESS;
use super::error::ApiError;
use super::state::State;

/// The addresses under which people reach this host.
pub struct Origins {
    public: String,
    /// Other spellings of this machine, when no public URL is set.
    also: Vec<String>,
    https: bool,
}

impl Origins {
    pub fn new(public: Option<Url>, addr: SocketAddr) -> Origins {
        if let Some(url) = public {
            return Origins {
                public: url.origin().ascii_serialization(),
                also: Vec::new(),
                https: url.scheme() == "https",
            };
        }
        let port = addr.port();
        let host = if addr.ip().is_unspecified() {
            "127.0.0.1".into()
        } else {
            SocketAddr::new(addr.ip(), 0).to_string().replace(":0", "")
        };
        let public = Url::parse(&format!("http://{host}:{port}"))
            .map_or_else(|_| format!("http://{host}:{port}"), |url| url.origin().ascii_serialization());
        let also = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("http://{name}:{port}"));
        Origins { public, also: also.into(), https: false }
    }

    /// Without a slash at its end.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Whether cookies may be Secure.
    pub fn https(&self) -> bool {
        self.https
    }

    /// Whether passwords stay on this machine or inside TLS.
    pub fn is_safe(&self, addr: SocketAddr) -> bool {
        self.https || addr.ip().is_loopback()
    }

    fn hold(&self, origin: &str) -> bool {
        origin == self.public || self.also.iter().any(|also| also == origin)
    }
}

/// Refuses what another site may have sent.
pub async fn layer(Shared(state): Shared<State>, request: Request, next: Next) -> Result<Response, ApiError> {
    if is_ours(&request, &state.origins) { Ok(next.run(request).await) } else { Err(ApiError::cross_origin()) }
}

fn is_ours(request: &Request, origins: &Origins) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || request.headers().contains_key(header::AUTHORIZATION)
        // A timer elsewhere: its own header, which no other site can send, or nothing that stands for anybody.
        || request.uri().path() == PROCESS
            && (request.headers().contains_key("x-api-key") || !request.headers().contains_key(header::COOKIE))
        || text("sec-fetch-site") == Some("same-origin")
        || text("origin").is_some_and(|origin| origins.hold(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_several_names_until_a_public_one_is_set() {
        let addr = "127.0.0.1:3000".parse().unwrap();
        let local = Origins::new(None, addr);
        assert_eq!(local.public(), "http://127.0.0.1:3000");
        assert!(local.hold("http://localhost:3000") && !local.hold("http://localhost:3001") && !local.hold("null"));
        let public = Origins::new(Url::parse("https://ops.example.com").ok(), addr);
        assert!(public.https() && public.hold("https://ops.example.com") && !public.hold("http://localhost:3000"));
    }
}
