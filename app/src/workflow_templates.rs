//! The page of workflow templates in the settings of admins. It comes whole from the host ([`crate::plain`]).

use domain::workflows::templates::Template;
use leptos::either::Either;
use leptos::prelude::*;

use crate::augmented::fields::{About, Own, Refused};
use crate::components::icon::Icon;
use crate::settings::area::Tabs;

pub const PATH: &str = "/settings/workflows";

const NAME: About = About { label: "Name", hint: "", maxlength: "100", required: true, kind: "", list: "" };
const STEPS: About = About {
    label: "Steps",
    hint: "One a line, in their order; each name once, up to 50.",
    maxlength: "",
    required: true,
    kind: "",
    list: "",
};

/// `done` is what the form before led to, `refused` the form that was not taken.
pub fn page(templates: Vec<Template>, done: Option<&'static str>, refused: Option<Refused>) -> AnyView {
    let refused = refused.as_ref();
    let lines = if templates.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="jobs"/>
                <strong>"No workflow yet"</strong>
                <p>"A workflow has steps that an opportunity is taken through, one after the other."</p>
            </div>
        })
    } else {
        Either::Right(
            view! { <ul class="files">{templates.into_iter().map(|template| line(template, refused)).collect_view()}</ul> },
        )
    };
    view! {
        <div class="top"><h1>"Settings"</h1></div>
        <Tabs here=PATH admin=true/>
        {refused.map(Refused::notice)}
        {done.map(|text| view! { <div class="notice ok" role="status"><p>{text}</p></div> })}
        <div class="stack">
            <section class="card" aria-labelledby="templates-title">
                <header><h2 id="templates-title">"Workflows"</h2></header>
                {lines}
            </section>
            {new(refused)}
        </div>
    }
    .into_any()
}

fn line(template: Template, refused: Option<&Refused>) -> AnyView {
    let Template { id, code, name, steps, version, .. } = template;
    let form = format!("template-{id}");
    let own = Own::of(&form, refused);
    let of = format!(" {name}");
    view! {
        <li>
            <div class="grow">
                <p class="line"><strong>{name.clone()}</strong><span class="dim">{code}</span></p>
                <p class="basis">{steps.join(" → ")}</p>
                <div class="actions">
                    <details class="more" open=own.is_refused()>
                        <summary class="btn">"Edit"<span class="visually-hidden">{of.clone()}</span></summary>
                        <form class="form" method="post" action=format!("{PATH}/{id}")>
                            {own.version(version)}
                            {own.line("name", NAME, &name)}
                            {own.lines("steps", STEPS, &steps.join("\n"))}
                            <p class="hint">"What was started goes on with the steps that it began with."</p>
                            <div class="form-foot"><button class="btn primary">"Save"</button></div>
                        </form>
                    </details>
                    <details class="sure">
                        <summary class="btn danger">"Remove"<span class="visually-hidden">{of}</span></summary>
                        <form method="post" action=format!("{PATH}/{id}/remove")>
                            <button class="btn danger primary"><Icon name="warning"/>"Yes, remove"</button>
                        </form>
                    </details>
                </div>
            </div>
        </li>
    }
    .into_any()
}

fn new(refused: Option<&Refused>) -> AnyView {
    let own = Own::of("new", refused);
    let code = About {
        label: "Code",
        hint: "What scripts and rules call it, such as launch: small letters, digits, _ and -. It stays.",
        maxlength: "60",
        required: true,
        ..About::default()
    };
    view! {
        <section class="card" aria-labelledby="new-title">
            <header><h2 id="new-title">"Define a workflow"</h2></header>
            <form class="form" method="post" action=PATH>
                {own.line("code", code, "")}
                {own.line("name", NAME, "")}
                {own.lines("steps", STEPS, "")}
                <div class="form-foot"><button class="btn primary">"Define"</button></div>
            </form>
        </section>
    }
    .into_any()
}
