//! What the forms of a metric's page do.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::Source;
use domain::identity::{Caller, Change};
use domain::metrics::deprecate::{self, Retirement};
use domain::metrics::draft::{Draft, For};
use domain::metrics::{MetricError, change, values};
use serde::Deserialize;
use serde_json::json;

use super::one::{self, Look};
use super::{Asking, Stop, WRITE, words};
use crate::http::{State, current_request_id};

#[derive(Deserialize)]
pub struct Version {
    version: i32,
    #[serde(rename = "expectedVersion")]
    expected: Option<i32>,
}

#[derive(Deserialize)]
pub struct Ending {
    reason: String,
    #[serde(rename = "replacedBy")]
    replaced_by: String,
}

pub fn by<'a>(caller: &'a Caller, request_id: &'a str) -> Change<'a> {
    Change { caller, source: Source::Screen, request_id: Some(request_id) }
}

fn unreadable() -> Stop {
    Stop::invalid("The form could not be read.")
}

/// What an older version said becomes a new one.
pub async fn restore(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    form: Result<Form<Version>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(WRITE)?;
    let (code, request_id) = (super::code(&code)?, current_request_id());
    let Form(Version { version, expected }) = form.map_err(|_| unreadable())?;
    let mut body = json!({"restore": version, "note": format!("Restored from version {version}")});
    if let Some(expected) = expected {
        body["expectedVersion"] = json!(expected);
    }
    let draft = Draft::read(body.to_string().as_bytes(), For::Change)?;
    let changed = change::change(&state.services, &by(caller, &request_id), &code, draft).await?;
    let version = changed.definition.version;
    Ok(Redirect::to(&format!("{}/{code}/history?done=restored&v={version}", app::metrics::PATH)))
}

/// A version that waits counts from now on.
pub async fn activate(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    form: Result<Form<Version>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(WRITE)?;
    let (code, request_id) = (super::code(&code)?, current_request_id());
    let Form(Version { version, .. }) = form.map_err(|_| unreadable())?;
    let draft = Draft::read(json!({"activate": version}).to_string().as_bytes(), For::Change)?;
    change::change(&state.services, &by(caller, &request_id), &code, draft).await?;
    Ok(Redirect::to(&format!("{}/{code}?done=active&v={version}", app::metrics::PATH)))
}

/// Computes what it is worth, and keeps that.
pub async fn compute(asking: Asking, Shared(state): Shared<State>, Path(code): Path<String>) -> Result<Redirect, Stop> {
    let caller = asking.person(WRITE)?;
    let (code, request_id) = (super::code(&code)?, current_request_id());
    values::compute(&state.services, &by(caller, &request_id), &code).await?;
    Ok(Redirect::to(&format!("{}/{code}?done=kept", app::metrics::PATH)))
}

/// One that was refused comes back as it was.
pub async fn deprecate(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    form: Result<Form<Ending>, FormRejection>,
) -> Result<Response, Stop> {
    let caller = asking.person(WRITE)?;
    let (code, request_id) = (super::code(&code)?, current_request_id());
    let Form(Ending { reason, replaced_by }) = form.map_err(|_| unreadable())?;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let body = json!({"reason": given(&reason.replace("\r\n", "\n")), "replacedBy": given(&replaced_by)});
    if given(&reason).is_none() {
        let why = "Say why, so that people who meet it know.".to_owned();
        let refused = Some((StatusCode::BAD_REQUEST, (reason, replaced_by, why)));
        return one::write(asking, &state, &code, &Look::default(), refused).await;
    }
    let retirement = Retirement::read(body.to_string().as_bytes())?;
    match deprecate::deprecate(&state.services, &by(caller, &request_id), &code, retirement).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/{code}?done=deprecated", app::metrics::PATH)).into_response()),
        Err(MetricError::Problems(problems)) => {
            let why = problems.iter().map(words::problem).collect::<Vec<_>>().join(" ");
            let refused = Some((StatusCode::BAD_REQUEST, (reason, replaced_by, why)));
            one::write(asking, &state, &code, &Look::default(), refused).await
        }
        Err(error) => Err(error.into()),
    }
}
