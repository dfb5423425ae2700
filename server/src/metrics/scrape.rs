//! `GET /metrics`: for a collector on this machine, or one with a key of the scope `metrics`.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Extension, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::identity::{Caller, Permission};

use crate::http::State;
use crate::http::error::{ApiError, ApiResult};

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub async fn read(
    Shared(state): Shared<State>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let near = peer.is_some_and(|Extension(ConnectInfo(peer))| is_loopback(peer));
    match caller {
        Some(Extension(caller)) if caller.may(Permission::ReadMetrics) => {}
        _ if near && !is_forwarded(&headers) => {}
        Some(_) => return Err(ApiError::forbidden()),
        None => return Err(ApiError::unauthenticated()),
    }
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &state.metrics.registry)
        .map_err(|error| ApiError::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, FORMAT)], text).into_response())
}

fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

/// Behind a proxy on this machine everybody would come from here.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}
