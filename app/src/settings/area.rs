//! The frame of every page of settings: head, the way to the other pages, what the last form led to.

use leptos::context::Provider;
use leptos::either::Either;
use leptos::prelude::*;

use super::forms::Before;
use super::told::{Note, Said, read_note};
use crate::components::failure::Failure;
use crate::components::refusal::{Refused, use_refusal};
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::{Viewer, whoami};
use crate::wire::{self, Answer};

/// Address, name, whether it is an admin's.
const PAGES: [(&str, &str, bool); 8] = [
    ("/settings/account", "Account", false),
    ("/settings/people", "People", true),
    ("/settings/keys", "API keys", true),
    ("/settings/connection", "Connection", true),
    ("/settings/endpoints", "Endpoints", true),
    ("/settings/rules", "Rules", true),
    ("/settings/workflows", "Workflows", true),
    ("/imports", "Import", true),
];

/// They come whole from the host.
const PLAIN: [&str; 4] = ["/settings/endpoints", "/settings/rules", "/settings/workflows", "/imports"];

/// What every page of settings asks for, made before its Suspense: in one order on both sides.
#[derive(Clone, Copy)]
pub struct Around {
    who: Answer<Viewer>,
    note: Answer<Option<Note>>,
}

impl Around {
    pub fn new() -> Around {
        Around { who: wire::ask_first(whoami), note: wire::ask_first(read_note) }
    }
}

/// The page at `here`: `content` is what it shows once `data` is there.
#[component]
pub fn Area<T, V>(here: &'static str, around: Around, data: Answer<T>, content: fn(T) -> V) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let refusal = use_refusal();
    view! {
        <SignedIn who=around.who let:viewer>
            <div class="top"><h1>"Settings"</h1></div>
            <Tabs here admin=viewer.role == "admin"/>
            <Suspense fallback=|| ()>
                {move || {
                    let refusal = refusal.get();
                    Suspend::new(async move {
                        let said = Said::of(around.note.await);
                        let data = data.await;
                        let before = Before { refusal: refusal.clone(), typed: said.typed.clone() };
                        view! {
                            {said.notice()}
                            {refusal.map(|refusal| view! { <Refused refusal/> })}
                            {match data {
                                Ok(data) => Either::Left(view! {
                                    <Provider value=before><div class="stack">{content(data)}</div></Provider>
                                }),
                                Err(error) => Either::Right(view! { <Failure what="This page could not be read." error/> }),
                            }}
                        }
                    })
                }}
            </Suspense>
        </SignedIn>
    }
}

#[component]
pub fn Tabs(here: &'static str, admin: bool) -> impl IntoView {
    let links = PAGES.into_iter().filter(|(_, _, for_admins)| admin || !for_admins).map(|(address, name, _)| {
        let rel = PLAIN.contains(&address).then_some("external");
        view! { <a href=address rel=rel aria-current=(address == here).then_some("page")>{name}</a> }
    });
    view! { <nav class="tabs" aria-label="Settings">{links.collect_view()}</nav> }
}
