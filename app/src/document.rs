//! The HTML document around every page.

use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::components::icon::Sprite;
use crate::components::theme;
use crate::routes::App;

/// The HTML document. Nothing but the stylesheet holds up its first paint: the WASM is compiled when that is done.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = use_context::<Parts>().and_then(|parts| theme::chosen(&parts.headers));
    view! {
        <!DOCTYPE html>
        <html lang="en" translate="no" data-theme=theme>
            <head>
                <Head options=options.clone()/>
                <HydrationScripts options defer=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                <Tail/>
            </body>
        </html>
    }
}

/// What stands in the head of every document.
#[component]
pub fn Head(options: LeptosOptions) -> impl IntoView {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <HashedStylesheet options id="style"/>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
    }
}

/// What menus do, on every page: with its WASM, before it, and without any.
const SCRIPT: &str = concat!(include_str!("components/menu.js"), include_str!("components/theme.js"));

/// What stands behind the content of every document: nothing that a first paint waits for.
#[component]
pub fn Tail() -> impl IntoView {
    view! {
        <Sprite/>
        <script nonce=use_nonce()>{SCRIPT}</script>
    }
}
