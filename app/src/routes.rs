//! All pages and their routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::components::toast::{ToastRegion, Toasts};
use crate::dashboard::page::DashboardPage;
use crate::identity::sign_in::SignInPage;
use crate::jobs::one_page::JobPage;
use crate::jobs::page::JobsPage;
use crate::live::Live;
use crate::not_found::NotFound;
use crate::notifications::page::NotificationsPage;
use crate::opportunities::changes_page::ChangesPage;
use crate::opportunities::detail::OpportunityPage;
use crate::opportunities::page::OpportunitiesPage;
use crate::settings::{AccountPage, ConnectionPage, KeysPage, PeoplePage};
use crate::sync::failures_page::FailuresPage;

/// All pages. Each arrives whole (`SsrMode::Async`): it can be read and used before the WASM is there, and without it.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(Toasts::new());
    provide_context(Live::new());
    // Says that the page has been taken over: what only works with WASM works from now on.
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-ready", "");
        }
    });
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Backline".to_owned() } else { format!("{page} · Backline") }/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=DashboardPage ssr=SsrMode::Async/>
                <Route path=path!("/opportunities") view=OpportunitiesPage ssr=SsrMode::Async/>
                <Route path=path!("/opportunities/:id") view=OpportunityPage ssr=SsrMode::Async/>
                <Route path=path!("/changes") view=ChangesPage ssr=SsrMode::Async/>
                <Route path=path!("/jobs") view=JobsPage ssr=SsrMode::Async/>
                <Route path=path!("/jobs/:id") view=JobPage ssr=SsrMode::Async/>
                <Route path=path!("/failures") view=FailuresPage ssr=SsrMode::Async/>
                <Route path=path!("/notifications") view=NotificationsPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/account") view=AccountPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/people") view=PeoplePage ssr=SsrMode::Async/>
                <Route path=path!("/settings/keys") view=KeysPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/connection") view=ConnectionPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
        <ToastRegion/>
    }
}
