//! The head of the dashboard: how old the numbers are, and the dates that they are narrowed to. A plain form makes the address,
//! and keeps the dates for the person.

use leptos::prelude::*;

#[component]
pub fn Head(from: String, to: String, fresh: String) -> impl IntoView {
    let narrowed = !from.is_empty() || !to.is_empty();
    view! {
        <div class="top">
            <h1>"Dashboard"</h1>
            <span class="fresh"><span class="dot"></span>{fresh}</span>
            <span class="grow"></span>
            <form class="range" method="get" action="/" aria-label="Dates">
                <label>"Starts from " <input class="field" type="date" name="from" value=from/></label>
                <label>"to " <input class="field" type="date" name="to" value=to/></label>
                <input type="hidden" name="keep" value="1"/>
                <button class="btn">"Show"</button>
                // Asked of the host, which forgets the dates.
                {narrowed.then(|| view! { <a class="btn quiet" href="/?dates=all" rel="external">"All dates"</a> })}
            </form>
        </div>
    }
}
