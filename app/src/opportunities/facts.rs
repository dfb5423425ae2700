//! Names and values beside each other.

use domain::opportunities::{Fact, Stop};
use leptos::prelude::*;

#[component]
pub fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let fact = |fact: Fact| view! { <dt>{fact.label}</dt> <dd>{fact.value}</dd> };
    view! { <dl class="facts">{facts.into_iter().map(fact).collect_view()}</dl> }
}

/// The dates of a job from preparation to return; what is over says so in words too.
#[component]
pub fn DateLine(stops: Vec<Stop>) -> impl IntoView {
    let stop = |stop: Stop| {
        view! {
            <li class="stop" class:past=stop.past>
                <span class="stop-name">{stop.label}{stop.past.then_some(" · over")}</span>
                <span>{stop.when}</span>
            </li>
        }
    };
    view! { <ol class="date-line">{stops.into_iter().map(stop).collect_view()}</ol> }
}
