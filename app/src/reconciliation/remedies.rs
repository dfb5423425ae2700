//! The form above a list, which mends the lines that are chosen, and what came of it. The lines' own fields stand in the table and
//! belong to the form by its id.

use domain::augmented::RiskLevel;
use domain::reconciliation::Kind;
use domain::reconciliation::remedy::form::{ALL, external_field, record_field};
use domain::reconciliation::view::{MendedView, Offer, Pick};
use leptos::prelude::*;

use crate::augmented::fields::{About, Own, Refused};

/// The form's id, by which the lines' fields belong to it.
pub const FORM: &str = "remedies";

pub fn form(offer: &Offer, refused: Option<&Refused>) -> AnyView {
    let own = Own::of(FORM, refused);
    let system = offer.system.clone().unwrap_or_default();
    let parts = match offer.kind {
        Kind::Unaugmented => unaugmented(offer, own),
        Kind::MissingIntegration => view! {
            <p class="hint">{format!("Write the ids in {system} into the lines; those that stay empty are left alone.")}</p>
            <div class="form-foot"><button class="btn primary" name="remedy" value="link">"Add the ids"</button></div>
        }
        .into_any(),
        Kind::StaleIntegrations => view! {
            <input type="hidden" name="remedy" value="mark"/>
            <div class="form-foot">
                <button class="btn primary" name="syncStatus" value="pending">"Mark to be synced again"</button>
                <button class="btn" name="syncStatus" value="synced">"Note as synced just now"</button>
            </div>
        }
        .into_any(),
    };
    let all = (offer.kind != Kind::MissingIntegration).then(|| {
        let shown: Vec<String> = offer.picks.iter().map(|pick| pick.id.to_string()).collect();
        let words = format!("All {} on this page", offer.picks.len());
        view! {
            <input type="hidden" name="shown" value=shown.join(" ")/>
            <label class="check"><input type="checkbox" name=ALL checked=own.ticked(ALL)/>{words}</label>
        }
    });
    view! {
        <form class="card remedies" id=FORM method="post" action=offer.action.clone() aria-labelledby="remedies-title">
            <header><h2 id="remedies-title">"Mend several at once"</h2><span class="basis">"the lines that are chosen below"</span></header>
            {all}
            {parts}
        </form>
    }
    .into_any()
}

fn unaugmented(offer: &Offer, own: Own<'_>) -> AnyView {
    let about = |label| About { label, ..About::default() };
    let none = (String::new(), "Not assessed".to_owned());
    let levels = RiskLevel::ALL.map(|level| (level.as_str().to_owned(), level.word().to_owned()));
    let levels = std::iter::once(none).chain(levels).collect();
    let start = (!offer.workflows.is_empty()).then(|| {
        view! {
            <div class="remedy">
                {own.choice("workflowType", about("Workflow"), offer.workflows.clone(), "")}
                <button class="btn" name="remedy" value="start">"Start the workflow"</button>
            </div>
        }
    });
    view! {
        <div class="remedy">
            {own.line("workflowStatus", About { maxlength: "100", ..about("Workflow status") }, "")}
            {own.choice("riskLevel", about("Risk level"), levels, "")}
            <button class="btn primary" name="remedy" value="augment">"Set status and risk"</button>
        </div>
        {start}
    }
    .into_any()
}

/// The first column of the list: a box a line, or a field for its id.
pub fn lead(offer: &Offer, refused: Option<&Refused>) -> (&'static str, Vec<AnyView>) {
    let own = Own::of(FORM, refused);
    let tick = |pick: &Pick| {
        let name = record_field(pick.id);
        let ticked = own.ticked(&name);
        view! {
            <label class="check">
                <input type="checkbox" form=FORM name=name checked=ticked/>
                <span class="visually-hidden">{pick.name.clone()}</span>
            </label>
        }
        .into_any()
    };
    let system = offer.system.clone().unwrap_or_default();
    let id = |pick: &Pick| {
        let name = external_field(pick.id);
        let label = format!("Id of {} in {system}", pick.name);
        let typed = own.typed(&name);
        view! { <input class="field" form=FORM name=name aria-label=label value=typed maxlength="200" size="14" autocomplete="off"/> }.into_any()
    };
    match offer.kind {
        Kind::MissingIntegration => ("Id there", offer.picks.iter().map(id).collect()),
        Kind::Unaugmented | Kind::StaleIntegrations => ("Choose", offer.picks.iter().map(tick).collect()),
    }
}

pub fn told(mended: MendedView) -> AnyView {
    let class = if mended.refused.is_empty() { "notice ok" } else { "notice warn" };
    let line = |(href, name, reason): (String, String, String)| view! { <li><a href=href>{name}</a>": "{reason}</li> };
    let refused =
        (!mended.refused.is_empty()).then(|| view! { <ul>{mended.refused.into_iter().map(line).collect_view()}</ul> });
    view! { <div class=class role="status"><div class="grow"><p><strong>{mended.words}</strong></p>{refused}</div></div> }.into_any()
}
