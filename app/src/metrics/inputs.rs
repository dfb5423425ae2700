//! Inputs whose names are paths.

use leptos::prelude::*;

/// A value with its words.
pub(crate) type Choice = (String, String);

/// What an input needs beside its value.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// For those who hear the page, where no label stands beside it.
    pub label: Option<String>,
    pub described: Option<String>,
    pub wrong: bool,
    pub focus: bool,
    /// A choice that changes which other inputs there are.
    pub step: Option<String>,
    pub title: Option<String>,
}

impl About {
    pub fn label(label: impl Into<String>) -> About {
        About { label: Some(label.into()), ..About::default() }
    }
}

/// A value that no option has is kept, as one that is not known.
pub(crate) fn select(
    name: &str,
    chosen: &str,
    options: Vec<Choice>,
    empty: Option<&'static str>,
    about: About,
) -> AnyView {
    let strange = (!chosen.is_empty() && options.iter().all(|(value, _)| value != chosen)).then(|| chosen.to_owned());
    let chosen = chosen.to_owned();
    let option = |(value, word): Choice| view! { <option value=value.clone() selected=value == chosen>{word}</option> };
    view! {
        <select
            class="field"
            id=name.to_owned()
            name=name.to_owned()
            aria-label=about.label
            aria-describedby=about.described
            aria-invalid=about.wrong.then_some("true")
            data-focus=about.focus.then_some("")
            autofocus=about.focus
            data-step=about.step
            title=about.title
        >
            {empty.map(|word| view! { <option value="">{word}</option> })}
            {strange.map(|value| view! { <option value=value.clone() selected=true>{format!("{value} (not known)")}</option> })}
            {options.into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}

/// One line of text. `kind` is the input's type, `mode` its keyboard.
pub(crate) fn text(name: &str, value: &str, kind: &'static str, mode: Option<&'static str>, about: About) -> AnyView {
    view! {
        <input
            class="field"
            id=name.to_owned()
            name=name.to_owned()
            type=kind
            value=value.to_owned()
            inputmode=mode
            autocomplete="off"
            maxlength="1000"
            aria-label=about.label
            aria-describedby=about.described
            aria-invalid=about.wrong.then_some("true")
            data-focus=about.focus.then_some("")
            autofocus=about.focus
            title=about.title
        />
    }
    .into_any()
}

pub(crate) fn lines(name: &str, value: &str, rows: usize, about: About) -> AnyView {
    view! {
        <textarea
            class="field"
            id=name.to_owned()
            name=name.to_owned()
            rows=rows
            spellcheck="false"
            autocomplete="off"
            aria-label=about.label
            aria-describedby=about.described
            aria-invalid=about.wrong.then_some("true")
            data-focus=about.focus.then_some("")
        >
            {format!("\n{}", escaped(value))}
        </textarea>
    }
    .into_any()
}

/// Leptos writes what stands in a textarea as it is. The line break before it is dropped by browsers.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

pub(crate) fn hidden(name: impl Into<String>, value: impl Into<String>) -> AnyView {
    let (name, value): (String, String) = (name.into(), value.into());
    view! { <input type="hidden" name=name value=value/> }.into_any()
}

/// A button that changes the form and saves nothing.
pub(crate) struct Button {
    pub step: String,
    pub class: &'static str,
    pub word: &'static str,
    /// For those who hear the page.
    pub label: Option<String>,
    pub id: Option<String>,
    pub focus: bool,
}

impl Button {
    pub fn new(step: impl Into<String>, class: &'static str, word: &'static str) -> Button {
        Button { step: step.into(), class, word, label: None, id: None, focus: false }
    }

    /// "Remove" and what it removes.
    pub fn remove(step: String, about: &str) -> Button {
        Button { label: Some(format!("Remove {about}")), ..Button::new(step, "btn quiet only-icon", "×") }
    }

    pub fn view(self) -> AnyView {
        let Button { step, class, word, label, id, focus } = self;
        view! {
            <button class=class id=id name="step" value=step data-step="" aria-label=label data-focus=focus.then_some("")>
                {word}
            </button>
        }
        .into_any()
    }
}
