//! A word on a coloured ground; the word says it, the colour repeats it.

use domain::dashboard::Tone;
use leptos::prelude::*;

/// The stylesheet's name for a tone.
pub const fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "badge b-ok",
        Tone::Warn => "badge b-warn",
        Tone::Bad => "badge b-bad",
        Tone::Info => "badge b-info",
    }
}

#[component]
pub fn Badge(tone: Tone, #[prop(into)] word: String) -> impl IntoView {
    view! { <span class=tone_class(tone)>{word}</span> }
}
