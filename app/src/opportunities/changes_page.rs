//! The page of what changed, newest first.

use domain::opportunities::{ChangeFields, ChangesView};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::changes;
use super::filters::Select;
use super::listing::Listing;
use crate::identity::viewer::whoami;
use crate::wire;

#[component]
pub fn ChangesPage() -> impl IntoView {
    let search = use_location().search;
    let who = wire::ask_first(whoami);
    let list = wire::ask(move || search.get(), changes);
    let split = |ChangesView { fields, sheet }| (sheet, view! { <Filters fields/> }.into_any(), ().into_any());
    view! { <Listing title="Changes" name="changes" path="/changes" none="No change is known yet." who list split/> }
}

#[component]
fn Filters(fields: ChangeFields) -> impl IntoView {
    let kept = fields.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <form class="filters" method="get" action="/changes" role="search" aria-label="Changes">
            <div class="filter-line">
                <Select name="kind" label="What" none="Any change" choices=fields.kinds/>
                <Days word="Changed" names=("from", "to") days=(fields.from, fields.to)/>
                <Days word="Starts" names=("startsFrom", "startsTo") days=(fields.starts_from, fields.starts_to)/>
                <button class="btn primary">"Apply"</button>
            </div>
            {kept.collect_view()}
        </form>
    }
}

/// From one day to another.
#[component]
pub fn Days(word: &'static str, names: (&'static str, &'static str), days: (String, String)) -> impl IntoView {
    view! {
        <fieldset class="days">
            <legend class="visually-hidden">{word}</legend>
            <label>{word} " from " <input class="field" type="date" name=names.0 value=days.0/></label>
            <label>"to " <input class="field" type="date" name=names.1 value=days.1/></label>
        </fieldset>
    }
}
