//! The host's half of settings: changes in the caller's name, and errors.

use domain::Services;
use domain::audit::{Request, Source};
use domain::db::DbError;
use domain::identity::{Caller, IdentityError};
use domain::sync::connection::{self, ConnectionError, Credentials, Tested};
use domain::sync::public_address::NotPublic;
use domain::sync::start_over::StartOverError;
use http::StatusCode;

use crate::AppError;
use crate::host::{invalid, set_status};

pub use crate::host::change;

/// The same for what is asked of the synchronisation.
pub fn request<'a>(caller: &'a Caller, request_id: Option<&'a str>) -> Request<'a> {
    Request { by: caller.into(), source: Source::Screen, request_id }
}

/// Keeps credentials that a person typed; where screens may name public hosts only, the address must be one.
pub async fn set_connection(caller: &Caller, services: &Services, new: &Credentials<'_>) -> Result<(), AppError> {
    if !services.allow_private_targets {
        domain::sync::public_address::check(new.base_url).await?;
    }
    let id = crate::host::request_id();
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(DbError::from)?;
    connection::set(&mut tx, &services.sealer, new, &request(caller, id.as_deref())).await?;
    tx.commit().await.map_err(DbError::from)?;
    Ok(())
}

/// Tests the stored credentials, and writes down that it was done.
pub async fn test_connection(caller: &Caller, services: &Services) -> Result<Tested, AppError> {
    let id = crate::host::request_id();
    let tested = services.sync.test_connection(caller.tenant).await?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(DbError::from)?;
    let written = connection::record_test(&mut tx, &request(caller, id.as_deref()), &tested).await;
    written.map_err(DbError::from)?;
    tx.commit().await.map_err(DbError::from)?;
    Ok(tested)
}

impl From<IdentityError> for AppError {
    fn from(error: IdentityError) -> Self {
        let (status, code) = match &error {
            IdentityError::Invalid { field, reason } => return invalid(field, reason),
            IdentityError::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            IdentityError::Refused { code, .. } => (StatusCode::CONFLICT, *code),
            IdentityError::Throttled(_) => (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_ATTEMPTS"),
            IdentityError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
            IdentityError::Db(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        };
        if let IdentityError::Db(error) = error {
            return DbError::from(error).into();
        }
        set_status(status);
        AppError::Conflict { code: code.into(), message: error.to_string() }
    }
}

impl From<ConnectionError> for AppError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Db(error) => DbError::from(error).into(),
            ConnectionError::SubdomainFixed(_) => {
                set_status(StatusCode::CONFLICT);
                AppError::Conflict { code: "SUBDOMAIN_FIXED".into(), message: error.to_string() }
            }
            ConnectionError::Seal(_) => {
                set_status(StatusCode::INTERNAL_SERVER_ERROR);
                AppError::Internal { request: crate::host::request_id().unwrap_or_default() }
            }
            ConnectionError::BaseUrl(_) => of_field("base_url", &error.to_string()),
            ConnectionError::Subdomain => of_field("subdomain", &error.to_string()),
            ConnectionError::Token => of_field("token", &error.to_string()),
        }
    }
}

impl From<StartOverError> for AppError {
    fn from(error: StartOverError) -> Self {
        match error {
            StartOverError::Confirm(_) => of_field("confirm", &error.to_string()),
            StartOverError::Sync(error) => error.into(),
        }
    }
}

impl From<NotPublic> for AppError {
    fn from(error: NotPublic) -> Self {
        of_field("base_url", &error.to_string())
    }
}

/// The errors of the domain begin with the field's name for people.
fn of_field(field: &str, text: &str) -> AppError {
    invalid(field, text.split_once(": ").map_or(text, |(_, reason)| reason))
}
