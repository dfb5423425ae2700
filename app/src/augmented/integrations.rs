//! What the opportunity is called in other systems.

use domain::augmented::view::{IntegrationLine, MoreView};
use domain::integrations::KNOWN;
use leptos::either::Either;
use leptos::prelude::*;

use super::fields::{About, Own, Refused};
use crate::components::badge::Badge;
use crate::components::icon::Icon;

const EXTERNAL_ID: About = About { label: "Id there", hint: "", maxlength: "200", required: true, kind: "", list: "" };
const UID: About = About {
    label: "Uid",
    hint: "An id that several systems share.",
    maxlength: "200",
    required: false,
    kind: "",
    list: "",
};
const METADATA: About =
    About { label: "More about it", hint: "An object in JSON.", maxlength: "", required: false, kind: "", list: "" };

pub fn integrations(view: &MoreView, refused: Option<&Refused>) -> AnyView {
    let (id, may_change) = (view.id, view.may_change);
    let shown = i64::try_from(view.integrations.len()).unwrap_or_default();
    let more = (view.integration_count > shown).then(|| {
        let words = format!("{shown} of {}; the API lists all.", view.integration_count);
        view! { <p class="basis">{words}</p> }
    });
    let lines = if view.integrations.is_empty() {
        Either::Left(view! { <p class="basis">"No other system knows this opportunity."</p> })
    } else {
        let lines =
            view.integrations.iter().map(|integration| line(id, integration, may_change, refused)).collect_view();
        Either::Right(view! { <ul class="files">{lines}</ul> })
    };
    view! {
        <section class="card" aria-labelledby="integrations-title">
            <header><h2 id="integrations-title">"Integrations"</h2></header>
            {lines}
            {more}
            {may_change.then(|| add(id, refused))}
        </section>
    }
    .into_any()
}

fn line(opportunity: i64, integration: &IntegrationLine, may_change: bool, refused: Option<&Refused>) -> AnyView {
    let IntegrationLine { id, version, system, external_id, uid, state, tone, facts, metadata } = integration.clone();
    let at = format!("/opportunities/{opportunity}/more/integrations/{id}");
    let of = format!(" of {system}");
    let actions = may_change.then(|| {
        let form = format!("integration-{id}");
        let own = Own::of(&form, refused);
        let leave = (String::new(), format!("Leave it: {}", state.to_lowercase()));
        let statuses = [("synced", "Synced just now"), ("failed", "Failed"), ("pending", "Pending")];
        let statuses = statuses.map(|(value, word)| (value.to_owned(), word.to_owned()));
        let statuses = std::iter::once(leave).chain(statuses).collect();
        let status = About { label: "Sync", ..About::default() };
        view! {
            <div class="actions">
                <details class="more" open=own.is_refused()>
                    <summary class="btn">"Edit"<span class="visually-hidden">{of.clone()}</span></summary>
                    <form class="form" method="post" action=at.clone()>
                        {own.version(version)}
                        {own.line("externalId", EXTERNAL_ID, &external_id)}
                        {own.line("uid", UID, &uid)}
                        {own.choice("syncStatus", status, statuses, "")}
                        {own.lines("metadata", METADATA, &metadata)}
                        <div class="form-foot"><button class="btn primary">"Save"</button></div>
                    </form>
                </details>
                <details class="sure">
                    <summary class="btn danger">"Remove"<span class="visually-hidden">{of}</span></summary>
                    <form method="post" action=format!("{at}/remove")>
                        <button class="btn danger primary"><Icon name="warning"/>"Yes, remove"</button>
                    </form>
                </details>
            </div>
        }
    });
    view! {
        <li>
            <div class="grow">
                <p class="line"><strong>{system}</strong><Badge tone word=state/></p>
                <p class="basis">{facts.join(" · ")}</p>
                {actions}
            </div>
        </li>
    }
    .into_any()
}

fn add(opportunity: i64, refused: Option<&Refused>) -> AnyView {
    let own = Own::of("add", refused);
    let system = About {
        label: "System",
        hint: "Xero, Monday, TeamTrack, or another one. One that is there already is changed.",
        maxlength: "60",
        required: true,
        list: "systems",
        ..About::default()
    };
    view! {
        <details class="more" open=own.is_refused()>
            <summary class="btn">"Add an integration"</summary>
            <form class="form" method="post" action=format!("/opportunities/{opportunity}/more/integrations")>
                <datalist id="systems">{KNOWN.map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
                {own.line("systemName", system, "")}
                {own.line("externalId", EXTERNAL_ID, "")}
                {own.line("uid", UID, "")}
                <div class="form-foot"><button class="btn primary">"Add"</button></div>
            </form>
        </details>
    }
    .into_any()
}
