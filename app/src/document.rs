//! The HTML document around every page.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::components::icon::Sprite;
use crate::routes::App;

/// Runs before the first paint, so that no theme flashes; in the document, since a request of its own would hold that up.
const THEME: &str = include_str!("../../public/theme.js");

/// The HTML document. Nothing but the stylesheet holds up its first paint: the WASM is compiled when that is done.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" translate="no">
            <head>
                <Head options=options.clone()/>
                <HydrationScripts options defer=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                <Sprite/>
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
        <script nonce=use_nonce()>{THEME}</script>
        <HashedStylesheet options id="style"/>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
    }
}
