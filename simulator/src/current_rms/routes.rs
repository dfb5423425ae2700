//! `/api/v1`: who may ask, what is there, and the failures on the way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::rejection::JsonRejection;
use axum::extract::{OriginalUri, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::account::{Account, CurrentRms};
use super::gate::Verdict;
use super::hooks::{Webhook, WebhookIn};
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
            .route("/api/v1/webhooks", get(webhooks).post(register))
            .route("/api/v1/webhooks/{id}", get(webhook).put(change_webhook).delete(remove_webhook))
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

/// The outer key of a webhook's request and answer.
#[derive(Deserialize, Serialize)]
struct Of<T> {
    webhook: T,
}

fn shown(status: StatusCode, webhook: Webhook) -> Response {
    answers::json(status, serde_json::to_string(&Of { webhook }).unwrap_or_default())
}

async fn webhooks(State(account): State<Arc<Account>>) -> Response {
    let list = account.state().hooks.list.clone();
    let total = list.len();
    let body =
        json!({"webhooks": list, "meta": {"total_row_count": total, "row_count": total, "page": 1, "per_page": 20}});
    answers::json(StatusCode::OK, body.to_string())
}

async fn register(State(account): State<Arc<Account>>, body: Result<Json<Of<WebhookIn>>, JsonRejection>) -> Response {
    let Ok(Json(Of { webhook })) = body else {
        return answers::error(StatusCode::BAD_REQUEST, "param is missing or the value is empty: webhook");
    };
    let registered = account.state().hooks.register(webhook);
    match registered {
        Ok(webhook) => shown(StatusCode::CREATED, webhook),
        Err(missing) => {
            let errors: Vec<String> = missing.iter().map(|name| format!("{name} can't be blank")).collect();
            answers::json(StatusCode::UNPROCESSABLE_ENTITY, json!({"errors": errors}).to_string())
        }
    }
}

async fn webhook(State(account): State<Arc<Account>>, Path(id): Path<String>) -> Response {
    let found = account.state().hooks.list.iter().find(|webhook| webhook.id.to_string() == id).cloned();
    found.map_or_else(|| answers::not_found("Webhook", &id), |webhook| shown(StatusCode::OK, webhook))
}

async fn change_webhook(
    State(account): State<Arc<Account>>,
    Path(id): Path<String>,
    body: Result<Json<Of<WebhookIn>>, JsonRejection>,
) -> Response {
    let Ok(Json(Of { webhook })) = body else {
        return answers::error(StatusCode::BAD_REQUEST, "param is missing or the value is empty: webhook");
    };
    let changed = id.parse().ok().and_then(|id| account.state().hooks.change(id, webhook));
    changed.map_or_else(|| answers::not_found("Webhook", &id), |webhook| shown(StatusCode::OK, webhook))
}

async fn remove_webhook(State(account): State<Arc<Account>>, Path(id): Path<String>) -> Response {
    let mut state = account.state();
    let before = state.hooks.list.len();
    state.hooks.list.retain(|webhook| webhook.id.to_string() != id);
    if state.hooks.list.len() == before {
        return answers::not_found("Webhook", &id);
    }
    StatusCode::NO_CONTENT.into_response()
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
