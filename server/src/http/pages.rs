//! Pages: who is not signed in is sent to sign in, who is has no business there, and a database that is away gets a page of
//! its own that needs nothing else.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::identity::Caller;

const AWAY: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>Backline is waiting</title></head><body><main><h1>Backline is waiting for its database</h1>\
<p>Nothing is lost. <a href=\"\">Try again</a> in a moment.</p></main></body></html>";

/// Sends people where they belong.
pub async fn doors(request: Request, next: Next) -> Response {
    let signed_in = request.extensions().get::<Caller>().is_some();
    match (request.uri().path(), signed_in) {
        ("/sign-in", true) => Redirect::to("/").into_response(),
        ("/sign-in", false) | (_, true) => next.run(request).await,
        _ => Redirect::to("/sign-in").into_response(),
    }
}

/// Turns an error of the layers below into a page.
pub async fn errors(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(AWAY)).into_response();
    }
    response
}
