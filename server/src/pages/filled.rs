//! A form as it was filled in, and the page that it comes back on when it is refused.

use std::collections::BTreeMap;

use app::augmented::fields::Refused;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use domain::augmented::WriteError;
use domain::params::Fault;
use domain::patch::Said;
use serde::Deserialize;
use serde_json::Value;

use super::Stop;

/// What came of reading a form.
pub type Sent = Result<Form<BTreeMap<String, String>>, FormRejection>;

/// What the form before led to, as the address of the page behind it has it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Done {
    pub done: String,
}

/// A form as it was filled in.
#[derive(Debug, Clone)]
pub struct Filled(BTreeMap<String, String>);

impl Filled {
    pub fn of(sent: Sent) -> Result<Filled, Stop> {
        sent.map(|Form(fields)| Filled(fields)).map_err(|_| Stop::invalid("The form could not be read."))
    }

    /// All fields.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// What was typed into a field; empty when there was none.
    pub fn text(&self, name: &str) -> String {
        // A browser ends lines as the web does.
        self.0.get(name).map(|text| text.replace("\r\n", "\n")).unwrap_or_default()
    }

    /// The same, where an empty field empties what it stands for.
    pub fn said(&self, name: &str) -> Said<String> {
        Some(self.text(name)).filter(|text| !text.trim().is_empty()).into()
    }

    /// The version that the page was made of.
    pub fn version(&self) -> Result<Option<i64>, Fault> {
        match self.0.get("expectedVersion") {
            Some(text) => text.parse().map(Some).map_err(|_| Fault::new("expectedVersion", "expected an integer")),
            None => Ok(None),
        }
    }

    /// An object in JSON.
    pub fn object(&self, name: &str) -> Result<Said<Value>, Fault> {
        let read = |text: String| serde_json::from_str(&text).map(Some);
        self.said(name).checked(|text| read(text).map_err(|_| Fault::new(name, "expected an object in JSON")))
    }

    /// An integer.
    pub fn integer(&self, name: &str, expected: &str) -> Result<Said<i64>, Fault> {
        let read = |text: String| text.trim().parse().map(Some);
        self.said(name).checked(|text| read(text).map_err(|_| Fault::new(name, expected)))
    }

    /// The form on its page again with the reason, or what stops the page altogether.
    pub fn refused(self, form: impl Into<String>, error: WriteError) -> Result<(StatusCode, Refused), Stop> {
        let (status, field, reason) = match error {
            WriteError::Db(error) => return Err(Stop::Broken(error)),
            WriteError::NotFound(_) => return Err(Stop::NotFound),
            WriteError::Invalid(Fault { field, reason }) => {
                let ours = self.0.contains_key(&field);
                (StatusCode::BAD_REQUEST, ours.then_some(field), reason)
            }
            WriteError::Changed { .. } => (StatusCode::CONFLICT, None, CHANGED.to_owned()),
            WriteError::Refused { message, .. } => (StatusCode::CONFLICT, None, message.to_owned()),
        };
        Ok((status, Refused { form: form.into(), typed: self.0, field, reason }))
    }
}

const CHANGED: &str = "somebody has changed it since this page was made. What you filled in is kept; sent again, it takes the \
    place of what is there now";
