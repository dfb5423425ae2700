//! Addresses that other systems post to. A new one is on the page that answers its form, and on no other.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use domain::audit::{By, Request, Source};
use domain::identity::token::Token;
use domain::identity::{Caller, Change, IdentityError, Permission};
use domain::inbox::intake::IntakeError;
use domain::inbox::trial::{self, TrialError};
use domain::inbox::view::{EndpointsView, PATH as EVENTS};
use domain::inbox::{Provider, endpoint, keeping};
use serde::Deserialize;

use super::filled::Done;
use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

const PATH: &str = "/settings/endpoints";

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    provider: String,
    label: String,
    silent_after: String,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Keep {
    provider: String,
    keep_days: String,
}

#[derive(Deserialize)]
pub struct Which {
    id: i64,
}

impl From<IdentityError> for Stop {
    fn from(error: IdentityError) -> Stop {
        match error {
            IdentityError::Db(error) => Stop::Broken(error),
            IdentityError::NotFound(_) => Stop::NotFound,
            IdentityError::Invalid { field, reason } => {
                let field = match field {
                    "silentAfterMinutes" => "Silent after minutes",
                    "keepDays" => "Days",
                    _ => "Name",
                };
                Stop::invalid(format!("{field}: {reason}"))
            }
            refused => Stop::Refused(StatusCode::CONFLICT, refused.to_string()),
        }
    }
}

impl From<TrialError> for Stop {
    fn from(error: TrialError) -> Stop {
        match error {
            TrialError::NoEndpoint => Stop::NotFound,
            TrialError::Db(error) | TrialError::Intake(IntakeError::Db(error)) => Stop::Broken(error),
            TrialError::Intake(IntakeError::Full | IntakeError::TooMany(_)) => {
                Stop::Refused(StatusCode::TOO_MANY_REQUESTS, "Too much arrives just now. Try again in a moment.".into())
            }
        }
    }
}

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Stop> {
    asking.person(Permission::Administer)?;
    let told = match done.as_str() {
        "keeping" => Some("Bytes are kept so from the next night on."),
        "ended" => Some("Only the newest address works from now on."),
        "revoked" => Some("The endpoint is revoked. What is posted to it is answered 404; what arrived stays."),
        _ => None,
    };
    write(asking, &state, told.map(|text| (text.into(), None))).await
}

pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Wanted>, FormRejection>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let Form(wanted) = form.map_err(|_| Stop::invalid("The form could not be read."))?;
    let provider = Provider::parse(&wanted.provider)
        .ok_or_else(|| Stop::invalid("Who posts: expected Current RMS or Email Bison"))?;
    let silent_after = match wanted.silent_after.trim() {
        "" => None,
        text => Some(
            text.parse::<i32>().map_err(|_| Stop::invalid("Silent after minutes: expected a number from 1 to 1440"))?,
        ),
    };
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let hand = by(caller, &request_id);
    let (_, token) = endpoint::create(&mut tx, &hand, provider, Some(&wanted.label), silent_after).await?;
    tx.commit().await?;
    let text = format!("The endpoint is made. {} posts to this address.", provider.word());
    let url = url(&state, provider, &token);
    write(asking, &state, Some((text, Some(url)))).await
}

pub async fn rotate(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let (id, request_id) = (which(form)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (provider, token) = endpoint::rotate(&mut tx, &by(caller, &request_id), id).await?;
    tx.commit().await?;
    state.services.intake.forget_doors();
    let text = "The new address works, and the one before it still does. End that one once this one is in use.".into();
    let url = url(&state, provider, &token);
    write(asking, &state, Some((text, Some(url)))).await
}

/// Sends a test delivery through the endpoint's door, and leads to its event.
pub async fn test(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let (id, request_id) = (which(form)?, current_request_id());
    let change = Change { caller, source: Source::Screen, request_id: Some(&request_id) };
    let kept = trial::deliver(&state.services, &change, Some(id)).await?;
    Ok(Redirect::to(&format!("{EVENTS}/{}", kept.event_id)))
}

pub async fn end_older(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let (id, request_id) = (which(form)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    endpoint::end_older(&mut tx, &by(caller, &request_id), id).await?;
    tx.commit().await?;
    state.services.intake.forget_doors();
    Ok(Redirect::to(&format!("{PATH}?done=ended")))
}

pub async fn revoke(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let (id, request_id) = (which(form)?, current_request_id());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    endpoint::revoke(&mut tx, &by(caller, &request_id), id).await?;
    tx.commit().await?;
    state.services.intake.forget_doors();
    Ok(Redirect::to(&format!("{PATH}?done=revoked")))
}

pub async fn keep(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Keep>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let Form(keep) = form.map_err(|_| Stop::invalid("The form could not be read."))?;
    let provider = Provider::parse(&keep.provider)
        .ok_or_else(|| Stop::invalid("Who posts: expected Current RMS or Email Bison"))?;
    let days = match keep.keep_days.trim() {
        "" => None,
        text => Some(text.parse::<i32>().map_err(|_| Stop::invalid("Days: expected a number from 1 to 36500"))?),
    };
    let request_id = current_request_id();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    keeping::set(&mut tx, &by(caller, &request_id), provider, days).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{PATH}?done=keeping")))
}

async fn write(asking: Asking, state: &State, told: Option<(String, Option<String>)>) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let view = EndpointsView::read(&state.services, caller, chrono::Utc::now()).await?;
    let html = asking.write(state, "Endpoints", || app::endpoints::page(view, told)).await?;
    Ok(answer(html, false))
}

fn which(form: Result<Form<Which>, FormRejection>) -> Result<i64, Stop> {
    form.map(|Form(Which { id })| id).map_err(|_| Stop::invalid("The form could not be read."))
}

pub(super) fn by<'a>(caller: &'a Caller, request_id: &'a str) -> Request<'a> {
    Request { by: By::from(caller), source: Source::Screen, request_id: Some(request_id) }
}

fn url(state: &State, provider: Provider, token: &Token) -> String {
    format!("{}{}", state.origins.public(), endpoint::path(provider, token))
}
