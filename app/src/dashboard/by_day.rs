//! The status distribution by day: what each night left, and today.

use domain::dashboard::{ByDayView, DayRow, Share};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::chart::Bars;

#[component]
pub fn ByDayCard(view: ByDayView) -> impl IntoView {
    let ByDayView { bars, groups, rows, only_today, all_dates } = view;
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
                            <Table groups rows/>
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
fn Table(groups: Vec<Share>, rows: Vec<DayRow>) -> impl IntoView {
    let today = groups.iter().map(|group| group.href.clone()).collect::<Vec<_>>();
    let columns = groups.len() + 1;
    let row = move |(index, row): (usize, DayRow)| {
        let today = today.clone();
        // Today is live: its numbers have lists.
        let cell = move |(group, count): (usize, i64)| {
            let href = (index == 0).then(|| today.get(group).cloned()).flatten();
            view! {
                <td class="num">
                    {match href {
                        Some(href) => Either::Left(view! { <a href=href>{count}</a> }),
                        None => Either::Right(count),
                    }}
                </td>
            }
        };
        view! {
            <tr>
                <th scope="row">{if index == 0 { format!("{}, now", row.label) } else { row.label }}</th>
                {match row.counts {
                    Some(counts) => Either::Left(view! {
                        {counts.into_iter().enumerate().map(cell).collect_view()}
                        <td class="num">{row.total}</td>
                    }),
                    None => Either::Right(view! { <td class="num dim" colspan=columns.to_string()>"not kept that night"</td> }),
                }}
            </tr>
        }
    };
    view! {
        <div class="scroll" role="region" aria-label="Table of the status by day" tabindex="0">
            <table class="compact">
                <caption class="visually-hidden">"Opportunities by status and day"</caption>
                <thead><tr>
                    <th scope="col">"Day"</th>
                    {groups.into_iter().map(|group| view! { <th scope="col" class="num">{group.name}</th> }).collect_view()}
                    <th scope="col" class="num">"All"</th>
                </tr></thead>
                <tbody>{rows.into_iter().enumerate().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
