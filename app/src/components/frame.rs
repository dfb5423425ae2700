//! The frame of a signed-in page: skip link, sidebar, menu of tenant and person, main part.

use leptos::prelude::*;

use super::icon::Icon;
use super::theme::ThemeChoices;
use crate::identity::viewer::Viewer;
use crate::live::LiveNotice;

#[component]
pub fn Frame(viewer: Viewer, children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <div class="shell">
            <nav class="side" aria-label="Main">
                <a class="brand" href="/"><span class="mark" aria-hidden="true">"B"</span>"Backline"</a>
                <a class="nav" href="/" aria-current="page"><Icon name="dashboard"/>"Dashboard"</a>
                <div class="foot">
                    <PersonMenu viewer/>
                </div>
            </nav>
            <main id="main" tabindex="-1">
                <LiveNotice/>
                {children()}
            </main>
        </div>
    }
}

#[component]
fn PersonMenu(viewer: Viewer) -> impl IntoView {
    view! {
        <details class="menu">
            <summary class="nav">
                <Icon name="person"/>
                <span class="line">{viewer.tenant.name}</span>
                <Icon name="chevron"/>
            </summary>
            <div class="items">
                <p class="basis">
                    {viewer.name}
                    <br/>
                    {format!("{} · {}", viewer.email, viewer.role)}
                </p>
                <hr/>
                <ThemeChoices/>
                <hr/>
                <form method="post" action="/sign-out">
                    <button><Icon name="sign-out"/>"Sign out"</button>
                </form>
            </div>
        </details>
    }
}
