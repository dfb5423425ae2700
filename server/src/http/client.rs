//! Where a request comes from. A proxy's word counts only as far as the operator trusts proxies.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::identity::session::Client;

use super::state::State;

/// Address and browser of the client, for sessions and the throttle.
pub struct ClientOf(pub Client);

impl FromRequestParts<State> for ClientOf {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        let address = forwarded(&parts.headers, state.trusted_proxies).or(peer);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(ClientOf(Client { address, agent }))
    }
}

/// The address that the outermost trusted proxy saw: so many from the right.
fn forwarded(headers: &HeaderMap, trusted: usize) -> Option<String> {
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let hop = hops.len().checked_sub(trusted).filter(|_| trusted > 0).and_then(|index| hops.get(index))?;
    hop.trim().parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_the_client_made_up_does_not_count() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", axum::http::HeaderValue::from_static("6.6.6.6, 192.0.2.7"));
        assert_eq!(forwarded(&headers, 0), None);
        assert_eq!(forwarded(&headers, 1).as_deref(), Some("192.0.2.7"));
        assert_eq!(forwarded(&headers, 3), None);
    }
}
