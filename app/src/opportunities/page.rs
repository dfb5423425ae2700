//! The page of the list. Everything that it shows follows from its address, so it works as plain links and a plain form.

use domain::live::Topic;
use domain::opportunities::ListView;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};
use server_fn::error::ServerFnUrlError;

use super::api::opportunities;
use super::filters::{Chips, Filters};
use super::table::Table;
use super::views::{KeepView, Views};
use crate::AppError;
use crate::components::failure::Failure;
use crate::components::pager::Pages;
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::whoami;
use crate::live::use_live;

#[component]
pub fn OpportunitiesPage() -> impl IntoView {
    // A form that was refused comes back with the refusal in the address; it is no filter.
    let location = use_location();
    let refusal = use_refusal();
    let search = Memo::new(move |_| without_refusal(&location.search.get()));
    let who = Resource::new_blocking(|| (), |()| whoami());
    let list = Resource::new(move || search.get(), opportunities);
    use_live(&[Topic::Opportunities], Callback::new(move |()| list.refetch()));
    view! {
        <Title text="Opportunities"/>
        <SignedIn who let:_viewer>
            {move || refusal.get().map(|error| view! { <div class="notice bad" role="alert"><p>{error}</p></div> })}
            <Transition fallback=Skeleton>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(list) => Either::Left(view! { <List list/> }),
                        Err(error) => Either::Right(view! {
                            <div class="top"><h1>"Opportunities"</h1></div>
                            <Failure what="The list could not be read." error/>
                            <p><a class="btn" href="/opportunities">"All opportunities"</a></p>
                        }),
                    }
                })}
            </Transition>
        </SignedIn>
    }
}

/// What a plain form was refused with.
fn use_refusal() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| {
        let text = query.with(|query| query.get("__err"))?;
        Some(ServerFnUrlError::<AppError>::decode_err(&text).to_string())
    })
}

fn without_refusal(search: &str) -> String {
    let pairs = search.trim_start_matches('?').split('&');
    pairs.filter(|pair| !pair.starts_with("__")).collect::<Vec<_>>().join("&")
}

#[component]
fn List(list: ListView) -> impl IntoView {
    let ListView { tabs, search, fields, chips, heads, rows, summary, pager, csv, fresh, .. } = list;
    let filtered = !chips.is_empty();
    let current = tabs.iter().find(|tab| tab.on && tab.removable.is_some()).cloned();
    view! {
        <div class="top">
            <h1>"Opportunities"</h1>
            <span class="fresh"><span class="dot"></span>{fresh}</span>
            <span class="grow"></span>
            <a class="btn" href=csv rel="external" download="">"CSV"</a>
            <KeepView search current/>
        </div>
        <Views tabs/>
        <Filters fields/>
        <Chips chips summary/>
        {if rows.is_empty() {
            Either::Left(view! {
                <section class="card"><p class="empty">
                    {if filtered { "No opportunity fits these filters." } else { "Nothing is mirrored yet. An initial sync on the dashboard brings everything." }}
                </p></section>
            })
        } else {
            Either::Right(view! { <Table heads rows/> })
        }}
        <Pages pager/>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="top"><h1>"Opportunities"</h1></div>
        <div class="card" aria-hidden="true"><div class="skeleton text"></div><div class="skeleton plot"></div></div>
    }
}
