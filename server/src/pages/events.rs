//! What other systems posted: the list, one event, and the forms that replay one or all of a list.

use axum::extract::rejection::RawFormRejection;
use axum::extract::{Path, Query, RawForm, RawQuery, State as Shared};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use domain::audit::Source;
use domain::identity::{Change, Permission};
use domain::inbox::events::EventFilter;
use domain::inbox::replay::{self, ReplayError, Selection};
use domain::inbox::view::{EventView, EventsView, PATH};
use domain::jobs::JobsError;
use domain::params::Params;
use serde::Deserialize;

use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

/// How the page of one event is shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Shown {
    /// Set where the page is not to be read again by itself.
    still: String,
    /// Set by the form that made this replay.
    replayed: String,
}

impl From<ReplayError> for Stop {
    fn from(error: ReplayError) -> Stop {
        match error {
            ReplayError::Unknown => Stop::NotFound,
            ReplayError::NoBytes => {
                Stop::Refused(StatusCode::CONFLICT, "The bytes of this event are not kept any more.".into())
            }
            ReplayError::Enqueue(error) => JobsError::Enqueue(error).into(),
            ReplayError::Db(error) => Stop::Broken(error),
        }
    }
}

pub async fn page(asking: Asking, Shared(state): Shared<State>, RawQuery(search): RawQuery) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let view = EventsView::read(&mut tx, &search.unwrap_or_default(), caller, chrono::Utc::now()).await?;
    drop(tx);
    let follows = view.follows;
    let html = asking.write(&state, "Events", || app::events::page(view)).await?;
    Ok(answer(html, follows))
}

pub async fn one(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let event = EventView::read(&mut tx, known(&id)?, caller).await?.ok_or(Stop::NotFound)?;
    drop(tx);
    let follows = event.waits && shown.still.is_empty();
    let title = format!("{}, event {}", event.title, event.id);
    let replayed = !shown.replayed.is_empty();
    let html = asking.write(&state, &title, || app::events::one(event, follows, replayed)).await?;
    Ok(answer(html, follows))
}

/// Replays one and waits for what follows, up to ten seconds.
pub async fn replay(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> Result<Redirect, Stop> {
    let caller = asking.to(Permission::Replay)?;
    let request_id = current_request_id();
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    let made = replay::one(&state.services, &change, known(&id)?).await?;
    Ok(Redirect::to(&format!("{PATH}/{}?replayed=1", made.replay_event_id)))
}

/// Replays all of a list, by a job.
pub async fn replay_all(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.to(Permission::Replay)?;
    let unreadable = || Stop::invalid("The form could not be read.");
    let RawForm(bytes) = form.map_err(|_| unreadable())?;
    let mut params = Params::parse(std::str::from_utf8(&bytes).map_err(|_| unreadable())?);
    let selection = Selection::from(EventFilter::take(&mut params, &caller.tenant_view.timezone)?);
    // A filter that is not understood would mean more than was seen.
    params.end()?;
    let request_id = current_request_id();
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    let (_, job) = replay::many(&state.services, &change, selection, false).await?;
    let nothing = || Stop::Refused(StatusCode::CONFLICT, "There is nothing to replay in this list any more.".into());
    Ok(Redirect::to(&format!("/jobs/{}", job.ok_or_else(nothing)?)))
}

/// U+0000 is in no id.
fn known(id: &str) -> Result<&str, Stop> {
    if id.contains('\0') { Err(Stop::NotFound) } else { Ok(id) }
}
