//! The page of reports: have a list written to a file, take those that are there. It comes whole from the host ([`crate::plain`]).

use domain::opportunities::Choice;
use domain::reports::{Narrowed, ReportForm, ReportLine, ReportsView};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::components::icon::Icon;
use crate::components::progress::Progress;

/// `follows` says that the browser reads the page again by itself: then nothing is on it that somebody could be typing into.
pub fn page(view: ReportsView, follows: bool) -> AnyView {
    let ReportsView { form, reports, under_way } = view;
    let ask = form.map(|form| if follows { Either::Left(Another()) } else { Either::Right(view! { <Ask form/> }) });
    let files = if reports.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="reports"/>
                <strong>"No file yet"</strong>
                <p>"A list that is written to a file stays here for seven days, for everybody who may read the mirror."</p>
            </div>
        })
    } else {
        Either::Right(view! { <ul class="files">{reports.into_iter().map(line).collect_view()}</ul> })
    };
    view! {
        <div class="top"><h1>"Reports"</h1></div>
        <div class="stack">
            {ask}
            <section class="card" aria-labelledby="files-title">
                <header>
                    <h2 id="files-title">"Files"</h2>
                    <span class="grow"></span>
                    {(under_way && !follows).then(|| view! { <a class="btn" href="/reports">"Look again"</a> })}
                </header>
                {files}
            </section>
        </div>
    }
    .into_any()
}

/// Instead of the form while the page is read again and again.
#[component]
fn Another() -> impl IntoView {
    view! {
        <div class="notice info">
            <Icon name="sync"/>
            <p role="status">"A file is being made. This page is read again every 3 seconds until it is there."</p>
            <a class="btn" href="/reports?still=1">"Stop, or ask for another one"</a>
        </div>
    }
}

#[component]
fn Ask(form: ReportForm) -> impl IntoView {
    let ReportForm { narrowed, lists, formats } = form;
    let list = match narrowed {
        Some(narrowed) => Either::Left(view! { <Which narrowed/> }),
        None => Either::Right(view! {
            <Select name="list" label="List" choices=lists/>
            <p class="hint">
                "All rows are written. For some of them, open "
                <a class="link" href="/opportunities">"Opportunities"</a>", "
                <a class="link" href="/changes">"Changes"</a>" or "
                <a class="link" href="/failures">"Failed records"</a>
                ", narrow the list there, and press Excel."
            </p>
        }),
    };
    view! {
        <section class="card" aria-labelledby="ask-title">
            <header><h2 id="ask-title">"New file"</h2></header>
            <form class="form" method="post" action="/reports">
                {list}
                <Select name="format" label="Format" choices=formats/>
                <div class="form-foot"><button class="btn primary">"Make the file"</button></div>
            </form>
        </section>
    }
}

/// The list that somebody came from, with its filters in words.
#[component]
fn Which(narrowed: Narrowed) -> impl IntoView {
    let Narrowed { list, query, filters, href } = narrowed;
    let all = filters.is_empty();
    let chips = filters.into_iter().map(|chip| view! { <li class="chip">{chip.label}" "<b>{chip.value}</b></li> });
    view! {
        <input type="hidden" name="list" value=list.as_str()/>
        <input type="hidden" name="query" value=query/>
        <dl class="facts">
            <dt>"List"</dt>
            <dd>{list.word()}</dd>
            <dt>"Rows"</dt>
            <dd>{if all { Either::Left("All of them") } else { Either::Right(view! { <ul class="chips">{chips.collect_view()}</ul> }) }}</dd>
        </dl>
        <p class="hint">
            "In the order and with the columns of the list. "
            <a class="link" href=href>"Back to the list to change this"</a>
        </p>
    }
}

#[component]
fn Select(name: &'static str, label: &'static str, choices: Vec<Choice>) -> impl IntoView {
    let option = |choice: Choice| view! { <option value=choice.value selected=choice.chosen>{choice.label}</option> };
    view! {
        <div class="form-row">
            <label for=name>{label}</label>
            <select class="field" id=name name=name>{choices.into_iter().map(option).collect_view()}</select>
        </div>
    }
}

fn line(report: ReportLine) -> AnyView {
    let ReportLine { id, list, format, filters, state, tone, file, facts, progress, error } = report;
    let (name, size) = file.clone().unzip();
    let take = file.map(|(name, _)| {
        view! {
            <a class="btn" href=format!("/api/reports/{id}/file") download=name.clone()>
                "Download"<span class="visually-hidden">{format!(" {name}")}</span>
            </a>
        }
    });
    let label = format!("{list}, {format}");
    view! {
        <li>
            <div class="grow">
                <p class="line"><strong>{list}</strong><span class="dim">{format}{size.map(|size| format!(", {size}"))}</span><Badge tone word=state/></p>
                {(!filters.is_empty()).then(|| view! { <p>{filters}</p> })}
                <p class="basis">{name.into_iter().chain(facts).collect::<Vec<_>>().join(" · ")}</p>
                {progress.map(|progress| view! { <Progress label done=progress.done total=progress.total words=progress.words/> })}
                {error.map(|error| view! { <p class="error">{error}</p> })}
            </div>
            {take}
        </li>
    }
    .into_any()
}
