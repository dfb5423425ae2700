//! Light, dark, or as the system has it. `theme.js` reads the choice before the first paint of the next page.

use leptos::prelude::*;

const CHOICES: [(&str, &str, &str); 3] =
    [("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "As the system", "monitor")];

#[component]
pub fn ThemeChoices() -> impl IntoView {
    CHOICES
        .into_iter()
        .map(|(theme, label, icon)| {
            view! {
                <button type="button" on:click=move |_| choose(theme)>
                    <super::icon::Icon name=icon/>
                    {label}
                </button>
            }
        })
        .collect_view()
}

/// Applies a theme now and keeps it in this browser.
fn choose(theme: &str) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        // A browser that keeps nothing still shows it until the next page.
        let _ = storage.set_item("theme", theme);
    }
    if let Some(root) = document().document_element() {
        let _ = if theme == "system" {
            root.remove_attribute("data-theme")
        } else {
            root.set_attribute("data-theme", theme)
        };
    }
}
