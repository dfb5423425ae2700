//! Icons from a sprite that the host puts at the end of each document: no byte of them is in the WASM, and none is asked for.

use leptos::prelude::*;

/// 20 x 20, in the colour of the text.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" width="20" height="20" aria-hidden="true">
            <use href=format!("#icon-{name}")></use>
        </svg>
    }
}

/// What the icons of a document refer to; behind everything that is hydrated.
#[cfg(feature = "ssr")]
#[component]
pub fn Sprite() -> impl IntoView {
    view! { <div id="sprite" hidden inner_html=include_str!("icons.svg")></div> }
}
