//! The pages of imports, step by step: a file, its columns, what a look at every row found, and then all of it or nothing. They
//! come whole from the host ([`crate::plain`]).

use domain::imports::{FieldView, Found, ImportLine, ImportView, Target};
use domain::jobs::Rows;
use domain::opportunities::Choice;
use leptos::either::{Either, EitherOf6};
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::components::icon::Icon;
use crate::components::progress::Progress;
use crate::opportunities::table::Table;
use crate::settings::area::Tabs;

const STEPS: [&str; 4] = ["File", "Columns", "Check", "Take"];

/// All imports, and the form of a new one.
pub fn page(imports: Vec<ImportLine>) -> AnyView {
    let lines = if imports.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="reports"/>
                <strong>"Nothing was brought yet"</strong>
                <p>"A file that is brought stays here for seven days, with what was found in it."</p>
            </div>
        })
    } else {
        Either::Right(view! { <ul class="files">{imports.into_iter().map(line).collect_view()}</ul> })
    };
    view! {
        <div class="top"><h1>"Settings"</h1></div>
        <Tabs here="/imports" admin=true/>
        <div class="stack">
            <Steps at=1/>
            <section class="card" aria-labelledby="bring-title">
                <header><h2 id="bring-title">"Bring a file"</h2></header>
                <Bring/>
            </section>
            <section class="card" aria-labelledby="imports-title">
                <header><h2 id="imports-title">"Imports of the last seven days"</h2></header>
                {lines}
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn Bring() -> impl IntoView {
    let target = |target: Target| view! { <option value=target.as_str()>{target.word()}</option> };
    view! {
        <form class="form" method="post" action="/imports" enctype="multipart/form-data">
            <div class="form-row">
                <label for="target">"What is in it"</label>
                <select class="field" id="target" name="target">{Target::ALL.map(target).collect_view()}</select>
            </div>
            <div class="form-row">
                <label for="file">"File"</label>
                <input class="field" id="file" name="file" type="file" accept=".csv,text/csv" required aria-describedby="file-hint"/>
                <p class="hint" id="file-hint">
                    "CSV in UTF-8, with the names of its columns in the first line; up to 10 MB and 100,000 rows. Nothing is changed yet."
                </p>
            </div>
            <div class="form-foot"><button class="btn primary">"Upload"</button></div>
        </form>
    }
}

fn line(import: ImportLine) -> AnyView {
    let ImportLine { id, file_name, facts, state, tone } = import;
    view! {
        <li>
            <div class="grow">
                <p class="line"><a href=format!("/imports/{id}")>{file_name}</a><Badge tone word=state/></p>
                <p class="basis">{facts.join(" · ")}</p>
            </div>
        </li>
    }
    .into_any()
}

/// Where an import stands; those before it are done.
#[component]
fn Steps(at: usize) -> impl IntoView {
    let step = |(index, word): (usize, &'static str)| {
        let done = index + 1 < at;
        view! {
            <li class:done=done aria-current=(index + 1 == at).then_some("step")>
                <span class="mark" aria-hidden="true">{if done { "✓".into() } else { (index + 1).to_string() }}</span>
                {word}
                {done.then(|| view! { <span class="visually-hidden">" (done)"</span> })}
            </li>
        }
    };
    view! { <ol class="steps" aria-label="Steps of an import">{STEPS.into_iter().enumerate().map(step).collect_view()}</ol> }
}

/// One import. `follows` says that the browser reads the page again by itself.
pub fn one(import: ImportView, follows: bool) -> AnyView {
    let ImportView { line, step, found, fields, preview } = import;
    let id = line.id;
    let asked = found == Found::Nothing;
    let fields = (!fields.is_empty()).then(|| {
        if asked {
            Either::Left(view! {
                <section class="card" aria-labelledby="columns-title">
                    <header><h2 id="columns-title">"What its columns mean"</h2></header>
                    <Columns id fields class="btn primary"/>
                </section>
            })
        } else {
            Either::Right(view! {
                <details class="more">
                    <summary class="btn">"Choose other columns"</summary>
                    <Columns id fields class="btn"/>
                </details>
            })
        }
    });
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href="/imports">"Import"</a></nav>
        <div class="top">
            <h1>{line.file_name}</h1>
            <Badge tone=line.tone word=line.state/>
        </div>
        <div class="stack">
            <Steps at=step/>
            <p class="basis">{line.facts.join(" · ")}</p>
            {outcome(id, found, follows)}
            {fields}
            <div>
                <h2 class="section">"The first rows of the file"</h2>
                <Table name="the first rows" heads=preview.heads rows=preview.rows/>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Columns(id: i64, fields: Vec<FieldView>, class: &'static str) -> impl IntoView {
    let option = |choice: Choice| view! { <option value=choice.value selected=choice.chosen>{choice.label}</option> };
    let row = |field: FieldView| {
        let hint = format!("{}-hint", field.name);
        view! {
            <div class="form-row">
                <label for=field.name>{field.label}</label>
                <select class="field" id=field.name name=field.name required=field.needed aria-describedby=hint.clone()>
                    <option value="">{if field.needed { "Choose a column" } else { "No column" }}</option>
                    {field.columns.into_iter().map(option).collect_view()}
                </select>
                <p class="hint" id=hint>{field.about}"."</p>
            </div>
        }
    };
    view! {
        <form class="form" method="post" action=format!("/imports/{id}/check")>
            {fields.into_iter().map(row).collect_view()}
            <p class="hint">"Every row is looked at. Nothing is changed."</p>
            <div class="form-foot"><button class=class>"Check every row"</button></div>
        </form>
    }
}

fn outcome(id: i64, found: Found, follows: bool) -> impl IntoView {
    match found {
        Found::Nothing => EitherOf6::A(()),
        Found::UnderWay { words, progress } => EitherOf6::B(view! {
            <section class="card" aria-label="Progress">
                <Progress label=words.into() done=progress.done total=progress.total words=progress.words/>
                <footer>
                    <span class="basis" role="status">
                        {if follows { "This page is read again every 3 seconds until it is done." } else { "This page is not read again by itself." }}
                    </span>
                    <span class="grow"></span>
                    {if follows {
                        view! { <a class="btn" href=format!("/imports/{id}?still=1")>"Stop reading it again"</a> }
                    } else {
                        view! { <a class="btn" href=format!("/imports/{id}")>"Look again"</a> }
                    }}
                </footer>
            </section>
        }),
        Found::Failed { why, again } => EitherOf6::C(view! {
            <div class="notice bad" role="alert">
                <p><strong>"It failed; nothing was changed."</strong>{why}</p>
                {again.then(|| view! { <Take id class="btn" word="Try again".into()/> })}
            </div>
        }),
        Found::Good { take } => EitherOf6::D(view! {
            <div class="notice ok">
                <Icon name="check"/>
                <p><strong>"Every row can be taken."</strong>"Nothing is changed yet. They are looked at once more, and taken as a whole."</p>
                <Take id class="btn primary" word=take/>
            </div>
        }),
        Found::Bad { words, faults } => EitherOf6::E(view! { <Faults id words faults/> }),
        Found::Applied { words, href, link } => EitherOf6::F(view! {
            <div class="notice ok" role="status">
                <Icon name="check"/>
                <p><strong>"All rows were taken."</strong>{words}</p>
                <a class="btn" href=href>{link}</a>
            </div>
        }),
    }
}

#[component]
fn Take(id: i64, class: &'static str, word: String) -> impl IntoView {
    view! { <form method="post" action=format!("/imports/{id}/apply")><button class=class>{word}</button></form> }
}

#[component]
fn Faults(id: i64, words: String, faults: Rows) -> impl IntoView {
    view! {
        <div class="faults">
            <div class="notice bad" role="alert">
                <p><strong>"Nothing was changed."</strong>{words}</p>
                <a class="btn" href=format!("/api/imports/{id}/errors.csv") download="">"All bad rows as CSV"</a>
            </div>
            <h2 class="section">"What is wrong"</h2>
            <Table name="what is wrong" heads=faults.heads rows=faults.rows/>
        </div>
    }
}
