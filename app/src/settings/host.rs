//! The host's half of settings: the note from a form to the page after it, and errors.
//!
//! The note is a cookie for one minute and one page, sealed for this person: what it holds is readable nowhere on its way.

use domain::Services;
use domain::audit::Source;
use domain::identity::{Caller, Change, IdentityError, PersonId};
use domain::sync::connection::ConnectionError;
use domain::sync::public_address::NotPublic;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::told::Told;
use crate::AppError;
use crate::host::{invalid, is_plain_form, set_status};

const NAME: &str = "backline-told";

/// A change by this caller from a screen.
pub fn change<'a>(caller: &'a Caller, request_id: Option<&'a str>) -> Change<'a> {
    Change { caller, source: Source::Screen, request_id }
}

/// Answers a change. A browser that posted a form gets the note on its way; a script that called gets it as the answer.
pub fn tell(caller: &Caller, services: &Services, told: Told) -> Result<Told, AppError> {
    if is_plain_form() {
        let text = serde_json::to_string(&told).unwrap_or_default();
        if let Ok(sealed) = services.sealer.seal(&text, &place(caller)) {
            let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
            set_cookie(&hex, 60);
        }
        // The body of a redirect is read by nobody.
        return Ok(Told { secret: None, ..told });
    }
    Ok(told)
}

/// The note of the form before this page; it is gone afterwards.
pub fn take_told(caller: &Caller, services: &Services) -> Option<Told> {
    let parts = use_context::<Parts>()?;
    let lines = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let hex =
        lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))?;
    set_cookie("", 0);
    let bytes: Option<Vec<u8>> = (0..hex.len() / 2)
        .map(|at| hex.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let text = services.sealer.open(&bytes?, &place(caller)).ok()?;
    serde_json::from_str(&text).ok()
}

fn place(caller: &Caller) -> String {
    let person = caller.person().map_or_else(String::new, |PersonId(id)| id.to_string());
    format!("{}/told/{person}", caller.tenant.0)
}

fn set_cookie(value: &str, life: u32) {
    let text = format!("{NAME}={value}; Path=/settings; HttpOnly; SameSite=Strict; Max-Age={life}");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&text)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
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
            return domain::db::DbError::from(error).into();
        }
        set_status(status);
        AppError::Conflict { code: code.into(), message: error.to_string() }
    }
}

impl From<ConnectionError> for AppError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Db(error) => domain::db::DbError::from(error).into(),
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

impl From<NotPublic> for AppError {
    fn from(error: NotPublic) -> Self {
        of_field("base_url", &error.to_string())
    }
}

/// The errors of the domain begin with the field's name for people.
fn of_field(field: &str, text: &str) -> AppError {
    invalid(field, text.split_once(": ").map_or(text, |(_, reason)| reason))
}
