//! The head of the dashboard: how old the numbers are, and the dates that they are narrowed to. Plain links and a plain form
//! make the address, and the host keeps the dates for the person.

use domain::dashboard::{Dates, Quick};
use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::kept::kept;

#[component]
pub fn Head(dates: Dates, fresh: String) -> impl IntoView {
    view! {
        <div class="top">
            <h1>"Dashboard"</h1>
            <span class="fresh"><span class="dot"></span>{fresh}</span>
            <span class="grow"></span>
            {kept(dates, |dates| choices(dates).into_any())}
        </div>
    }
}

/// The fields wait behind their chip: two fields for dates cost the first paint more than a chart does.
fn choices(Dates { from, to, quick, own }: Dates) -> impl IntoView {
    let named = own.is_some();
    let chip = |choice: Quick| {
        view! { <a class="chip" class:on=choice.on aria-current=choice.on.then_some("true") href=choice.href rel="external">{choice.name}</a> }
    };
    view! {
        <nav class="quick" aria-label="Dates">
            {quick.into_iter().map(chip).collect_view()}
            <details class="menu end">
                <summary class="chip" class:on=named aria-current=named.then_some("true")>
                    {named.then(|| view! { <span class="visually-hidden">"Other dates: "</span> })}
                    {own.unwrap_or_else(|| "Other dates".into())}
                    <Icon name="chevron"/>
                </summary>
                <form class="items" method="get" action="/" aria-label="Other dates">
                    <label>"Starts from " <input class="field" type="date" name="from" value=from/></label>
                    <label>"Starts until " <input class="field" type="date" name="to" value=to/></label>
                    <input type="hidden" name="keep" value="1"/>
                    <button class="btn primary">"Show"</button>
                </form>
            </details>
        </nav>
    }
}
