//! The list of events. Everything that it shows follows from its address.

use domain::inbox::view::{EventFields, EventsView};
use domain::jobs::{AgainView, Rows};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::pager::Pages;
use crate::opportunities::changes_page::Days;
use crate::opportunities::filters::{Chips, Select};
use crate::opportunities::table::Table;
use crate::opportunities::views::Views;

pub fn page(view: EventsView) -> AnyView {
    let EventsView { states, fields, again, sheet, untouched, follows, turn, may_make } = view;
    if untouched {
        return view! { <div class="top"><h1>"Events"</h1></div> <Nothing may_make/> }.into_any();
    }
    let filtered = !sheet.chips.is_empty();
    // First the way to the question, then the question with its number.
    let (question, way): (Option<_>, Option<_>) = match again {
        Some(again) if again.asked => (Some(again), None),
        way => (None, way),
    };
    let rows = Rows { heads: sheet.heads, rows: sheet.rows };
    let found = match rows.rows.is_empty() {
        true => Either::Left(view! {
            <section class="card">
                <p class="empty">{if filtered { "Nothing fits these filters." } else { "Nothing is here." }}</p>
            </section>
        }),
        false => {
            Either::Right(view! { <div class="events"><Table name="events" heads=rows.heads rows=rows.rows/></div> })
        }
    };
    view! {
        <div class="top">
            <h1>"Events"</h1>
            <span class="fresh"><span class="dot"></span>{sheet.fresh}</span>
            <span class="grow"></span>
            {way.filter(|_| !follows).map(|again| view! { <a class="btn" href=again.href>{again.words}</a> })}
            {(!follows).then(|| view! { <a class="btn" href=turn.clone()>"Follow"</a> })}
        </div>
        <Views tabs=states/>
        {if follows { Either::Left(view! { <Following turn/> }) } else { Either::Right(view! { <Filters fields/> }) }}
        {question.map(|again| view! { <Question again/> })}
        <Chips chips=sheet.chips summary=sheet.summary/>
        {found}
        <Pages pager=sheet.pager/>
    }
    .into_any()
}

/// Instead of the form while the page is read again and again.
#[component]
fn Following(turn: String) -> impl IntoView {
    view! {
        <div class="notice info">
            <Icon name="sync"/>
            <p role="status">"This page is read again every 3 seconds."</p>
            <a class="btn" href=turn>"Stop, or narrow the list"</a>
        </div>
    }
}

#[component]
fn Nothing(may_make: bool) -> impl IntoView {
    let way = if may_make {
        Either::Left(view! {
            <p>"An endpoint is an address of yours that the other system posts to. Make one, and give it to Current RMS."</p>
            <a class="btn primary" href="/settings/endpoints">"To the endpoints"</a>
        })
    } else {
        Either::Right(view! { <p>"An admin makes an endpoint, an address that the other system posts to."</p> })
    };
    view! {
        <section class="card">
            <div class="empty">
                <Icon name="events"/>
                <strong>"Nothing has arrived yet"</strong>
                {way}
            </div>
        </section>
    }
}

#[component]
fn Filters(fields: EventFields) -> impl IntoView {
    let kept = fields.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <form class="filters" method="get" action="/events" role="search" aria-label="Events">
            <div class="filter-line">
                <label class="visually-hidden" for="filter-q">"Search"</label>
                <input class="field grow" id="filter-q" type="search" name="q" maxlength="200" value=fields.q placeholder="Search names and event ids"/>
                <label class="visually-hidden" for="filter-opportunity">"Opportunity"</label>
                <input class="field" id="filter-opportunity" name="opportunity" inputmode="numeric" maxlength="19" size="12" value=fields.opportunity placeholder="Opportunity id"/>
                <Select name="type" label="Action" none="Any action" choices=fields.kinds/>
                <Days word="Arrived" names=("from", "to") days=(fields.from, fields.to)/>
                <button class="btn primary">"Search"</button>
            </div>
            {kept.collect_view()}
        </form>
    }
}

/// Whether all of the list are to be replayed.
#[component]
fn Question(again: AgainView) -> impl IntoView {
    let AgainView { words, href, filter, .. } = again;
    let some = !filter.is_empty();
    let pairs = filter.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <section class="notice warn" id="again" aria-label="Replay">
            <p>{words}</p>
            <form class="actions" method="post" action="/events/replay">
                {pairs.collect_view()}
                {some.then(|| view! { <button class="btn primary">"Replay"</button> })}
                <a class="btn" href=href>{if some { "Leave them" } else { "Back" }}</a>
            </form>
        </section>
    }
}
