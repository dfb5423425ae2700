//! The last 24 hours: drawings, and the same numbers as tables.

use domain::jobs::HoursView;
use leptos::prelude::*;

use crate::components::chart::{Bars, Lines};

#[component]
pub fn Charts(charts: Vec<HoursView>) -> impl IntoView {
    view! { <div class="grid">{charts.into_iter().map(chart).collect_view()}</div> }
}

fn chart(view: HoursView) -> impl IntoView {
    let HoursView { title, basis, keys, bars, lines } = view;
    let key = |(index, word): (usize, String)| {
        view! { <li class="key"><span class=format!("swatch swatch-{}", index + 1)></span>{word}</li> }
    };
    let head = |word: &String| view! { <th scope="col" class="num">{word.clone()}</th> };
    let (name, region) = (title.clone(), format!("Chart: {title}"));
    let heads = keys.iter().map(head).collect_view();
    view! {
        <section class="card s6" aria-label=name>
            <header><h2>{title.clone()}</h2><span class="basis">{basis}</span></header>
            <figure class="chart">
                <ul class="keys">{keys.into_iter().enumerate().map(key).collect_view()}</ul>
                // Narrow screens scroll it sideways.
                <div class="plot columns" tabindex="0" role="region" aria-label=region>
                    <Bars svg=bars label="Bars of the last 24 hours; the table below has the numbers"/>
                </div>
                <details class="chart-data">
                    <summary>"As a table"</summary>
                    <table class="compact">
                        <caption class="visually-hidden">{title}</caption>
                        <thead><tr><th scope="col">"Hour"</th>{heads}</tr></thead>
                        <Lines lines/>
                    </table>
                </details>
            </figure>
        </section>
    }
}
