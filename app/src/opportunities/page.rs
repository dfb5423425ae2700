//! The page of the list. Everything that it shows follows from its address, so it works as plain links and a plain form.

use domain::live::Topic;
use domain::opportunities::ListView;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};
use server_fn::error::ServerFnUrlError;

use super::api::opportunities;
use super::filters::Filters;
use super::listing::{Refused, Rows, reading};
use super::views::{KeepView, Views};
use crate::AppError;
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
            <Transition fallback=|| reading("Opportunities")>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(list) => Either::Left(view! { <List list/> }),
                        Err(error) => Either::Right(view! { <Refused title="Opportunities" path="/opportunities" error/> }),
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
    let ListView { tabs, search, fields, sheet } = list;
    let current = tabs.iter().find(|tab| tab.on && tab.removable.is_some()).cloned();
    view! {
        <div class="top">
            <h1>"Opportunities"</h1>
            <span class="fresh"><span class="dot"></span>{sheet.fresh.clone()}</span>
            <span class="grow"></span>
            <a class="btn" href=sheet.csv.clone() rel="external" download="">"CSV"</a>
            <KeepView search current/>
        </div>
        <Views tabs/>
        <Filters fields/>
        <Rows name="opportunities" none="Nothing is mirrored yet. An initial sync on the dashboard brings everything." sheet/>
    }
}
