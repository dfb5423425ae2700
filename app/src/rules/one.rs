//! The page of one rule: its form, a try on the past, what it did, and what ends it.

use domain::dashboard::Tone;
use domain::jobs::Rows;
use domain::rules::view::{FiringsView, RuleLine};
use leptos::prelude::*;

use super::PATH;
use super::editor::{Entered, editor};
use crate::components::badge::Badge;
use crate::components::pager::Pages;
use crate::jobs::page::Or;
use crate::opportunities::changes_page::Days;
use crate::settings::area::Tabs;
use crate::settings::forms::Sure;
use crate::settings::told::{Notice, Told};

/// What the page shows.
pub struct OneView {
    pub line: RuleLine,
    /// For who may change it.
    pub entered: Option<Entered>,
    /// None for a rule that is not about events.
    pub tried: Option<Tried>,
    pub firings: FiringsView,
    /// Whether its messages are signed.
    pub signs: bool,
    /// What the form before led to: a sentence, and a new secret, which is on no other page.
    pub told: Option<(String, Option<String>)>,
}

/// The form of a dry run, and what it found if it was asked.
pub struct Tried {
    pub from: String,
    pub to: String,
    pub found: Option<(String, Rows)>,
}

pub fn one(view: OneView) -> AnyView {
    let OneView { line, entered, tried, firings, signs, told } = view;
    let (tone, word) = if line.enabled { (Tone::Ok, "On") } else { (Tone::Info, "Off") };
    let (id, name, admin) = (line.id, line.name.clone(), entered.is_some());
    let here = format!("{PATH}/{id}");
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=PATH>"Rules"</a></nav>
        <div class="top"><h1>{line.name}</h1><Badge tone word/></div>
        <Tabs here=PATH admin/>
        {told.map(|(text, secret)| view! { <Notice told=Told { text, secret }/> })}
        <div class="stack">
            <section class="card" aria-labelledby="said-title">
                <header><h2 id="said-title">"In a sentence"</h2></header>
                <p>{format!("{} → {}", line.when, line.what)}</p>
                <p class="basis">{line.facts.join(" · ")}</p>
            </section>
            {tried.map(|tried| view! { <Past tried here=here.clone()/> })}
            <History firings/>
            {entered.map(|entered| editor(entered, here, "Save"))}
            {admin.then(|| view! { <Ends id name signs/> })}
        </div>
    }
    .into_any()
}

/// Which past events would have fired it.
#[component]
fn Past(tried: Tried, here: String) -> impl IntoView {
    let Tried { from, to, found } = tried;
    let found = found.map(|(words, rows)| {
        view! {
            <p role="status">{words}</p>
            <Or rows name="events that would fire" none="None of these events would fire it."/>
        }
    });
    view! {
        <section class="card" aria-labelledby="past-title">
            <header><h2 id="past-title">"Try it on the past"</h2></header>
            <p class="basis">"Looks at events that have been followed up, with their opportunities as they are now. Nothing is done."</p>
            <form class="filters" method="get" action=here>
                <input type="hidden" name="try" value="1"/>
                <div class="filter-line">
                    <Days word="Arrived" names=("from", "to") days=(from, to)/>
                    <button class="btn">"Try it"</button>
                </div>
            </form>
            {found}
        </section>
    }
}

#[component]
fn History(firings: FiringsView) -> impl IntoView {
    let FiringsView { rows, pager, turn, troubled } = firings;
    let (word, none) = if troubled {
        ("Show all", "Nothing went wrong.")
    } else {
        ("Show only what went wrong", "It has not fired yet.")
    };
    view! {
        <section aria-labelledby="history-title">
            <div class="top">
                <h2 class="section" id="history-title">"What it did"</h2>
                <span class="grow"></span>
                <a class="btn" href=turn>{word}</a>
            </div>
            <Or rows name="what it did" none/>
            <Pages pager/>
        </section>
    }
}

#[component]
fn Ends(id: i64, name: String, signs: bool) -> impl IntoView {
    let fields = || vec![("id", id.to_string())];
    let of = format!("of {name}");
    let secret = signs.then(|| {
        view! {
            <p class="basis">"A new signing secret is shown once. The one before signs along for a day, so that receivers can learn the new one."</p>
            <Sure action="/settings/rules/secret" word="Make a new signing secret" about=of fields=fields()/>
        }
    });
    view! {
        <section class="card" aria-labelledby="ends-title">
            <header><h2 id="ends-title">"Secret and end"</h2></header>
            {secret}
            <p class="basis">"What a removed rule still had to do is cancelled. Its history goes with it."</p>
            <Sure action="/settings/rules/remove" word="Remove the rule" about=name fields=fields()/>
        </section>
    }
}
