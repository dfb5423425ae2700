//! The page of the queue. Everything that it shows follows from its address, so it works as plain links and plain forms.

use domain::jobs::{AgainView, JobFields, JobsView, Rows};
use domain::live::Topic;
use leptos::context::Provider;
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::api::{RetryJobs, jobs};
use super::hours::Charts;
use super::schedule::Schedule;
use crate::components::pager::Pages;
use crate::components::refusal::{Refused, use_refusal, without_refusal};
use crate::components::signed_in::SignedIn;
use crate::dashboard::cards::Cards;
use crate::identity::viewer::whoami;
use crate::live::use_live;
use crate::opportunities::changes_page::Days;
use crate::opportunities::filters::{Chips, Select};
use crate::opportunities::listing::{Unreadable, reading};
use crate::opportunities::table::Table;
use crate::opportunities::views::Views;
use crate::settings::forms::Before;
use crate::settings::told::{Said, read_note};
use crate::wire;

#[component]
pub fn JobsPage() -> impl IntoView {
    // A form that was refused comes back with the refusal in the address; it is no filter.
    let location = use_location();
    let refusal = use_refusal();
    let search = Memo::new(move |_| without_refusal(&location.search.get()));
    let who = wire::ask_first(whoami);
    let note = wire::ask_first(read_note);
    let list = wire::ask(move || search.get(), jobs);
    // What is being typed into the form of a schedule stays.
    let typing = move || search.with_untracked(|search| search.contains("schedule="));
    use_live(
        &[Topic::Jobs],
        Callback::new(move |()| {
            if !typing() {
                list.refetch()
            }
        }),
    );
    view! {
        <Title text="Jobs"/>
        <SignedIn who let:_viewer>
            <Transition fallback=|| reading("Jobs")>
                {move || {
                    let refusal = refusal.get();
                    Suspend::new(async move {
                        let said = Said::of(note.await);
                        match list.await {
                            Ok(view) => Either::Left(view! {
                                <Provider value=Before { refusal: refusal.clone(), typed: said.typed.clone() }>
                                    {refusal.map(|refusal| view! { <Refused refusal/> })}
                                    {said.notice()}
                                    <Screen view/>
                                </Provider>
                            }),
                            Err(error) => Either::Right(view! { <Unreadable title="Jobs" path="/jobs" error/> }),
                        }
                    })
                }}
            </Transition>
        </SignedIn>
    }
}

#[component]
fn Screen(view: JobsView) -> impl IntoView {
    let JobsView { cards, charts, states, fields, again, sheet, schedules, schedule, workers } = view;
    let none = if sheet.chips.is_empty() { "No job yet." } else { "Nothing fits these filters." };
    view! {
        <div class="top">
            <h1>"Jobs"</h1>
            <span class="fresh"><span class="dot"></span>{sheet.fresh}</span>
        </div>
        <Cards cards/>
        <Charts charts/>
        <div class="stack below">
            <div>
                <Views tabs=states/>
                <Filters fields/>
                {again.map(|again| view! { <Again again/> })}
                <Chips chips=sheet.chips summary=sheet.summary/>
                <Or rows=Rows { heads: sheet.heads, rows: sheet.rows } name="jobs" none/>
                <Pages pager=sheet.pager/>
            </div>
            <div>
                <h2 class="section">"Schedules"</h2>
                <Or rows=schedules name="schedules" none="No schedule."/>
                {schedule.map(|schedule| view! { <Schedule schedule/> })}
            </div>
            <div>
                <h2 class="section">"Workers alive"</h2>
                <Or rows=workers name="workers" none="No worker is alive: jobs wait until one starts, or until /api/jobs/process is called."/>
            </div>
        </div>
    }
}

/// A table, or a sentence where there is nothing.
#[component]
pub fn Or(rows: Rows, name: &'static str, none: &'static str) -> impl IntoView {
    if rows.rows.is_empty() {
        return Either::Left(view! { <section class="card"><p class="empty">{none}</p></section> });
    }
    Either::Right(view! { <Table name heads=rows.heads rows=rows.rows/> })
}

#[component]
fn Filters(fields: JobFields) -> impl IntoView {
    let kept = fields.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <form class="filters" method="get" action="/jobs" role="search" aria-label="Jobs">
            <div class="filter-line">
                <Select name="type" label="Type" none="Any type" choices=fields.kinds/>
                <Days word="Created" names=("from", "to") days=(fields.from, fields.to)/>
                <button class="btn primary">"Apply"</button>
            </div>
            {kept.collect_view()}
        </form>
    }
}

/// First the way to the question, then the question with its number.
#[component]
fn Again(again: AgainView) -> impl IntoView {
    let AgainView { words, href, filter, asked } = again;
    if !asked {
        return Either::Left(view! { <p><a class="btn" href=href>{words}</a></p> });
    }
    let some = !filter.is_empty();
    let pairs = filter.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    Either::Right(view! {
        <section class="notice warn" id="again" aria-label="Try again">
            <p>{words}</p>
            <form class="actions" method="post" action=RetryJobs::PATH>
                {pairs.collect_view()}
                {some.then(|| view! { <button class="btn primary">"Try again"</button> })}
                <a class="btn" href=href>{if some { "Leave them" } else { "Back" }}</a>
            </form>
        </section>
    })
}
