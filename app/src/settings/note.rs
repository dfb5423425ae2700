//! The note from a form to the page after it: a cookie for one minute and one page, sealed for this person, so that what it
//! holds is readable nowhere on its way.

use domain::Services;
use domain::identity::{Caller, PersonId};
use http::request::Parts;
use http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::told::{Note, Told};
use crate::host::is_plain_form;
use crate::{AppError, cookie};

const NAME: &str = "backline-told";
/// What browsers keep of a cookie.
const LARGEST: usize = 3800;

/// Answers a change. A browser that posted a form gets the note on its way; a script that called gets it as the answer.
pub fn tell(caller: &Caller, services: &Services, told: Told) -> Result<Told, AppError> {
    if is_plain_form() {
        // The body of a redirect is read by nobody.
        let answer = Told { secret: None, ..told.clone() };
        put(caller, services, &Note::Told(told));
        return Ok(answer);
    }
    Ok(told)
}

/// The outcome of a form. When it is refused, what was typed comes back with its page; whoever calls names the fields, and
/// never that of a password or a key.
pub fn or_typed<T, E: Into<AppError>>(
    caller: &Caller,
    services: &Services,
    typed: &[(&str, &str)],
    outcome: Result<T, E>,
) -> Result<T, AppError> {
    if outcome.is_err() && is_plain_form() {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        put(caller, services, &Note::Typed(typed));
    }
    outcome.map_err(E::into)
}

fn put(caller: &Caller, services: &Services, note: &Note) {
    let text = serde_json::to_string(note).unwrap_or_default();
    if let Ok(sealed) = services.sealer.seal(&text, &place(caller)) {
        let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        // Longer than any form of ours allows: then it comes back empty.
        if hex.len() <= LARGEST {
            set_cookie(&hex, 60);
        }
    }
}

/// The note of the form before this page; it is gone afterwards.
pub fn take(caller: &Caller, services: &Services) -> Option<Note> {
    let parts = use_context::<Parts>()?;
    let hex = cookie::value(&parts.headers, NAME)?;
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
    let text = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={life}");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&text)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}
