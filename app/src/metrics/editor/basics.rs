//! Code, name, description, and the note of the version that is made.

use leptos::prelude::*;

use super::{EditorView, error};
use crate::metrics::inputs::{About, lines, text};

pub fn card(of: &EditorView) -> AnyView {
    let form = &of.form;
    let about = |part: &str| About {
        described: Some(format!("{part}-error")),
        wrong: of.is_wrong(part),
        focus: of.focuses(part),
        ..About::default()
    };
    let code = if of.editing.is_some() {
        view! { <input class="field mono" id="code" name="code" readonly value=form.code.clone() aria-describedby="code-hint"/> }.into_any()
    } else {
        let described = Some("code-error code-hint".to_owned());
        text("code", &form.code, "text", None, About { described, ..about("code") })
    };
    view! {
        <section class="card" aria-labelledby="basics-title">
            <header><h2 id="basics-title">"What it is called"</h2></header>
            <div class="form wide">
                <div class="form-row"><label for="name">"Name"</label>{text("name", &form.name, "text", None, about("name"))}{error(of, "name", "name")}</div>
                <div class="form-row">
                    <label for="code">"Code"</label>
                    {code}
                    {error(of, "code", "code")}
                    <p class="hint" id="code-hint">"By it everything else knows the metric: a–z, 0–9 and _. It never changes."</p>
                </div>
                <div class="form-row">
                    <label for="description">"Description"</label>
                    {lines("description", &form.description, 2, about("description"))}
                    {error(of, "description", "description")}
                </div>
                <div class="form-row">
                    <label for="note">"Note for this version"</label>
                    {text("note", &form.note, "text", None, about("note"))}
                    {error(of, "note", "note")}
                </div>
            </div>
        </section>
    }
    .into_any()
}
