//! What the forms of settings have in common: a form that was refused comes back as it was, with the reason at its field.

use leptos::context::Provider;
use leptos::prelude::*;

use super::told::Typed;
use crate::AppError;
use crate::components::icon::Icon;
use crate::components::refusal::{Refusal, capital};

/// The form that was refused before this page, if one was, and what was typed into it; in context.
#[derive(Debug, Clone, Default)]
pub struct Before {
    pub refusal: Option<Refusal>,
    pub typed: Typed,
}

/// The same for the fields of one form.
#[derive(Debug, Clone, Default)]
struct Own(Before);

impl Own {
    fn typed(&self, field: &str) -> Option<String> {
        self.0.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
    }

    fn reason(&self, field: &str) -> Option<String> {
        match &self.0.refusal.as_ref()?.error {
            AppError::Invalid { field: wrong, reason } if wrong == field => Some(format!("{}.", capital(reason))),
            _ => None,
        }
    }
}

/// A form that posts to a server function.
#[component]
pub fn Form(action: &'static str, children: Children) -> impl IntoView {
    let before = use_context::<Before>().unwrap_or_default();
    let own = before.refusal.as_ref().is_some_and(|refusal| refusal.form == action);
    let own = Own(if own { before } else { Before::default() });
    view! {
        <Provider value=own>
            <form class="form" method="post" action=action>{children()}</form>
        </Provider>
    }
}

/// Whether this value was ticked in the form that was refused; none when no form was.
pub fn ticked(field: &str, value: &str) -> Option<bool> {
    let Own(before) = use_context::<Own>()?;
    before.refusal?;
    Some(before.typed.iter().any(|(name, typed)| name == field && typed == value))
}

/// Whether what was typed into a field was refused.
pub fn is_refused(field: &str) -> bool {
    use_context::<Own>().is_some_and(|own| own.reason(field).is_some())
}

/// Why what was typed into a field was refused; it describes the field as `{id}-error`.
#[component]
pub fn Reason(name: &'static str, #[prop(default = name)] id: &'static str) -> impl IntoView {
    let reason = use_context::<Own>().and_then(|own| own.reason(name));
    reason.map(|reason| view! { <p class="error" id=format!("{id}-error")>{reason}</p> })
}

/// What describes a field: the reason of its refusal first, then its hint.
fn descriptions(id: &str, refused: bool, hinted: bool) -> Option<String> {
    let mut ids = Vec::new();
    if refused {
        ids.push(format!("{id}-error"));
    }
    if hinted {
        ids.push(format!("{id}-hint"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// A labelled text field. What was typed comes back, but a password.
#[component]
pub fn TextField(
    name: &'static str,
    /// Where two forms of a page have a field of this name.
    #[prop(default = name)]
    id: &'static str,
    label: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "200")] maxlength: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let own = use_context::<Own>().unwrap_or_default();
    let refused = is_refused(name);
    let hinted = !hint.is_empty();
    view! {
        <div class="form-row">
            <label for=id>{label}</label>
            <input
                class="field"
                id=id
                name=name
                type=kind
                value=own.typed(name).unwrap_or(value)
                autocomplete=autocomplete
                maxlength=maxlength
                required=required
                aria-invalid=refused.then_some("true")
                autofocus=refused
                aria-describedby=descriptions(id, refused, hinted)
            />
            <Reason name id/>
            {hinted.then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
        </div>
    }
}

/// A labelled choice of one; `options` are values with their words.
#[component]
pub fn Choice(
    name: &'static str,
    label: &'static str,
    options: Vec<(&'static str, &'static str)>,
    chosen: &'static str,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let own = use_context::<Own>().unwrap_or_default();
    let chosen = own.typed(name).unwrap_or_else(|| chosen.to_owned());
    let refused = is_refused(name);
    let hinted = !hint.is_empty();
    let option = |(value, word): (&'static str, &'static str)| view! { <option value=value selected=value == chosen>{word}</option> };
    view! {
        <div class="form-row">
            <label for=name>{label}</label>
            <select class="field" id=name name=name aria-invalid=refused.then_some("true") aria-describedby=descriptions(name, refused, hinted)>
                {options.into_iter().map(option).collect_view()}
            </select>
            <Reason name/>
            {hinted.then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
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
