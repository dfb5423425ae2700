//! The status distribution by day: what each night left, and today.

use domain::dashboard::{ByDayView, Share};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::chart::{Bars, Lines};

#[component]
pub fn ByDayCard(view: ByDayView) -> impl IntoView {
    let ByDayView { bars, groups, lines, only_today, all_dates } = view;
    view! {
        <section class="card s12" aria-labelledby="by-day-title">
            <header>
                <h2 id="by-day-title">"Status by day"</h2>
                <span class="basis">
                    {if all_dates { "at the end of each day, all dates" } else { "at the end of each day, mirror without deleted" }}
                </span>
            </header>
            {if groups.is_empty() {
                Either::Left(view! { <p class="empty">"Nothing is mirrored yet."</p> })
            } else {
                Either::Right(view! {
                    <figure class="chart">
                        <ul class="keys">{groups.iter().cloned().enumerate().map(key).collect_view()}</ul>
                        // Narrow screens scroll it sideways.
                        <div class="plot columns month" tabindex="0" role="region" aria-label="Chart of the status by day">
                            <Bars svg=bars label="Bars of the opportunities in each status on each of the last 30 days; the table below has the numbers"/>
                        </div>
                        {only_today.then(|| view! {
                            <p class="basis">"Today is the first day. Each midnight the day that is over is kept."</p>
                        })}
                        <details class="chart-data">
                            <summary>"As a table"</summary>
                            <Table groups lines/>
                        </details>
                    </figure>
                })
            }}
        </section>
    }
}

/// A colour with today's number, which leads to its list.
fn key((index, group): (usize, Share)) -> impl IntoView {
    view! {
        <li>
            <a class="key" href=group.href>
                <span class=format!("swatch swatch-{}", index + 1)></span>
                <span class="clip" title=group.name.clone()>{group.name.clone()}</span>
                <span class="now">{group.count}</span>
            </a>
        </li>
    }
}

#[component]
fn Table(groups: Vec<Share>, lines: String) -> impl IntoView {
    let head = |group: Share| view! { <th scope="col" class="num" title=group.name.clone()>{group.name.clone()}</th> };
    view! {
        <div class="scroll" role="region" aria-label="Table of the status by day" tabindex="0">
            <table class="compact">
                <caption class="visually-hidden">"Opportunities by status and day"</caption>
                <thead><tr>
                    <th scope="col">"Day"</th>
                    {groups.into_iter().map(head).collect_view()}
                    <th scope="col" class="num">"All"</th>
                </tr></thead>
                <Lines lines/>
            </table>
        </div>
    }
}
