//! The page of what changed, newest first.

use domain::opportunities::{ChangeFields, ChangedRow, ChangesView};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::changes;
use super::changes::Difference;
use super::filters::{Chips, Select};
use crate::components::badge::Badge;
use crate::components::listing::{ListHead, Listing};
use crate::components::pager::Pages;
use crate::identity::viewer::whoami;

#[component]
pub fn ChangesPage() -> impl IntoView {
    let search = use_location().search;
    let who = Resource::new_blocking(|| (), |()| whoami());
    let list = Resource::new(move || search.get(), changes);
    let show = Callback::new(|list: ChangesView| view! { <List list/> }.into_any());
    view! { <Listing title="Changes" path="/changes" who list show/> }
}

#[component]
fn List(list: ChangesView) -> impl IntoView {
    let ChangesView { fields, chips, rows, summary, pager, csv, fresh } = list;
    let filtered = !chips.is_empty();
    view! {
        <ListHead title="Changes" fresh csv/>
        <Filters fields/>
        <Chips chips summary/>
        {if rows.is_empty() {
            Either::Left(view! {
                <section class="card"><p class="empty">
                    {if filtered { "No change fits these filters." } else { "No change is known yet." }}
                </p></section>
            })
        } else {
            Either::Right(view! { <Table rows/> })
        }}
        <Pages pager/>
    }
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
fn Days(word: &'static str, names: (&'static str, &'static str), days: (String, String)) -> impl IntoView {
    view! {
        <fieldset class="days">
            <legend class="visually-hidden">{word}</legend>
            <label>{word} " from " <input class="field" type="date" name=names.0 value=days.0/></label>
            <label>"to " <input class="field" type="date" name=names.1 value=days.1/></label>
        </fieldset>
    }
}

#[component]
fn Table(rows: Vec<ChangedRow>) -> impl IntoView {
    let row = |row: ChangedRow| {
        let title = row.opportunity.clone();
        let customer = row.customer.clone();
        view! {
            <tr>
                <td class="dim">{row.line.when}</td>
                <td title=title><a href=format!("/opportunities/{}", row.opportunity_id)>{row.opportunity}</a></td>
                <td class="dim" title=customer>{row.customer}</td>
                <td><Badge tone=row.line.tone word=row.line.what/></td>
                <td class="dim">{row.line.source}</td>
                <td class="wrap"><Difference fields=row.line.fields/></td>
            </tr>
        }
    };
    view! {
        <section class="card">
            <div class="scroll" role="region" aria-label="Table of changes" tabindex="0">
                <table class="list">
                    <thead><tr>
                        <th scope="col">"When"</th><th scope="col">"Opportunity"</th><th scope="col">"Customer"</th>
                        <th scope="col">"What"</th><th scope="col">"Learned from"</th><th scope="col">"Before and after"</th>
                    </tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
