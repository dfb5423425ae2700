//! The list of rules, in the order in which they are evaluated.

use domain::dashboard::Tone;
use domain::rules::view::RuleLine;
use leptos::either::Either;
use leptos::prelude::*;

use super::PATH;
use crate::components::badge::Badge;
use crate::components::icon::Icon;
use crate::settings::area::Tabs;
use crate::settings::told::{Notice, Told};

pub fn page(rules: Vec<RuleLine>, may_change: bool, told: Option<&'static str>) -> AnyView {
    let lines = if rules.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="events"/>
                <strong>"No rule yet"</strong>
                <p>"A rule says what follows by itself: when, under which conditions, and what is to be done."</p>
            </div>
        })
    } else {
        let lines = rules.into_iter().map(|rule| line(rule, may_change)).collect_view();
        Either::Right(view! { <ol class="files">{lines}</ol> })
    };
    view! {
        <div class="top"><h1>"Settings"</h1></div>
        <Tabs here=PATH admin=may_change/>
        {told.map(|text| view! { <Notice told=Told::plain(text)/> })}
        <section class="card" aria-labelledby="rules-title">
            <header>
                <h2 id="rules-title">"Rules"</h2>
                <span class="grow"></span>
                {may_change.then(|| view! { <a class="btn primary" href="/settings/rules/new">"Make a rule"</a> })}
            </header>
            <p class="basis">"They are evaluated in this order. What a rule does causes nothing further."</p>
            {lines}
        </section>
    }
    .into_any()
}

fn line(rule: RuleLine, may_change: bool) -> impl IntoView {
    let RuleLine { id, name, enabled, when, what, facts, up, down } = rule;
    let (tone, word) = if enabled { (Tone::Ok, "On") } else { (Tone::Info, "Off") };
    let about = name.clone();
    view! {
        <li>
            <div class="grow">
                <p class="line"><a class="link" href=format!("{PATH}/{id}")>{name}</a><Badge tone word/></p>
                <p>{format!("{when} → {what}")}</p>
                <p class="basis">{facts.join(" · ")}</p>
            </div>
            {may_change.then(|| view! { <Controls id about enabled up down/> })}
        </li>
    }
}

#[component]
fn Controls(id: i64, about: String, enabled: bool, up: Option<i32>, down: Option<i32>) -> impl IntoView {
    let act = |word: &'static str, field: &'static str, value: String| {
        view! {
            <form method="post" action="/settings/rules/set">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name=field value=value/>
                <button class="btn">{word}<span class="visually-hidden">{format!(": {about}")}</span></button>
            </form>
        }
    };
    view! {
        <div class="inline ends">
            {up.map(|order| act("Up", "order", order.to_string()))}
            {down.map(|order| act("Down", "order", order.to_string()))}
            {if enabled { act("Turn off", "enabled", "false".into()) } else { act("Turn on", "enabled", "true".into()) }}
        </div>
    }
}
