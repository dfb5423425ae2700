//! Requests: how many, how long, how many now. By route template: an address could carry a token, and has no end.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Shared};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::http::State;

/// Seconds. A wait for a sync is in the last ones.
const BOUNDS: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

/// Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct Requests {
    answered: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram, fn() -> Histogram>,
    open: Gauge,
}

/// Counts down also when the client hangs up and the request is dropped.
struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Requests {
    pub fn register(registry: &mut Registry) -> Requests {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let requests = Requests {
            answered: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            open: Gauge::default(),
        };
        registry.register("http_requests", "Requests answered, by class of status", requests.answered.clone());
        registry.register_with_unit(
            "http_request_duration",
            "From a request's headers to its answer's",
            Unit::Seconds,
            requests.seconds.clone(),
        );
        registry.register("http_requests_in_flight", "Requests without an answer yet", requests.open.clone());
        requests
    }
}

/// Counts a request.
pub async fn layer(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let requests = &state.metrics.requests;
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    let started = Instant::now();
    requests.open.inc();
    let open = Open(requests.open.clone());
    let response = next.run(request).await;
    drop(open);
    let asked = Asked { method, route: route.clone() };
    requests.seconds.get_or_create(&asked).observe(started.elapsed().as_secs_f64());
    requests.answered.get_or_create(&Answered { method, route, status: class(response.status()) }).inc();
    response
}

/// A client can make up methods without end.
fn method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
