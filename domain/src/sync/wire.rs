//! The documented shapes of the source's answers, and nothing more than is needed of them.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A list answer. Records stay raw: one bad record never spoils a page.
#[derive(Debug, Deserialize)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub opportunities: Vec<&'a RawValue>,
    pub meta: Meta,
}

/// What the source says of a list. `total_row_count` ends a scan, never the number of rows.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Meta {
    pub total_row_count: i64,
    #[serde(default)]
    pub per_page: Option<i64>,
}

/// A single record.
#[derive(Debug, Deserialize)]
pub struct Show<'a> {
    #[serde(borrow)]
    pub opportunity: &'a RawValue,
}

/// The message of an error answer, when it has the documented shape; at most 300 characters of it.
pub fn error_message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let text = match serde_json::from_slice::<Errors>(body) {
        Ok(Errors { errors }) => errors.join(", "),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let clean: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    if clean.trim_start().starts_with('<') { "an HTML page".into() } else { clean }
}
