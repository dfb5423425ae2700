//! The dates of the dashboard are kept for the person who chose them: its form adds `keep` to the address, and "All dates"
//! asks for `dates=all`. Both are sent on to the address that is left, which can be shared and keeps nothing.

use axum::extract::{Request, State as Shared};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::dashboard::{DateRange, dates};
use domain::identity::{Caller, Permission, PersonId};
use domain::params::Params;

use super::error::ApiError;
use super::state::State;

pub async fn layer(Shared(state): Shared<State>, request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(range) = chosen(&request) else { return Ok(next.run(request).await) };
    if let Some((caller, person)) = person(&request).filter(|_| from_our_page(&request)) {
        // Not left to a future that a client can drop by hanging up.
        let kept = tokio::spawn(async move { dates::keep(&state.services.db, &caller, person, range).await });
        kept.await.map_err(|error| ApiError::internal(&error))??;
    }
    Ok(Redirect::to(&dates::address(range).href("/")).into_response())
}

/// The dates that an address asks to keep; none where it asks for nothing, or for dates that the page will refuse.
fn chosen(request: &Request) -> Option<DateRange> {
    if request.method() != Method::GET || request.uri().path() != "/" {
        return None;
    }
    let mut params = Params::parse(request.uri().query()?);
    if params.text("dates").ok()?.as_deref() == Some("all") {
        return Some(DateRange::default());
    }
    params.text("keep").ok()??;
    let (from, to) = params.dates("from", "to").ok()?;
    Some(DateRange { from, to })
}

/// Who reads the dashboard. A key keeps nothing.
fn person(request: &Request) -> Option<(Caller, PersonId)> {
    let caller = request.extensions().get::<Caller>().filter(|caller| caller.may(Permission::ReadMirror))?;
    Some((caller.clone(), caller.person()?))
}

/// A link on another site must not choose. Browsers say where a page is asked from, except over plain HTTP.
fn from_our_page(request: &Request) -> bool {
    request.headers().get("sec-fetch-site").is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn asked(method: Method, uri: &str) -> Option<(String, String)> {
        let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        chosen(&request).map(|range| (day(range.from), day(range.to)))
    }

    #[test]
    fn only_the_form_and_the_way_back_choose() {
        let said = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(asked(Method::GET, "/?from=2026-11-01&to=2026-11-30&keep=1"), said("2026-11-01", "2026-11-30"));
        assert_eq!(asked(Method::GET, "/?from=&to=&keep=1"), said("", ""), "an empty form is all dates");
        assert_eq!(asked(Method::GET, "/?dates=all"), said("", ""));
        assert_eq!(asked(Method::GET, "/?from=2026-11-01&to=2026-11-30"), None, "a link that somebody sent");
        assert_eq!(asked(Method::GET, "/"), None);
        assert_eq!(asked(Method::GET, "/opportunities?dates=all"), None);
        assert_eq!(asked(Method::HEAD, "/?dates=all"), None);
        assert_eq!(asked(Method::GET, "/?from=2026-11-31&keep=1"), None, "the page says what is wrong with it");
        assert_eq!(asked(Method::GET, "/?from=2026-12-01&to=2026-11-01&keep=1"), None);
    }
}
