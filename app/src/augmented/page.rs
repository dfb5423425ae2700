//! The page around the three parts.

use domain::augmented::RiskLevel;
use domain::augmented::view::{AugmentationView, MoreView};
use leptos::either::Either;
use leptos::prelude::*;

use super::fields::{About, Own, Refused};
use super::integrations::integrations;
use super::workflows::workflows;

/// `done` is what the form before led to, `refused` the form that was not taken.
pub fn page(view: MoreView, done: Option<&'static str>, refused: Option<Refused>) -> AnyView {
    let MoreView { id, name, may_change, augmentation, .. } = view.clone();
    let refused = refused.as_ref();
    let own = Own::of("augmentation", refused);
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=format!("/opportunities/{id}")>{name}</a></nav>
        <div class="top">
            <h1>"Workflow, risk and integrations"</h1>
            <span class="grow"></span>
            <a class="btn" href=format!("/events?opportunity={id}")>"Events"</a>
            // Who may change it may read who did.
            {may_change.then(|| view! {
                <a class="btn" href=format!("/audit?opportunity={id}")>"Audit"</a>
            })}
        </div>
        {refused.map(Refused::notice)}
        {done.map(|text| view! { <div class="notice ok" role="status"><p>{text}</p></div> })}
        <div class="grid below">
            <section class="card s6" aria-labelledby="augmentation-title">
                <header>
                    <h2 id="augmentation-title">"Status, risk and financial health"</h2>
                    {augmentation.changed.clone().map(|when| view! { <span class="basis">"changed "{when}</span> })}
                </header>
                {facts(&augmentation, may_change && !own.is_refused())}
                {may_change.then(|| form(id, own, &augmentation))}
            </section>
            <div class="s6 stack">
                {workflows(&view, refused)}
                {integrations(&view, refused)}
            </div>
        </div>
    }
    .into_any()
}

/// What is there, for those who do not see it in the form, and beside a form that was refused.
fn facts(view: &AugmentationView, in_form: bool) -> impl IntoView + use<> {
    let fact = |(label, value): (&'static str, String)| view! { <dt>{label}</dt><dd class="as-typed">{value}</dd> };
    let facts = view.facts.clone();
    match (in_form, facts.is_empty()) {
        (true, _) => None,
        (false, true) => Some(Either::Left(view! { <p class="basis">"Nothing is added yet."</p> })),
        (false, false) => {
            Some(Either::Right(view! { <dl class="facts">{facts.into_iter().map(fact).collect_view()}</dl> }))
        }
    }
}

fn form(id: i64, own: Own<'_>, view: &AugmentationView) -> impl IntoView + use<> {
    let none = (String::new(), "Not assessed".to_owned());
    let levels = RiskLevel::ALL.map(|level| (level.as_str().to_owned(), level.word().to_owned()));
    let levels = std::iter::once(none).chain(levels).collect();
    let about = |label, hint| About { label, hint, ..About::default() };
    let status = About { maxlength: "100", ..about("Workflow status", "The business's own word for how far it is.") };
    let notes = About { maxlength: "4000", ..about("Risk notes", "") };
    let score = About { kind: "number", ..about("Financial health score", "From 0 to 100.") };
    let figures = about("Own figures", "An object in JSON, such as {\"margin\": 0.25}.");
    view! {
        <form class="form" method="post" action=format!("/opportunities/{id}/more/augmentation")>
            {own.version(view.version)}
            {own.line("workflowStatus", status, &view.workflow_status)}
            {own.choice("riskLevel", about("Risk level", ""), levels, &view.risk_level)}
            {own.lines("riskNotes", notes, &view.risk_notes)}
            {own.line("financialHealthScore", score, &view.financial_health_score)}
            {own.lines("customCalculations", figures, &view.custom_calculations)}
            <div class="form-foot"><button class="btn primary">"Save"</button></div>
        </form>
    }
}
