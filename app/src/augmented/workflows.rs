//! Workflows on the opportunity: where each stands, and what can be done with it.

use domain::augmented::view::{MoreView, WorkflowLine};
use leptos::either::Either;
use leptos::prelude::*;

use super::fields::{About, Own, Refused};
use crate::components::badge::Badge;
use crate::components::icon::Icon;

pub fn workflows(view: &MoreView, refused: Option<&Refused>) -> AnyView {
    let (id, may_change) = (view.id, view.may_change);
    let shown = i64::try_from(view.workflows.len()).unwrap_or_default();
    let more = (view.workflow_count > shown).then(|| {
        let words = format!("The newest {shown} of {}; the API lists all.", view.workflow_count);
        view! { <p class="basis">{words}</p> }
    });
    let lines = if view.workflows.is_empty() {
        Either::Left(view! { <p class="basis">"No workflow was started on this opportunity."</p> })
    } else {
        let lines = view.workflows.iter().map(|workflow| line(id, workflow, may_change, refused)).collect_view();
        Either::Right(view! { <ul class="files">{lines}</ul> })
    };
    view! {
        <section class="card" aria-labelledby="workflows-title">
            <header><h2 id="workflows-title">"Workflows"</h2></header>
            {lines}
            {more}
            {may_change.then(|| start(view, refused))}
        </section>
    }
    .into_any()
}

fn line(opportunity: i64, workflow: &WorkflowLine, may_change: bool, refused: Option<&Refused>) -> AnyView {
    let WorkflowLine { id, version, name, state, tone, step, error, facts, runs, failed } = workflow.clone();
    let at = move |act: &str| format!("/opportunities/{opportunity}/more/workflows/{id}/{act}");
    let of = format!(" of {name}");
    let at_once = |act: &str, word: &'static str| {
        view! {
            <form method="post" action=at(act)>
                <input type="hidden" name="expectedVersion" value=version/>
                <button class="btn">{word}<span class="visually-hidden">{of.clone()}</span></button>
            </form>
        }
    };
    let fail = (may_change && runs).then(|| {
        let form = format!("fail-{id}");
        let own = Own::of(&form, refused);
        let why = About { label: "Why it cannot go on", maxlength: "1000", required: true, ..About::default() };
        view! {
            <details class="more" open=own.is_refused()>
                <summary class="btn">"Note a failure"<span class="visually-hidden">{of.clone()}</span></summary>
                <form class="form" method="post" action=at("fail")>
                    {own.version(version)}
                    {own.lines("error", why, "")}
                    <div class="form-foot"><button class="btn primary">"Note the failure"</button></div>
                </form>
            </details>
        }
    });
    let cancel = (may_change && (runs || failed)).then(|| {
        view! {
            <details class="sure">
                <summary class="btn danger">"Cancel"<span class="visually-hidden">{of.clone()}</span></summary>
                <form method="post" action=at("cancel")>
                    <input type="hidden" name="expectedVersion" value=version/>
                    <button class="btn danger primary"><Icon name="warning"/>"Yes, cancel"</button>
                </form>
            </details>
        }
    });
    view! {
        <li>
            <div class="grow">
                <p class="line"><strong>{name.clone()}</strong><Badge tone word=state/></p>
                {step.map(|step| view! { <p>{step}</p> })}
                {error.map(|error| view! { <p>{error}</p> })}
                <p class="basis">{facts.join(" · ")}</p>
                <div class="actions">
                    {(may_change && runs).then(|| at_once("advance", "Advance"))}
                    {(may_change && failed).then(|| at_once("retry", "Retry"))}
                    {fail}
                    {cancel}
                </div>
            </div>
        </li>
    }
    .into_any()
}

fn start(view: &MoreView, refused: Option<&Refused>) -> AnyView {
    if view.startable.is_empty() {
        let words = if view.has_templates {
            "Every workflow that is defined is open here already."
        } else {
            "An admin defines workflows in the settings; none is defined yet."
        };
        return view! { <p class="basis">{words}</p> }.into_any();
    }
    let own = Own::of("start", refused);
    let first = view.startable.first().map(|(code, _)| code.clone()).unwrap_or_default();
    let about = About { label: "Start a workflow", ..About::default() };
    view! {
        <form class="form" method="post" action=format!("/opportunities/{}/more/workflows", view.id)>
            {own.choice("workflowType", about, view.startable.clone(), &first)}
            <div class="form-foot"><button class="btn">"Start"</button></div>
        </form>
    }
    .into_any()
}
