//! The page of the audit log: who changed what, and the check that nobody changed that. It comes whole from the host ([`crate::plain`]).

use domain::audit::view::{AuditFields, AuditView, Checked};
use domain::dashboard::Tone;
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::pager::Pages;
use crate::opportunities::changes_page::Days;
use crate::opportunities::filters::{Chips, Select};
use crate::opportunities::table::Table;

pub fn page(view: AuditView) -> AnyView {
    let AuditView { fields, sheet, check, checked } = view;
    let found = match sheet.rows.is_empty() {
        true => {
            let words = if sheet.chips.is_empty() { "Nothing was changed yet." } else { "Nothing fits these filters." };
            Either::Left(view! { <section class="card"><p class="empty">{words}</p></section> })
        }
        false => {
            Either::Right(view! { <div class="audit"><Table name="changes" heads=sheet.heads rows=sheet.rows/></div> })
        }
    };
    view! {
        <div class="top">
            <h1>"Audit"</h1>
            <span class="fresh"><span class="dot"></span>{sheet.fresh}</span>
            <span class="grow"></span>
            <a class="btn" href=sheet.csv download="">"CSV"</a>
            {check.map(|href| view! { <a class="btn" href=href>"Verify"</a> })}
        </div>
        {checked.map(|checked| view! { <Verdict checked/> })}
        <Filters fields/>
        <Chips chips=sheet.chips summary=sheet.summary/>
        {found}
        <Pages pager=sheet.pager/>
    }
    .into_any()
}

/// What the check found, and the end of the chain to be noted elsewhere.
#[component]
fn Verdict(checked: Checked) -> impl IntoView {
    let class = if checked.tone == Tone::Ok { "notice ok" } else { "notice bad" };
    let findings = (!checked.findings.is_empty()).then(|| {
        let findings = checked.findings.into_iter().map(|finding| view! { <li>{finding}</li> }).collect_view();
        view! { <ul>{findings}</ul> }
    });
    view! {
        <section class=class aria-label="Check of the log">
            <div class="grow">
                <p role="status"><strong>{checked.words}</strong></p>
                {findings}
                {checked.head.map(|head| view! {
                    <p class="basis">"The end of the chain: "<code class="hash">{head}</code></p>
                })}
            </div>
        </section>
    }
}

#[component]
fn Filters(fields: AuditFields) -> impl IntoView {
    view! {
        <form class="filters" method="get" action="/audit" role="search" aria-label="Changes">
            <div class="filter-line">
                <label class="visually-hidden" for="filter-actor">"Who"</label>
                <input class="field grow" id="filter-actor" name="actor" maxlength="200" value=fields.actor placeholder="Who: a name or an id"/>
                <Select name="action" label="Action" none="Any action" choices=fields.actions/>
                <Select name="entityType" label="Kind of record" none="Any record" choices=fields.types/>
                <label class="visually-hidden" for="filter-id">"Id of the record"</label>
                <input class="field" id="filter-id" name="entityId" maxlength="200" size="12" value=fields.entity_id placeholder="Its id"/>
                <label class="visually-hidden" for="filter-opportunity">"Opportunity"</label>
                <input class="field" id="filter-opportunity" name="opportunity" inputmode="numeric" maxlength="20" size="12" value=fields.opportunity placeholder="Opportunity"/>
                <Select name="source" label="Through" none="Any way" choices=fields.sources/>
                <Days word="Changed" names=("from", "to") days=(fields.from, fields.to)/>
                <button class="btn primary">"Search"</button>
            </div>
        </form>
    }
}
