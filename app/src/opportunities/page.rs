//! The page of the list. Everything that it shows follows from its address, so it works as plain links and a plain form.

use domain::live::Topic;
use domain::opportunities::ListView;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::api::opportunities;
use super::filters::Filters;
use super::listing::{Files, Rows, Unreadable, reading};
use super::views::{KeepView, Views};
use crate::components::kept::kept;
use crate::components::refusal::{Refused, use_refusal, without_refusal};
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::whoami;
use crate::live::use_live;
use crate::wire;

#[component]
pub fn OpportunitiesPage() -> impl IntoView {
    // A form that was refused comes back with the refusal in the address; it is no filter.
    let location = use_location();
    let refusal = use_refusal();
    let search = Memo::new(move |_| without_refusal(&location.search.get()));
    let who = wire::ask_first(whoami);
    let list = wire::ask(move || search.get(), opportunities);
    use_live(&[Topic::Opportunities], Callback::new(move |()| list.refetch()));
    view! {
        <Title text="Opportunities"/>
        <SignedIn who let:_viewer>
            {move || refusal.get().map(|refusal| view! { <Refused refusal/> })}
            <Transition fallback=|| reading("Opportunities")>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(list) => Either::Left(view! { <List list/> }),
                        Err(error) => Either::Right(view! { <Unreadable title="Opportunities" path="/opportunities" error/> }),
                    }
                })}
            </Transition>
        </SignedIn>
    }
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
            {kept((sheet.csv.clone(), sheet.xlsx.clone()), |(csv, xlsx)| view! { <Files csv xlsx/> }.into_any())}
            {kept((search, current), |(search, current)| view! { <KeepView search current/> }.into_any())}
        </div>
        {kept(tabs, |tabs| view! { <Views tabs/> }.into_any())}
        {kept(fields, |fields| view! { <Filters fields/> }.into_any())}
        <Rows name="opportunities" none="Nothing is mirrored yet. An initial sync on the dashboard brings everything." sheet/>
    }
}
