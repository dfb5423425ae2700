//! The formula as JSON, both ways.

use leptos::prelude::*;

use super::{EditorView, error};
use crate::metrics::inputs::{About, Button, hidden, lines};

/// What stands in the field of JSON.
#[derive(Debug, Clone, Default)]
pub struct JsonView {
    pub text: String,
    /// The fingerprint of what the host put there: another text was typed.
    pub was: String,
    pub edited: bool,
    /// Where it is wrong, in words.
    pub wrong: Vec<String>,
}

pub fn card(of: &EditorView) -> AnyView {
    let json = &of.json;
    let rows = json.text.lines().count().clamp(6, 24);
    let about = About {
        described: Some("json-error json-hint".into()),
        wrong: !json.wrong.is_empty(),
        focus: of.focuses("json"),
        ..About::default()
    };
    let wrong = json.wrong.iter().map(|words| view! { <li>{words.clone()}</li> }).collect_view();
    let hint = if json.edited {
        "This text was changed: the inputs follow with “Use this JSON”, and saving takes it."
    } else {
        "The same formula as text. Change it here, and the inputs above follow."
    };
    view! {
        <details class="card json" id="json-card" open=json.edited>
            <summary><h2>"JSON"</h2></summary>
            <div data-part="json" class="form wide">
                <div class="form-row">
                    <label for="json">"The formula"</label>
                    {lines("json", &json.text, rows, about)}
                    <p class="hint" id="json-hint">{hint}</p>
                    <ul class="errors" id="json-error">{wrong}</ul>
                    {error(of, "json", "json")}
                </div>
                {hidden("json_was", json.was.clone())}
            </div>
            <div class="quick">{Button::new("json", "btn", "Use this JSON").view()}</div>
        </details>
    }
    .into_any()
}
