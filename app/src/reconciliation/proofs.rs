//! The proofs of the mirror, and what one comparison found.

use domain::dashboard::Tone;
use domain::reconciliation::view::{ProofView, RunView};
use leptos::either::Either;
use leptos::prelude::*;

use super::rows;
use crate::components::chart::Bars;
use crate::components::pager::Pages;
use crate::settings::forms::Sure;

fn notice(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "notice ok",
        Tone::Warn => "notice warn",
        Tone::Bad => "notice bad",
        Tone::Info => "notice info",
    }
}

#[component]
pub fn Proof(proof: ProofView) -> impl IntoView {
    let ProofView { tone, words, under_way, may_run, bars, newest, heads, runs } = proof;
    let drift = (!bars.is_empty()).then(|| view! { <Drift bars newest/> });
    let found = match runs.is_empty() {
        true => Either::Left(
            view! { <section class="card"><p class="empty">"No comparison yet. One is made every night at three."</p></section> },
        ),
        false => Either::Right(rows("comparisons", heads, runs)),
    };
    view! {
        <div class=notice(tone)>
            <p class="grow" role="status"><strong>{words}</strong></p>
            {if under_way {
                Either::Left(view! { <p>"A comparison is under way; this page is read again every 3 seconds."</p> })
            } else {
                Either::Right(may_run.then(|| view! {
                    <form method="post" action="/reconciliation/mirror"><button class="btn primary">"Compare now"</button></form>
                }))
            }}
        </div>
        {drift}
        {found}
    }
}

/// Differences run by run; the table below has the numbers. A phone shows the newest alone, and nothing to be scrolled.
#[component]
fn Drift(bars: String, newest: String) -> impl IntoView {
    let label = "Bars of the records that differed in each comparison; the table below has the numbers";
    let key = |(n, word): (usize, &'static str)| {
        view! { <span class="key"><span class=format!("swatch swatch-{n}")></span>{word}</span> }
    };
    view! {
        <section class="card" aria-labelledby="drift-title">
            <header><h2 id="drift-title">"Drift"</h2><span class="basis">"records that differed, by comparison"</span></header>
            <figure class="chart">
                <p class="keys">{[(1, "Altered"), (2, "Missing"), (3, "Gone")].map(key).into_iter().collect_view()}</p>
                <div class="plot roomy"><Bars svg=bars label/></div>
                <div class="plot narrow"><Bars svg=newest label/></div>
            </figure>
        </section>
    }
}

/// `told` is what the form before led to.
pub fn run(view: RunView, told: Option<String>) -> AnyView {
    let RunView { id, words, tone, error, under_way, open, heads, items, pager } = view;
    let action = "/reconciliation/mirror/repair";
    let repair = (open > 0).then(|| {
        let (what, them) = if open == 1 { ("1 record".to_owned(), "it") } else { (format!("{open} records"), "them") };
        view! {
            <p class="basis">{format!("{what} can be repaired: what Current RMS has is written over what the mirror has, or {them} marked as gone.")}</p>
            <Sure action word="Repair" about=what.clone() fields=vec![("id", id.to_string())]/>
        }
    });
    let found = match items.is_empty() {
        true => Either::Left(view! { <section class="card"><p class="empty">"Nothing is listed."</p></section> }),
        false => Either::Right(rows("differences", heads, items)),
    };
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href="/reconciliation">"Reconciliation"</a></nav>
        <div class="top"><h1>{format!("Comparison {id}")}</h1></div>
        {told.map(|told| view! { <div class="notice ok" role="status"><p>{told}</p></div> })}
        <div class=notice(tone)>
            <div class="grow">
                <p role="status"><strong>{words}</strong></p>
                {error.map(|error| view! { <p>{error}</p> })}
                {under_way.then(|| view! { <p>"This page is read again every 3 seconds."</p> })}
                {repair}
            </div>
        </div>
        {found}
        <Pages pager/>
    }
    .into_any()
}
