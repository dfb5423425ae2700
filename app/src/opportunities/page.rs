//! The page of the list. Everything that it shows follows from its address, so it works as plain links and a plain form.

use domain::live::Topic;
use domain::opportunities::ListView;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::api::opportunities;
use super::filters::{Chips, Filters};
use super::table::Table;
use super::views::{KeepView, Views};
use crate::components::failure::Failure;
use crate::components::refusal::{Refused, use_refusal, without_refusal};
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
            {move || refusal.get().map(|refusal| view! { <Refused refusal/> })}
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

#[component]
fn List(list: ListView) -> impl IntoView {
    let ListView { tabs, search, fields, chips, heads, rows, summary, place, previous, next, csv, fresh, .. } = list;
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
        <nav class="chips pager" aria-label="Pages">
            <span class="basis">{place}</span>
            <span class="grow"></span>
            <Turn href=previous word="Previous" rel="prev"/>
            <Turn href=next word="Next" rel="next"/>
        </nav>
    }
}

#[component]
fn Turn(href: Option<String>, word: &'static str, rel: &'static str) -> impl IntoView {
    match href {
        Some(href) => Either::Left(view! { <a class="btn" href=href rel=rel>{word}</a> }),
        None => Either::Right(view! { <span class="btn" role="link" aria-disabled="true">{word}</span> }),
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="top"><h1>"Opportunities"</h1></div>
        <div class="card" aria-hidden="true"><div class="skeleton text"></div><div class="skeleton plot"></div></div>
    }
}
