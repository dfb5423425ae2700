//! The HTTP clients of all accounts, and the addresses that they may go to.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use crate::sync::error::SourceError;
use crate::sync::public_address::{PublicOnly, is_private_literal};

const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, to its last byte.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// A builder's error, never a network's.
#[derive(Debug, thiserror::Error)]
#[error("base URL: {0}")]
pub struct BadAddress(&'static str);

/// The HTTP clients that all accounts share.
#[derive(Clone)]
pub struct Http {
    anywhere: reqwest::Client,
    public_only: reqwest::Client,
}

impl Http {
    pub fn new() -> Result<Http, reqwest::Error> {
        let public_only = builder().dns_resolver(Arc::new(PublicOnly)).build()?;
        Ok(Http { anywhere: builder().build()?, public_only })
    }

    /// For an account at this address. `guarded`: only where it lies on the public internet now.
    pub fn to(&self, base: &Url, guarded: bool) -> Result<reqwest::Client, SourceError> {
        match guarded {
            true if is_private_literal(base) => Err(private(base)),
            true => Ok(self.public_only.clone()),
            false => Ok(self.anywhere.clone()),
        }
    }
}

pub(super) fn private(base: &Url) -> SourceError {
    SourceError::PrivateAddress(base.host_str().unwrap_or_default().to_owned())
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("Backline/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        // A redirect would carry the key to another host.
        .redirect(reqwest::redirect::Policy::none())
}

/// Reads a base URL such as `https://api.current-rms.com/api/v1`.
pub fn base_url(text: &str) -> Result<Url, BadAddress> {
    let url = Url::parse(text.trim()).map_err(|_| BadAddress("must be an absolute URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(BadAddress("must begin with https:// or http://"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(BadAddress("must name a host"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(BadAddress("must have no query, fragment or credentials"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_an_address_without_secrets() {
        assert!(base_url("https://api.current-rms.com/api/v1").is_ok());
        for text in ["", "api.current-rms.com", "file:///etc/passwd", "https://a:b@host/", "https://host/?x=1"] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }
}
