//! What narrows the list: a plain form that makes the address, and chips that take a filter away again.

use domain::opportunities::{Chip, Choice, Fields};
use leptos::prelude::*;

#[component]
pub fn Filters(fields: Fields) -> impl IntoView {
    let kept = fields.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <form class="filters" method="get" action="/opportunities" role="search" aria-label="Opportunities">
            <div class="filter-line">
                <label class="visually-hidden" for="filter-q">"Search"</label>
                <input class="field grow" id="filter-q" type="search" name="q" maxlength="200" value=fields.q placeholder="Search subject, customer, venue or id"/>
                <Select name="kind" label="Kind" none="Any kind" choices=fields.kinds/>
                <Select name="owner" label="Owner" none="Any owner" choices=fields.owners/>
                <button class="btn primary">"Search"</button>
            </div>
            <details class="more">
                <summary class="btn quiet">"More filters and columns"</summary>
                <div class="filter-grid">
                    <Boxes name="status" label="Status" choices=fields.statuses/>
                    <Boxes name="state" label="State" choices=fields.states/>
                    <fieldset class="form-row">
                        <legend>"Starts"</legend>
                        <label>"from " <input class="field" type="date" name="from" value=fields.from/></label>
                        <label>"to " <input class="field" type="date" name="to" value=fields.to/></label>
                    </fieldset>
                    <fieldset class="form-row">
                        <legend>"Value before tax"</legend>
                        <label>"at least " <input class="field" inputmode="decimal" name="minValue" value=fields.min_value/></label>
                        <label>"at most " <input class="field" inputmode="decimal" name="maxValue" value=fields.max_value/></label>
                    </fieldset>
                    <fieldset class="form-row">
                        <legend>"Mirror"</legend>
                        <label>"not seen for hours " <input class="field" type="number" min="0" max="1000000" name="staleHours" value=fields.stale_hours/></label>
                        <Select name="deleted" label="Deleted records" none="" choices=fields.deleted/>
                    </fieldset>
                    <Boxes name="columns" label="Columns" choices=fields.columns/>
                </div>
                <div class="form-foot">
                    <a class="btn" href="/opportunities">"Reset"</a>
                    <button class="btn primary">"Apply"</button>
                </div>
            </details>
            {kept.collect_view()}
        </form>
    }
}

/// One of several; `none` is the word for no choice, empty where the choices hold one for it.
#[component]
pub fn Select(name: &'static str, label: &'static str, none: &'static str, choices: Vec<Choice>) -> impl IntoView {
    let option = |choice: Choice| view! { <option value=choice.value selected=choice.chosen>{choice.label}</option> };
    view! {
        <label>
            <span class="visually-hidden">{label}</span>
            <select class="field" name=name>
                {(!none.is_empty()).then(|| view! { <option value="">{none}</option> })}
                {choices.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

#[component]
fn Boxes(name: &'static str, label: &'static str, choices: Vec<Choice>) -> impl IntoView {
    let one = move |choice: Choice| {
        view! { <label class="check"><input type="checkbox" name=name value=choice.value checked=choice.chosen/>{choice.label}</label> }
    };
    view! { <fieldset class="form-row boxes"><legend>{label}</legend>{choices.into_iter().map(one).collect_view()}</fieldset> }
}

#[component]
pub fn Chips(chips: Vec<Chip>, summary: String) -> impl IntoView {
    let chip = |chip: Chip| {
        let name = format!("Remove the filter {}: {}", chip.label, chip.value);
        view! { <a class="chip" href=chip.href aria-label=name>{chip.label} " " <b>{chip.value}</b> <span aria-hidden="true">"×"</span></a> }
    };
    view! {
        <div class="chips">
            {chips.into_iter().map(chip).collect_view()}
            <span class="grow"></span>
            <span class="basis" role="status">{summary}</span>
        </div>
    }
}
