//! How much changed on each of the last seven days, and which opportunities changed most.

use domain::dashboard::{DayBar, TopView};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::chart::Bars;

#[component]
pub fn TimelineCard(timeline: String, days: Vec<DayBar>, total: String) -> impl IntoView {
    let row = |day: DayBar| {
        view! { <tr><th scope="row">{day.label}</th><td class="num"><a href=day.href>{day.count}</a></td></tr> }
    };
    view! {
        <section class="card s5" aria-labelledby="timeline-title">
            <header>
                <h2 id="timeline-title">"Last 7 days"</h2>
                <span class="basis">{total}</span>
            </header>
            <figure class="chart">
                <div class="plot">
                    <Bars svg=timeline label="Bars of the changes on each of the last seven days; the table below has the numbers"/>
                </div>
                <details class="chart-data">
                    <summary>"As a table"</summary>
                    <table class="compact">
                        <caption class="visually-hidden">"Changes by day"</caption>
                        <thead><tr><th scope="col">"Day"</th><th scope="col" class="num">"Changes"</th></tr></thead>
                        <tbody>{days.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </details>
            </figure>
        </section>
    }
}

#[component]
pub fn TopCard(top: Vec<TopView>) -> impl IntoView {
    let row = |top: TopView| {
        view! {
            <tr>
                <td title=top.opportunity.clone()><a href=top.href>{top.opportunity.clone()}</a></td>
                <td class="dim" title=top.customer.clone()>{top.customer.clone()}</td>
                <td class="num">{top.count}</td>
                <td class="num dim">{top.age}</td>
            </tr>
        }
    };
    view! {
        <section class="card s5" aria-labelledby="top-title">
            <header><h2 id="top-title">"Most active"</h2><span class="basis">"by changes since they are mirrored"</span></header>
            {if top.is_empty() {
                Either::Left(view! { <p class="empty">"No change yet."</p> })
            } else {
                Either::Right(view! {
                    <div class="scroll" role="region" aria-label="Table of the most active opportunities" tabindex="0">
                        <table>
                            <thead><tr>
                                <th scope="col">"Opportunity"</th><th scope="col">"Customer"</th>
                                <th scope="col" class="num">"Changes"</th><th scope="col" class="num">"Last"</th>
                            </tr></thead>
                            <tbody>{top.into_iter().map(row).collect_view()}</tbody>
                        </table>
                    </div>
                })
            }}
        </section>
    }
}
