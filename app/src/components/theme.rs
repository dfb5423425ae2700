//! Light, dark, or as the system has it: kept in the cookie `theme`, which `theme.js` writes and the host reads, so that every
//! page comes in its theme and needs no script for it.

use leptos::prelude::*;

const CHOICES: [(&str, &str, &str); 3] =
    [("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "As the system", "monitor")];

/// The theme that a request's browser chose, as the root element has it; none follows the system.
#[cfg(feature = "ssr")]
pub fn chosen(headers: &http::HeaderMap) -> Option<&'static str> {
    let kept = crate::cookie::value(headers, "theme")?;
    ["light", "dark"].into_iter().find(|theme| *theme == kept)
}

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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::chosen;

    #[test]
    fn a_page_is_light_or_dark_and_anything_else_follows_the_system() {
        let of = |cookie| chosen(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))]));
        assert_eq!(of("theme=dark"), Some("dark"));
        assert_eq!(of("a=b; theme=light"), Some("light"));
        assert_eq!((of("theme=system"), of("theme=\"><script>"), of("a=b")), (None, None, None));
    }
}
