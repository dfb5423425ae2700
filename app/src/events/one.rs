//! The page of one event.

use domain::dashboard::Tone;
use domain::inbox::view::{EventFact, EventView};
use domain::opportunities::Cell;
use leptos::either::Either;
use leptos::prelude::*;

use super::payload::Bytes;
use crate::components::badge::Badge;
use crate::components::icon::Icon;
use crate::jobs::page::Or;

/// `follows` says that the browser reads the page again by itself; `replayed` that somebody has just made this replay.
pub fn one(event: EventView, follows: bool, replayed: bool) -> AnyView {
    let EventView { id, title, state, tone, facts, timeline, payload, may_read, raw, replay, outcome, waits } = event;
    let told = outcome.filter(|_| replayed).map(|(tone, words)| view! { <Told tone words/> });
    let href = format!("/events/{id}");
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href="/events">"Events"</a></nav>
        <div class="top">
            <h1>{title}</h1>
            <Badge tone word=state/>
            <span class="grow"></span>
            {replay.map(|action| view! { <form method="post" action=action><button class="btn primary">"Replay"</button></form> })}
        </div>
        {told}
        {waits.then(|| view! { <Waits follows href/> })}
        <div class="grid below">
            <section class="card s5" aria-labelledby="facts-title">
                <header><h2 id="facts-title">"Facts"</h2></header>
                <dl class="facts">{facts.into_iter().map(fact).collect_view()}</dl>
            </section>
            <section class="card s7" aria-labelledby="payload-title">
                <header>
                    <h2 id="payload-title">"Payload"</h2>
                    {raw.map(|(href, size)| view! {
                        <span class="basis">{size}</span>
                        <span class="grow"></span>
                        <a class="btn" href=href download="">"The bytes"</a>
                    })}
                </header>
                <Bytes payload may_read/>
            </section>
            <div class="s12">
                <h2 class="section">"What happened to it"</h2>
                <Or rows=timeline name="what happened" none="Nothing is known of how it came."/>
            </div>
        </div>
    }
    .into_any()
}

fn fact(fact: EventFact) -> impl IntoView {
    let said = |cell: Cell| {
        let text = match cell.href {
            Some(href) => Either::Left(view! { <a class="link" href=href>{cell.text}</a> }),
            None => Either::Right(cell.text),
        };
        view! { <div>{text}{cell.note.map(|note| view! { " " <span class="basis">{note}</span> })}</div> }
    };
    view! { <dt>{fact.label}</dt> <dd>{fact.said.into_iter().map(said).collect_view()}</dd> }
}

/// What came of a replay.
#[component]
fn Told(tone: Tone, words: String) -> impl IntoView {
    let class = match tone {
        Tone::Ok => "notice ok",
        Tone::Info => "notice info",
        Tone::Warn => "notice warn",
        Tone::Bad => "notice bad",
    };
    let end = if words.ends_with('.') { "" } else { "." };
    view! { <div class=class role="status"><p>{words}{end}</p></div> }
}

#[component]
fn Waits(follows: bool, href: String) -> impl IntoView {
    let (words, word, href) = if follows {
        (
            "Its follow-up is to come. This page is read again every 3 seconds until it is done.",
            "Stop reading it again",
            href + "?still=1",
        )
    } else {
        ("Its follow-up is to come. This page is not read again by itself.", "Look again", href)
    };
    view! {
        <div class="notice info">
            <Icon name="sync"/>
            <p role="status">{words}</p>
            <a class="btn" href=href>{word}</a>
        </div>
    }
}
