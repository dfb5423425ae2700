//! What other systems posted in the last day.

use domain::dashboard::{DayEvents, Share};
use leptos::prelude::*;

#[component]
pub fn EventsCard(events: DayEvents) -> impl IntoView {
    let figure = |(name, figure): (String, String)| view! { <div><dt>{name}</dt><dd>{figure}</dd></div> };
    view! {
        <section class="card s12" aria-labelledby="events-title">
            <header>
                <h2 id="events-title">"Webhooks"</h2>
                <span class="basis">"of the last 24 hours"</span>
                <span class="grow"></span>
                <a class="basis" href="/events" rel="external">"All events"</a>
            </header>
            <div class="beside">
                <dl class="figures">{events.figures.into_iter().map(figure).collect_view()}</dl>
                <ul class="ranks">{events.actions.into_iter().map(action).collect_view()}</ul>
            </div>
        </section>
    }
}

fn action(share: Share) -> impl IntoView {
    view! {
        <li>
            <a href=share.href rel="external">{share.name}</a>
            <meter max="100" value=share.percent aria-hidden="true"></meter>
            <span class="num">{share.count}</span>
        </li>
    }
}
