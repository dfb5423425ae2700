//! `/api/v1`: who may ask, what is there, and the failures on the way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{OriginalUri, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use chrono::Utc;

use super::account::{Account, CurrentRms};
use super::gate::Verdict;
use super::log::RequestRecord;
use super::{answers, control, embed, list, query};

impl CurrentRms {
    /// The account's routes: `/api/v1/…` as Current RMS has them, and `/control/…` for loopback callers (those need
    /// [`serve`](Self::serve), which knows the caller's address).
    pub fn router(&self) -> Router {
        let account = Arc::clone(&self.0);
        Router::new()
            .route("/api/v1/opportunities", get(opportunities))
            .route("/api/v1/opportunities/{id}", get(opportunity))
            .route("/api/v1/members", get(members))
            .route("/api/v1/members/{id}", get(member))
            .fallback(no_route)
            .method_not_allowed_fallback(no_route)
            .layer(from_fn_with_state(Arc::clone(&account), attend))
            .with_state(account)
            .merge(control::router(self))
    }
}

async fn opportunities(State(account): State<Arc<Account>>, RawQuery(query): RawQuery) -> Response {
    list::opportunities(&mut account.state(), &query::pairs(&query.unwrap_or_default()))
}

async fn opportunity(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let record = id.parse().ok().and_then(|id| account.state().opportunities.get(id).cloned());
    let Some(record) = record else { return answers::not_found("Opportunity", &id) };
    let pairs = query::pairs(&query.unwrap_or_default());
    match query::ListQuery::read(&pairs, None, false).include {
        None => answers::json(StatusCode::OK, format!(r#"{{"opportunity":{}}}"#, record.text)),
        Some(names) => {
            answers::json(StatusCode::OK, format!(r#"{{"opportunity":{}}}"#, embed::only(&record.text, &names)))
        }
    }
}

async fn members(State(account): State<Arc<Account>>, RawQuery(query): RawQuery) -> Response {
    list::members(&mut account.state(), &query::pairs(&query.unwrap_or_default()))
}

async fn member(State(account): State<Arc<Account>>, Path(id): Path<String>) -> Response {
    let record = id.parse().ok().and_then(|id| account.state().members.get(id).cloned());
    match record {
        Some(record) => answers::json(StatusCode::OK, format!(r#"{{"member":{}}}"#, record.text)),
        None => answers::not_found("Member", &id),
    }
}

async fn no_route(OriginalUri(uri): OriginalUri, method: axum::http::Method) -> Response {
    answers::error(StatusCode::NOT_FOUND, &format!("No route matches [{method}] '{}'", uri.path()))
}

/// Every request passes here: it is delayed, judged, checked, answered, dated and written down.
async fn attend(State(account): State<Arc<Account>>, request: Request, next: Next) -> Response {
    let at = Utc::now();
    let (method, uri) = (request.method().to_string(), request.uri().clone());
    let (verdict, faults) = {
        let mut state = account.state();
        let faults = state.faults.clone();
        (state.gate.judge(&faults, Instant::now()), faults)
    };
    if faults.slow > 0 {
        tokio::time::sleep(Duration::from_millis(faults.slow)).await;
    }
    let mut response = match verdict {
        Verdict::Disabled => answers::error(StatusCode::FORBIDDEN, "API not enabled"),
        Verdict::Unauthorized => answers::error(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Verdict::TooMany => answers::too_many(&faults, at),
        Verdict::ServerError => answers::page(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
        Verdict::Html => answers::page(StatusCode::OK, "Scheduled maintenance"),
        Verdict::Answer | Verdict::AnswerCut => match refusal(&account, request.headers()) {
            Some(text) => answers::error(StatusCode::UNAUTHORIZED, text),
            None if verdict == Verdict::AnswerCut => answers::cut(next.run(request).await).await,
            None => next.run(request).await,
        },
    };
    if let Ok(date) = HeaderValue::try_from(answers::http_date(Utc::now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    account.record(RequestRecord {
        method,
        path: uri.path().to_owned(),
        query: query::pairs(uri.query().unwrap_or_default()),
        status: response.status().as_u16(),
        at,
    });
    response
}

fn refusal(account: &Account, headers: &HeaderMap) -> Option<&'static str> {
    let given = |name: &str| headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    if given("x-subdomain") != account.options.subdomain.as_bytes() {
        return Some("Unknown subdomain");
    }
    (given("x-auth-token") != account.options.token.as_bytes()).then_some("Invalid API key")
}
