//! The head of the dashboard: how old the numbers are, and the dates that they are narrowed to. A plain form makes the address,
//! and keeps the dates for the person.

use domain::dashboard::Quick;
use leptos::prelude::*;

use crate::components::kept::kept;

#[component]
pub fn Head(from: String, to: String, quick: Vec<Quick>, fresh: String) -> impl IntoView {
    view! {
        <div class="top">
            <h1>"Dashboard"</h1>
            <span class="fresh"><span class="dot"></span>{fresh}</span>
            <span class="grow"></span>
            {kept((from, to, quick), |(from, to, quick)| view! { <Dates from to quick/> }.into_any())}
        </div>
    }
}

#[component]
fn Dates(from: String, to: String, quick: Vec<Quick>) -> impl IntoView {
    let narrowed = !from.is_empty() || !to.is_empty();
    view! {
        // Asked of the host, which keeps the dates.
        <nav class="quick" aria-label="Dates at one click">
            {quick
                .into_iter()
                .map(|choice| view! { <a class="chip" class:on=choice.on aria-current=choice.on.then_some("true") href=choice.href rel="external">{choice.name}</a> })
                .collect_view()}
        </nav>
        <form class="range" method="get" action="/" aria-label="Dates">
            <label>"Starts from " <input class="field" type="date" name="from" value=from/></label>
            <label>"to " <input class="field" type="date" name="to" value=to/></label>
            <input type="hidden" name="keep" value="1"/>
            <button class="btn">"Show"</button>
            // Asked of the host, which forgets the dates.
            {narrowed.then(|| view! { <a class="btn quiet" href="/?dates=all" rel="external">"All dates"</a> })}
        </form>
    }
}
