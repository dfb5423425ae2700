//! The host's half: who reads, and errors.

use domain::Services;
use domain::db::DbError;
use domain::identity::{Caller, Principal};
use domain::notifications::NotificationError;
use domain::notifications::view_build::Reader;
use http::StatusCode;

use crate::AppError;
use crate::host::{invalid, is_plain_form, set_status};

/// The person who asks; keys have no notifications.
pub fn reader<'a>(caller: &'a Caller, services: &Services) -> Result<Reader<'a>, AppError> {
    match &caller.principal {
        Principal::Person { id, role, .. } => Ok(Reader {
            person: *id,
            role: *role,
            timezone: &caller.tenant_view.timezone,
            mail: services.mailer.is_some(),
        }),
        Principal::Key { .. } => {
            set_status(StatusCode::FORBIDDEN);
            Err(AppError::Forbidden)
        }
    }
}

/// A form came from the page, and its refusals do not stay in the address.
pub fn back() {
    if is_plain_form() {
        leptos_axum::redirect("/notifications");
    }
}

impl From<NotificationError> for AppError {
    fn from(error: NotificationError) -> Self {
        match error {
            NotificationError::Fault(fault) => invalid(&fault.field, &fault.reason),
            NotificationError::Db(error) => DbError::from(error).into(),
            NotificationError::Seal(_) => {
                set_status(StatusCode::INTERNAL_SERVER_ERROR);
                AppError::Internal { request: crate::host::request_id().unwrap_or_default() }
            }
        }
    }
}
