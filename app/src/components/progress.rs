//! How far work is: a bar and what it counts. Without a total it sweeps.

use leptos::prelude::*;

/// `label` says what the work is, to those who hear the page and below the bar.
#[component]
pub fn Progress(label: String, done: i64, total: Option<i64>, words: String) -> impl IntoView {
    view! {
        <div class="sync-now">
            <progress class="bar" aria-label=label.clone() max=total.map(|total| total.max(1)) value=total.map(|_| done)></progress>
            <div class="syncline"><span>{words}</span><span>{label}</span></div>
        </div>
    }
}
