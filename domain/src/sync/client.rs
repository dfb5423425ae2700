//! HTTP to one Current RMS account (contract sections 1 to 3): one pace, timeouts, retries with jitter.

mod http;
mod patience;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::DATE;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::dialect::{self, Dialect, Listing, Part};
use super::error::SourceError;
use super::limiter::Limiter;
use super::public_address::NotPublic;
use super::wire;

use http::{ANSWER, private};
pub use http::{BadAddress, Http, base_url};
use patience::{Patience, retry_after};

/// A page of a hundred records is about half a megabyte.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// One account.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    subdomain: String,
    token: String,
    limiter: Arc<Limiter>,
    patience: Patience,
}

/// One page of a list, as it is asked for.
pub struct Asked<'a> {
    pub listing: &'a Listing,
    pub dialect: Dialect,
    pub part: Part,
    pub per_page: i64,
}

/// A good answer.
pub struct Answer {
    pub body: Bytes,
    /// The source's clock, when it says.
    pub date: Option<DateTime<Utc>>,
}

enum Failure {
    Final(SourceError),
    Again { error: SourceError, wait: Option<Duration> },
}

impl Client {
    pub fn new(http: reqwest::Client, base: Url, subdomain: String, token: String, limiter: Arc<Limiter>) -> Client {
        Client { http, base, subdomain, token, limiter, patience: Patience::LONG }
    }

    /// The same, for who can come again: it waits less and gives up sooner.
    pub fn eager(self) -> Client {
        Client { patience: Patience::SHORT, ..self }
    }

    /// Asks until there is a JSON answer, a final refusal, or no patience left.
    pub async fn get(
        &self,
        path: &str,
        query: &[(String, String)],
        cancel: &CancellationToken,
    ) -> Result<Answer, SourceError> {
        let mut attempt = 0;
        loop {
            let outcome = tokio::select! {
                () = cancel.cancelled() => return Err(SourceError::Cancelled),
                outcome = self.once(self.http.get(self.address(path, query))) => outcome,
            };
            let (error, wait) = match outcome {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Again { error, wait }) => (error, wait),
            };
            attempt += 1;
            if attempt >= self.patience.tries {
                return Err(error);
            }
            // Waiting longer than asked still obeys: a Retry-After of nothing must not use up all tries at once.
            let wait = wait.unwrap_or_default().max(self.patience.backoff(attempt));
            tracing::debug!(path, attempt, code = error.code(), wait_ms = wait.as_millis(), "asking the source again");
            tokio::select! {
                () = cancel.cancelled() => return Err(SourceError::Cancelled),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Waits until the account's pace allows a request.
    pub async fn near(&self) {
        self.limiter.near().await;
    }

    /// One page of a list. The scan's `get_all_opportunities` and `get_updated_opportunities` walk it to its end.
    pub async fn list(&self, asked: &Asked<'_>, cancel: &CancellationToken) -> Result<Answer, SourceError> {
        let query = dialect::query(asked.listing, asked.dialect, asked.part, asked.per_page);
        self.get("opportunities", &query, cancel).await
    }

    /// Records by their ids, as many as fit a page.
    pub async fn get_opportunities(&self, ids: &[i64], cancel: &CancellationToken) -> Result<Answer, SourceError> {
        let mut query: Vec<(String, String)> =
            vec![("filtermode".into(), "all".into()), ("per_page".into(), "100".into())];
        query.extend(ids.iter().map(|id| ("q[id_in][]".into(), id.to_string())));
        self.get("opportunities", &query, cancel).await
    }

    /// One record; [`SourceError::NotFound`] once it is deleted.
    pub async fn get_opportunity(&self, id: i64, cancel: &CancellationToken) -> Result<Answer, SourceError> {
        self.get(&format!("opportunities/{id}"), &[], cancel).await
    }

    /// Asks once, for a person who waits: no retry but after a 429.
    pub async fn probe(&self, path: &str, cancel: &CancellationToken) -> Result<(), SourceError> {
        match self.once(self.http.get(self.address(path, &[]))).await {
            Ok(_) => Ok(()),
            Err(Failure::Again { error: SourceError::RateLimited, .. }) => {
                self.get(path, &[], cancel).await.map(|_| ())
            }
            Err(Failure::Again { error, .. } | Failure::Final(error)) => Err(error),
        }
    }

    /// Changes something there. Tried once, but for a 429, which has changed nothing: whether an answer that was lost had
    /// been a good one is not known.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Answer, SourceError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let request = self.http.request(method.clone(), self.address(path, &[])).json(body);
            match self.once(request).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Again { error: SourceError::RateLimited, wait }) if attempt < self.patience.tries => {
                    tokio::time::sleep(wait.unwrap_or_default().max(self.patience.backoff(attempt))).await;
                }
                Err(Failure::Again { error, .. } | Failure::Final(error)) => return Err(error),
            }
        }
    }

    async fn once(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        self.limiter.turn().await;
        let request = request
            .header("X-SUBDOMAIN", &self.subdomain)
            .header("X-AUTH-TOKEN", &self.token)
            .header("Accept", "application/json");
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.unreachable(&error).await),
        };
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.limiter.slow_down().await;
            return Err(Failure::Again { error: SourceError::RateLimited, wait: retry_after(&response) });
        }
        if status.is_server_error() {
            return Err(Failure::Again {
                error: SourceError::ServerError(status.as_u16()),
                wait: retry_after(&response),
            });
        }
        let date = header(&response, &DATE).and_then(|text| httpdate::parse_http_date(&text).ok()).map(DateTime::from);
        let body = read(response).await?;
        if !status.is_success() {
            return Err(Failure::Final(refusal(status, &body)));
        }
        // The body decides, not its label: some JSON is sent as text/html.
        if !body.trim_ascii_start().starts_with(b"{") || !body.trim_ascii_end().ends_with(b"}") {
            let error = SourceError::Garbled { status: status.as_u16(), reason: "no JSON object".into() };
            return Err(Failure::Again { error, wait: None });
        }
        self.limiter.speed_up().await;
        Ok(Answer { body, date })
    }

    fn address(&self, path: &str, query: &[(String, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{}", self.base.path().trim_end_matches('/'), path));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Tells apart a host that does not exist, one that cannot be reached, and an answer that was too slow.
    async fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let again = |error| Failure::Again { error, wait: None };
        if causes(error).any(|cause| cause.downcast_ref() == Some(&NotPublic::Private)) {
            return Failure::Final(private(&self.base));
        }
        if error.is_connect() {
            let host = self.base.host_str().unwrap_or_default().to_owned();
            let port = self.base.port_or_known_default().unwrap_or(443);
            let known = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await.is_ok();
            return match known {
                false => again(SourceError::NoSuchHost(host)),
                true => again(SourceError::NoNetwork(format!("{host}:{port}"))),
            };
        }
        again(if error.is_timeout() { SourceError::Timeout(ANSWER) } else { SourceError::Cut })
    }
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| Error::source(*cause))
}

async fn read(mut response: Response) -> Result<Bytes, Failure> {
    let mut body =
        Vec::with_capacity(usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(0).min(LARGEST_BODY));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                let error =
                    SourceError::Garbled { status: response.status().as_u16(), reason: "larger than 64 MiB".into() };
                return Err(Failure::Final(error));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.into()),
            Err(error) if error.is_timeout() => {
                return Err(Failure::Again { error: SourceError::Timeout(ANSWER), wait: None });
            }
            Err(_) => return Err(Failure::Again { error: SourceError::Cut, wait: None }),
        }
    }
}

fn refusal(status: StatusCode, body: &[u8]) -> SourceError {
    let message = wire::error_message(body);
    match status.as_u16() {
        code if message.to_ascii_lowercase().contains("api not enabled") => SourceError::NotEnabled(code),
        401 => SourceError::Refused,
        403 => SourceError::NotEnabled(403),
        404 => SourceError::NotFound(message),
        status => SourceError::Rejected { status, message },
    }
}

fn header(response: &Response, name: &reqwest::header::HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}
