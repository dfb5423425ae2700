//! The page of the records that cannot be mirrored.

use domain::sync::failures::FailuresView;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::failures;
use crate::identity::viewer::whoami;
use crate::opportunities::listing::Listing;
use crate::wire;

#[component]
pub fn FailuresPage() -> impl IntoView {
    let search = use_location().search;
    let who = wire::ask_first(whoami);
    let list = wire::ask(move || search.get(), failures);
    let split =
        |FailuresView { sheet, raw }| (sheet, About().into_any(), raw.map(|raw| view! { <Raw raw/> }).into_any());
    let none = "Every record that Current RMS has shown is mirrored.";
    view! { <Listing title="Failed records" name="failed records" path="/failures" none who list split/> }
}

#[component]
fn About() -> impl IntoView {
    view! {
        <p class="basis">
            "Records that Current RMS has and the mirror cannot hold. Those with an id are asked for again by every incremental sync, \
             the others by the next initial sync or sweep."
        </p>
    }
}

#[component]
fn Raw(raw: (String, String)) -> impl IntoView {
    view! {
        <section class="card" id="raw" aria-labelledby="raw-title">
            <header><h2 id="raw-title">"Record " {raw.0}</h2><span class="basis">"as Current RMS sent it"</span></header>
            <pre class="raw" tabindex="0" role="region" aria-label="Raw JSON"><code>{raw.1}</code></pre>
        </section>
    }
}
