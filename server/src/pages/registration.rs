//! Which events the account posts here, and registering what is missing.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use domain::db::QueryError;
use domain::identity::Permission;
use domain::inbox::registration::{self, Registration, RegistrationError};

use super::endpoints::by;
use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

impl From<RegistrationError> for Stop {
    fn from(error: RegistrationError) -> Stop {
        match error {
            RegistrationError::Db(error) => Stop::Broken(error),
            RegistrationError::Endpoint(error) => error.into(),
            // The account's fault or its settings', told in its sentence.
            other => Stop::Refused(StatusCode::CONFLICT, other.to_string()),
        }
    }
}

pub async fn page(asking: Asking, Shared(state): Shared<State>) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let found = registration::look(&state.services, &caller.actor()).await?;
    write(asking, &state, found, None).await
}

pub async fn register(asking: Asking, Shared(state): Shared<State>) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let (services, caller, request_id) = (state.services.clone(), caller.clone(), current_request_id());
    let actor = caller.actor();
    // Half of it is worse than all of it: who hangs up does not stop it.
    let work = tokio::spawn(async move { registration::register(&services, &actor, &by(&caller, &request_id)).await });
    let done = work.await.map_err(|_| QueryError::WorkerCrashed)??;
    let told = format!("{} webhooks were made, {} mended.", done.created, done.repaired);
    let viewer = asking.person(Permission::Administer)?;
    let found = registration::look(&state.services, &viewer.actor()).await?;
    write(asking, &state, found, Some(told)).await
}

async fn write(asking: Asking, state: &State, found: Registration, told: Option<String>) -> Result<Response, Stop> {
    let html = asking.write(state, "Registration", || app::registration::page(found.into(), told)).await?;
    Ok(answer(html, false))
}
