//! What the forms of settings have in common.

use leptos::prelude::*;

use crate::components::icon::Icon;

/// A labelled text field.
#[component]
pub fn TextField(
    name: &'static str,
    label: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "200")] maxlength: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let described = (!hint.is_empty()).then(|| format!("{name}-hint"));
    view! {
        <div class="form-row">
            <label for=name>{label}</label>
            <input
                class="field"
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                maxlength=maxlength
                required=required
                aria-describedby=described.clone()
            />
            {described.map(|id| view! { <p class="hint" id=id>{hint}</p> })}
        </div>
    }
}

/// A button that asks once more before it does something that ends somebody's work. Without WASM too: a disclosure.
#[component]
pub fn Sure(
    action: &'static str,
    word: &'static str,
    /// Who or what it is about, for those who hear the page.
    about: String,
    fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <details class="sure">
            <summary class="btn danger">{word}<span class="visually-hidden">{format!(" {about}")}</span></summary>
            <form method="post" action=action>
                {fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <button class="btn danger primary"><Icon name="warning"/>"Yes, "{word.to_lowercase()}</button>
            </form>
        </details>
    }
}
