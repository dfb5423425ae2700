//! A page that is not there.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::host::set_status(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found"/>
        <main class="auth" id="main">
            <div class="card">
                <h1>"Nothing here"</h1>
                <p class="basis">"This address leads to no page of Backline."</p>
                <p><a class="btn" href="/">"To the dashboard"</a></p>
            </div>
        </main>
    }
}
