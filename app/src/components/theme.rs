//! Light, dark, or as the system has it. `theme.js` takes the choice, on pages without WASM too, and reads it before the first
//! paint of the next page.

use leptos::prelude::*;

const CHOICES: [(&str, &str, &str); 3] =
    [("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "As the system", "monitor")];

#[component]
pub fn ThemeChoices() -> impl IntoView {
    CHOICES
        .into_iter()
        .map(|(theme, label, icon)| {
            view! {
                <button type="button" data-choose=theme>
                    <super::icon::Icon name=icon/>
                    {label}
                </button>
            }
        })
        .collect_view()
}
