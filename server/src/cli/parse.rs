//! Values of the command line that have rules of their own.

use domain::identity::{Role, Scope};

pub fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "expected admin, manager or rep".into())
}

pub fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| format!("expected one of {}", Scope::ALL.map(Scope::as_str).join(", ")))
}

/// A name for people: 1 to 200 characters, none of them a control character.
pub fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err("expected 1 to 200 characters without control characters".into())
    }
}

/// An IANA name.
pub fn timezone(text: &str) -> Result<String, String> {
    domain::calendar::zone(text)
        .map(|zone| zone.name().to_owned())
        .ok_or_else(|| "expected an IANA time zone such as Europe/London".into())
}

/// Three capital letters.
pub fn currency(text: &str) -> Result<String, String> {
    let good = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    if good { Ok(text.to_owned()) } else { Err("expected an ISO 4217 code such as GBP".into()) }
}
