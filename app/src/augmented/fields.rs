//! Forms of the host's pages: one that was refused comes back as it was, with the reason at its field.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::components::refusal::capital;

/// A form that was refused.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    /// Which of the page.
    pub form: String,
    /// What was typed, by field.
    pub typed: BTreeMap<String, String>,
    /// The field that is wrong; none where it is no field of a form.
    pub field: Option<String>,
    pub reason: String,
}

impl Refused {
    /// What stands above the page.
    pub fn notice(&self) -> AnyView {
        let named = self.field.as_deref().map(|field| format!("{}: ", words(field)));
        let said = match named {
            Some(named) => format!("{named}{}.", self.reason),
            None => format!("{}.", capital(&self.reason)),
        };
        view! { <div class="notice bad" role="alert"><p><strong>"Nothing was changed."</strong>{said}</p></div> }
            .into_any()
    }
}

/// One form of a page, which may be the one that was refused.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    form: &'a str,
    refused: Option<&'a Refused>,
}

/// What a field is beside its name.
#[derive(Clone, Copy, Default)]
pub struct About {
    pub label: &'static str,
    pub hint: &'static str,
    pub maxlength: &'static str,
    pub required: bool,
    /// "number" or "text"; nothing is text.
    pub kind: &'static str,
    /// The id of a list of suggestions.
    pub list: &'static str,
}

impl<'a> Own<'a> {
    pub fn of(form: &'a str, refused: Option<&'a Refused>) -> Own<'a> {
        Own { form, refused: refused.filter(|refused| refused.form == form) }
    }

    /// Whether this is the form that was refused.
    pub fn is_refused(self) -> bool {
        self.refused.is_some()
    }

    fn id(self, name: &str) -> String {
        format!("{}-{name}", self.form)
    }

    /// What was typed into a field; empty when this is not the form that was refused.
    pub fn typed(self, name: &str) -> String {
        self.value(name, "")
    }

    /// Whether a box was ticked.
    pub fn ticked(self, name: &str) -> bool {
        self.refused.is_some_and(|refused| refused.typed.contains_key(name))
    }

    fn value(self, name: &str, current: &str) -> String {
        let typed = self.refused.and_then(|refused| refused.typed.get(name));
        typed.map_or_else(|| current.to_owned(), Clone::clone)
    }

    fn reason(self, name: &str) -> Option<String> {
        let refused = self.refused.filter(|refused| refused.field.as_deref() == Some(name))?;
        Some(format!("{}.", capital(&refused.reason)))
    }

    fn described(self, name: &str, about: About) -> Option<String> {
        let mut ids = Vec::new();
        if self.reason(name).is_some() {
            ids.push(format!("{}-error", self.id(name)));
        }
        if !about.hint.is_empty() {
            ids.push(format!("{}-hint", self.id(name)));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn row(self, name: &str, about: About, field: AnyView) -> AnyView {
        let id = self.id(name);
        let reason = self.reason(name).map(|reason| view! { <p class="error" id=format!("{id}-error")>{reason}</p> });
        let hint = (!about.hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{about.hint}</p> });
        view! { <div class="form-row"><label for=id>{about.label}</label>{field}{reason}{hint}</div> }.into_any()
    }

    /// A field of one line.
    pub fn line(self, name: &'static str, about: About, current: &str) -> AnyView {
        let wrong = self.reason(name).is_some();
        let or = |text: &'static str| (!text.is_empty()).then_some(text);
        let field = view! {
            <input
                class="field"
                id=self.id(name)
                name=name
                type=or(about.kind).unwrap_or("text")
                value=self.value(name, current)
                maxlength=or(about.maxlength)
                list=or(about.list)
                autocomplete="off"
                required=about.required
                autofocus=wrong
                aria-invalid=wrong.then_some("true")
                aria-describedby=self.described(name, about)
            />
        };
        self.row(name, about, field.into_any())
    }

    /// A field of several lines.
    pub fn lines(self, name: &'static str, about: About, current: &str) -> AnyView {
        let wrong = self.reason(name).is_some();
        let field = view! {
            <textarea
                class="field"
                id=self.id(name)
                name=name
                maxlength=(!about.maxlength.is_empty()).then_some(about.maxlength)
                required=about.required
                spellcheck="false"
                autofocus=wrong
                aria-invalid=wrong.then_some("true")
                aria-describedby=self.described(name, about)
            >
                {format!("\n{}", escaped(&self.value(name, current)))}
            </textarea>
        };
        self.row(name, about, field.into_any())
    }

    /// A choice of one; `options` are values with their words.
    pub fn choice(self, name: &'static str, about: About, options: Vec<(String, String)>, current: &str) -> AnyView {
        let (wrong, chosen) = (self.reason(name).is_some(), self.value(name, current));
        let option = |(value, word): (String, String)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{word}</option> }
        };
        let field = view! {
            <select
                class="field"
                id=self.id(name)
                name=name
                autofocus=wrong
                aria-invalid=wrong.then_some("true")
                aria-describedby=self.described(name, about)
            >
                {options.into_iter().map(option).collect_view()}
            </select>
        };
        self.row(name, about, field.into_any())
    }

    /// Which version the page was made of.
    pub fn version(self, version: i64) -> AnyView {
        view! { <input type="hidden" name="expectedVersion" value=version/> }.into_any()
    }
}

/// Leptos writes what stands in a textarea as it is. The line break before it is dropped by browsers.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// `riskNotes` → "Risk notes".
fn words(field: &str) -> String {
    let spaced = field.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
        text
    });
    capital(&spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_as_people_write_it() {
        assert_eq!(words("financialHealthScore"), "Financial health score");
        assert_eq!(words("uid"), "Uid");
    }
}
