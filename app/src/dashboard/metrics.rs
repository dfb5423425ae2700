//! What the company's own metrics were worth last.

use domain::dashboard::MetricTile;
use leptos::prelude::*;

#[component]
pub fn MetricsCard(metrics: Vec<MetricTile>) -> impl IntoView {
    view! {
        <section class="card s12" aria-labelledby="metrics-title">
            <header>
                <h2 id="metrics-title">"Metrics"</h2>
                <span class="grow"></span>
                <a class="basis" href="/metrics/definitions" rel="external">"All metrics"</a>
            </header>
            <ul class="tiles">{metrics.into_iter().map(tile).collect_view()}</ul>
        </section>
    }
}

fn tile(metric: MetricTile) -> impl IntoView {
    view! {
        <li>
            <a href=metric.href rel="external">{metric.name}</a>
            <strong class="num">{metric.value}</strong>
            <p>{metric.told}</p>
            <span class="basis">{metric.stamp}</span>
        </li>
    }
}
