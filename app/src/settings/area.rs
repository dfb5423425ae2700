//! The frame of every page of settings: head, the way to the other pages, what the last form led to.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::error::ServerFnUrlError;

use super::told::{Notice, Told, read_told};
use crate::AppError;
use crate::components::failure::Failure;
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::{Viewer, whoami};

/// Address, name, whether it is an admin's.
const PAGES: [(&str, &str, bool); 4] = [
    ("/settings/account", "Account", false),
    ("/settings/people", "People", true),
    ("/settings/keys", "API keys", true),
    ("/settings/connection", "Connection", true),
];

/// What every page of settings asks for, made before its Suspense: in one order on both sides.
#[derive(Clone, Copy)]
pub struct Around {
    who: Resource<Result<Viewer, AppError>>,
    told: Resource<Result<Option<Told>, AppError>>,
}

impl Around {
    pub fn new() -> Around {
        Around {
            who: Resource::new_blocking(|| (), |()| whoami()),
            told: Resource::new_blocking(|| (), |()| read_told()),
        }
    }
}

/// The page at `here`: `content` is what it shows once `data` is there.
#[component]
pub fn Area<T, V>(
    here: &'static str,
    around: Around,
    data: Resource<Result<T, AppError>>,
    content: fn(T) -> V,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    // Read from the address of now, not from that of the first page: going to another tab leaves it behind.
    let query = use_query_map();
    let refusal =
        move || query.with(|query| query.get("__err")).map(|text| ServerFnUrlError::<AppError>::decode_err(&text));
    view! {
        <SignedIn who=around.who let:viewer>
            <div class="top"><h1>"Settings"</h1></div>
            <Tabs here admin=viewer.role == "admin"/>
            <Suspense fallback=|| ()>
                {move || {
                    let refusal = refusal();
                    Suspend::new(async move {
                        let told = around.told.await.ok().flatten();
                        let content = data.await.map(content);
                        view! {
                            {told.map(|told| view! { <Notice told/> })}
                            {refusal.map(|error| view! { <div class="notice bad" role="alert"><p>{error.to_string()}</p></div> })}
                            {match content {
                                Ok(content) => Either::Left(view! { <div class="stack">{content}</div> }),
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
fn Tabs(here: &'static str, admin: bool) -> impl IntoView {
    let links = PAGES.into_iter().filter(|(_, _, for_admins)| admin || !for_admins).map(|(address, name, _)| {
        view! { <a href=address aria-current=(address == here).then_some("page")>{name}</a> }
    });
    view! { <nav class="tabs" aria-label="Settings">{links.collect_view()}</nav> }
}
