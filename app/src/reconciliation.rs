//! The pages of the reconciliation: the proofs of the mirror, what a run found, the lists beside the mirror. They come whole from
//! the host ([`crate::plain`]).

use domain::dashboard::Tone;
use domain::opportunities::{Cell, Head, Sheet};
use domain::reconciliation::view::{ProofView, ReconciliationView, RunView, ShownList};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::chart::Bars;
use crate::components::pager::Pages;
use crate::opportunities::filters::Chips;
use crate::opportunities::table::Table;
use crate::opportunities::views::Views;
use crate::settings::forms::Sure;

pub fn page(view: ReconciliationView) -> AnyView {
    let content = match view.shown {
        ShownList::Mirror(proof) => Either::Left(view! { <Proof proof/> }),
        ShownList::List(sheet) => Either::Right(view! { <List sheet/> }),
    };
    view! {
        <div class="top"><h1>"Reconciliation"</h1></div>
        <Views tabs=view.tabs/>
        {content}
    }
    .into_any()
}

fn notice(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "notice ok",
        Tone::Warn => "notice warn",
        Tone::Bad => "notice bad",
        Tone::Info => "notice info",
    }
}

#[component]
fn Proof(proof: ProofView) -> impl IntoView {
    let ProofView { tone, words, under_way, may_run, bars, heads, runs } = proof;
    let drift = (!bars.is_empty()).then(|| view! { <Drift bars/> });
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

/// Differences run by run; the table below has the numbers.
#[component]
fn Drift(bars: String) -> impl IntoView {
    let key = |(n, word): (usize, &'static str)| {
        view! { <span class="key"><span class=format!("swatch swatch-{n}")></span>{word}</span> }
    };
    view! {
        <section class="card" aria-labelledby="drift-title">
            <header><h2 id="drift-title">"Drift"</h2><span class="basis">"records that differed, by comparison"</span></header>
            <figure class="chart">
                <p class="keys">{[(1, "Altered"), (2, "Missing"), (3, "Gone")].map(key).into_iter().collect_view()}</p>
                <div class="plot columns" tabindex="0" role="region" aria-label="Chart of the differences by comparison">
                    <Bars svg=bars label="Bars of the records that differed in each comparison; the table below has the numbers"/>
                </div>
            </figure>
        </section>
    }
}

fn rows(name: &'static str, heads: Vec<Head>, rows: Vec<Vec<Cell>>) -> impl IntoView {
    view! { <div class="proofs"><Table name heads rows/></div> }
}

#[component]
fn List(sheet: Sheet) -> impl IntoView {
    let found = match sheet.rows.is_empty() {
        true => Either::Left(view! { <section class="card"><p class="empty">"Nothing is missing here."</p></section> }),
        false => Either::Right(rows("opportunities", sheet.heads, sheet.rows)),
    };
    view! {
        <div class="top">
            <span class="fresh"><span class="dot"></span>{sheet.fresh}</span>
            <span class="grow"></span>
            <a class="btn" href=sheet.csv download="">"CSV"</a>
        </div>
        <Chips chips=sheet.chips summary=sheet.summary/>
        {found}
        <Pages pager=sheet.pager/>
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
