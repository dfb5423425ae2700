//! `GET /api/live`: server-sent events that say what changed, so that who looks asks again. The contract is `docs/live.md`.

mod pace;

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use domain::identity::{Caller, Permission, Principal, session};
use domain::live::{Hub, Subscription, Topic, Topics};
use futures::Stream;
use pace::Pace;
use serde_json::json;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, presented_token};
use crate::openapi::answers;

/// Between two signs of life, and two looks at whether the session still holds.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(3);
/// Streams of one host; connections are limited to twice as many.
const MOST: usize = 1024;

/// The streams of this host.
#[derive(Clone, Default)]
pub struct Live {
    pub hub: Hub,
    /// Ends every stream: the host stops.
    pub stop: CancellationToken,
}

/// What changed, as it happens: a stream of server-sent events. The event `changed` has the data `{"topics": […]}`, of the
/// topics `opportunities`, `sync`, `jobs` and `notifications`. A comment comes every 15 s. The stream ends with its session or key.
#[utoipa::path(
    get,
    path = "/live",
    tag = "live",
    responses(
        (status = 200, description = "A stream that does not end.", body = String, content_type = "text/event-stream"),
        answers::Guarded
    )
)]
pub async fn read(asking: Asking, Shared(state): Shared<State>, headers: HeaderMap) -> ApiResult<Response> {
    let caller = asking.to(Permission::ReadMirror)?;
    let seat = state.live.hub.subscribe(caller.tenant, MOST).ok_or_else(ApiError::busy)?;
    let (secret, pace) = (secret(&caller, &headers, &state), Pace::new());
    let watch = Watch { seat, secret, caller, state, pace, beat: Instant::now(), first: true };
    let mut response = Sse::new(events(watch)).into_response();
    // nginx would hold events back until its buffer is full.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// One stream and whose it is.
struct Watch {
    seat: Subscription,
    secret: Option<String>,
    caller: Caller,
    state: State,
    pace: Pace,
    beat: Instant,
    first: bool,
}

/// The key or cookie, to be looked up again.
fn secret(caller: &Caller, headers: &HeaderMap, state: &State) -> Option<String> {
    match caller.principal {
        Principal::Person { .. } => presented_token(headers, &state.origins).map(str::to_owned),
        Principal::Key { .. } => {
            headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ').map(|(_, key)| key.trim().to_owned())
        }
    }
}

fn events(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(watch, async |mut watch| {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    })
}

impl Watch {
    /// The next event; none when the stream has to end.
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.first) {
            self.beat = Instant::now() + HEARTBEAT;
            return Some(Event::default().retry(RETRY).comment("open"));
        }
        loop {
            let due = self.pace.take(Instant::now());
            if due != Topics::NONE {
                let names: Vec<&str> = due.iter().map(Topic::as_str).collect();
                return Some(Event::default().event("changed").data(json!({"topics": names}).to_string()));
            }
            let (stop, next) = (self.state.live.stop.clone(), self.pace.next());
            tokio::select! {
                () = stop.cancelled() => return None,
                topics = self.seat.changed() => {
                    if topics.has(Topic::Sessions) && !self.still_holds().await {
                        return None;
                    }
                    self.pace.add(topics);
                }
                () = sleep_until(next.unwrap_or(self.beat)), if next.is_some() => {}
                () = sleep_until(self.beat) => {
                    if !self.still_holds().await {
                        return None;
                    }
                    self.beat = Instant::now() + HEARTBEAT;
                    return Some(Event::default().comment("still here"));
                }
            }
        }
    }

    /// Whether the session or key is still there, in the same tenant and with the permission. While the database is away
    /// nothing can change either, so the stream stays.
    async fn still_holds(&self) -> bool {
        let Some(secret) = &self.secret else { return false };
        let db = &self.state.services.db;
        let found = match self.caller.principal {
            Principal::Person { .. } => session::look(db, secret).await,
            Principal::Key { .. } => session::find_key(db, secret).await,
        };
        match found {
            Ok(Some(now)) => now.tenant == self.caller.tenant && now.may(Permission::ReadMirror),
            Ok(None) => false,
            Err(error) => {
                tracing::debug!(%error, "a stream's session could not be looked up");
                true
            }
        }
    }
}
