//! The frame of a signed-in page: skip link, sidebar, menu of tenant and person, main part.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::icon::Icon;
use super::theme::ThemeChoices;
use crate::identity::viewer::Viewer;
use crate::live::LiveNotice;
use crate::notifications::bell::Bell;

#[component]
pub fn Frame(viewer: Viewer, children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#main" rel="external">"Skip to the content"</a>
        <div class="shell">
            <nav class="side" aria-label="Main">
                <a class="brand" href="/"><span class="mark" aria-hidden="true">"B"</span>"Backline"</a>
                <Entry href="/" icon="dashboard" word="Dashboard"/>
                <Entry href="/opportunities" below=&["/opportunities"] icon="opportunities" word="Opportunities"/>
                <Entry href="/changes" below=&["/changes"] icon="changes" word="Changes"/>
                <Entry href="/events" below=&["/events"] icon="events" word="Events" rel="external"/>
                <Entry href="/reconciliation" below=&["/reconciliation"] icon="check" word="Reconciliation" rel="external"/>
                {(viewer.role != "rep").then(|| view! { <Entry href="/audit" below=&["/audit"] icon="info" word="Audit" rel="external"/> })}
                <Entry href="/reports" below=&["/reports"] icon="reports" word="Reports" rel="external"/>
                <Entry href="/jobs" below=&["/jobs"] icon="jobs" word="Jobs"/>
                <h2>"Define"</h2>
                <Entry href="/metrics/definitions" below=&["/metrics/"] icon="metrics" word="Metrics" rel="external"/>
                <Entry href="/settings/account" below=&["/settings", "/imports"] icon="settings" word="Settings"/>
                <div class="foot">
                    <Bell unread=viewer.unread/>
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

/// A page of the sidebar; it stands out while it, or a page below one of these addresses, is shown.
#[component]
fn Entry(
    href: &'static str,
    #[prop(optional)] below: &'static [&'static str],
    icon: &'static str,
    word: &'static str,
    /// "external" for a page that comes whole from the host.
    #[prop(optional)]
    rel: Option<&'static str>,
) -> impl IntoView {
    let path = use_location().pathname;
    let here = move || path.with(|path| path == href || below.iter().any(|below| path.starts_with(below)));
    view! { <a class="nav" href=href rel=rel aria-current=move || here().then_some("page")><Icon name=icon/>{word}</a> }
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
