//! Every address and what it passes through, outermost last.

use app::{App, shell};
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list_with_exclusions};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::error::ApiError;
use super::headers::PageNonce;
use super::state::State;
use super::{body_limit, caller, cookie, dates, headers, health, origin, pages, request_id, sign_in, site, timeout};
use crate::{metrics, rest};

/// The whole host.
pub fn router(state: State) -> Router {
    let pages = pages_and_functions(&state);
    let with_caller = Router::new()
        .nest("/api", rest::routes())
        .route("/metrics", get(metrics::read))
        .merge(pages)
        .layer(middleware::from_fn_with_state(state.clone(), caller::layer))
        .layer(middleware::from_fn_with_state(state.clone(), origin::layer));
    let doors = Router::new()
        .route("/sign-in", post(sign_in::with_password))
        .route("/sign-out", post(sign_in::out))
        .layer(middleware::from_fn_with_state(state.clone(), origin::layer))
        .route("/sign-in/link", get(sign_in::with_link));
    Router::new()
        .merge(with_caller)
        .merge(doors)
        .merge(crate::inbox::routes())
        .layer(CompressionLayer::new())
        .merge(site::routes(&state))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(body_limit::layer))
        .layer(middleware::from_fn(timeout::layer))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            ApiError::internal(&"a handler panicked").into_response()
        }))
        .layer(middleware::from_fn(rest::shape::plain_errors))
        .layer(middleware::from_fn_with_state(state.clone(), headers::layer))
        .layer(middleware::from_fn(request_id::layer))
        .layer(middleware::from_fn_with_state(state.clone(), metrics::layer))
        .with_state(state)
}

fn pages_and_functions(state: &State) -> Router<State> {
    let services = state.services.clone();
    let origins = state.origins.clone();
    let outside = app::host::Outside {
        public_url: origins.public().into(),
        session_cookie: std::sync::Arc::new(move |token| cookie::session_cookie(Some(token), &origins)),
    };
    let context = move || {
        provide_context(services.clone());
        provide_context(outside.clone());
        // The nonce of the header and that of the page are one.
        let parts = use_context::<axum::http::request::Parts>();
        if let Some(PageNonce(nonce)) = parts.and_then(|parts| parts.extensions.get::<PageNonce>().cloned()) {
            provide_context(Nonce::from_value(nonce));
        }
    };
    let options = state.leptos.clone();
    // Server functions get a route of their own: the doors of the pages are not theirs.
    let functions = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let paths = generate_route_list_with_exclusions(App, Some(functions));
    let pages = Router::new()
        .leptos_routes_with_context(state, paths, context.clone(), move || shell(options.clone()))
        .route("/settings", get(async || Redirect::to("/settings/account")))
        .merge(crate::pages::routes(state))
        .layer(middleware::from_fn_with_state(state.clone(), dates::layer))
        .layer(middleware::from_fn(pages::doors))
        .layer(middleware::from_fn(pages::errors));
    let nothing_here = {
        let (context, options) = (context.clone(), state.leptos.clone());
        leptos_axum::render_app_async_with_context(context, move || shell(options.clone()))
    };
    let function = move |request: Request| async move {
        if server_fn::axum::get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
            return ApiError::not_found("server function").into_response();
        }
        leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
    };
    Router::new().route("/rpc/{*name}", any(function)).merge(pages).fallback(nothing_here)
}
