//! A drawing of the host with what a drawing cannot say: title, legend, and the numbers as a table.

use domain::dashboard::Share;
use leptos::prelude::*;

/// Bars. `svg` comes from `domain::dashboard::bars`, whose only texts are months, days and numbers.
#[component]
pub fn Bars(svg: String, label: &'static str) -> impl IntoView {
    view! { <div role="img" aria-label=label inner_html=svg></div> }
}

/// The lines of a long table. `lines` come from `domain::dashboard::by_day`: days, numbers and links of ours.
#[component]
pub fn Lines(lines: String) -> impl IntoView {
    view! { <tbody inner_html=lines></tbody> }
}

/// A pie with its legend. `svg` comes from `domain::dashboard::pie` and holds no text at all.
#[component]
pub fn Pie(
    #[prop(into)] title: String,
    total: String,
    unit: &'static str,
    svg: String,
    shares: Vec<Share>,
    all: Vec<Share>,
) -> impl IntoView {
    let words: Vec<String> = shares.iter().map(|share| format!("{} {}", share.name, share.count)).collect();
    let description = format!("{title}: {}", words.join(", "));
    view! {
        <figure class="chart">
            <div class="pie">
                <div class="ring">
                    <div class="plot" role="img" aria-label=description inner_html=svg></div>
                    <p class="ring-total" aria-hidden="true"><strong>{total}</strong>{unit}</p>
                </div>
                <ul class="legend">
                    {shares
                        .into_iter()
                        .enumerate()
                        .map(|(index, share)| {
                            view! {
                                <li>
                                    <a class="item" href=share.href>
                                        <span class=format!("swatch swatch-{}", index + 1)></span>
                                        <span>{share.name}</span>
                                        <span>{share.count}</span>
                                        <span class="dim">{format!("{} %", share.percent)}</span>
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </div>
            <details class="chart-data">
                <summary>"As a table"</summary>
                <table class="compact">
                    <caption class="visually-hidden">{title}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="num">"Opportunities"</th>
                            <th scope="col" class="num">"Share"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {all
                            .into_iter()
                            .map(|share| {
                                view! {
                                    <tr>
                                        <th scope="row"><a href=share.href>{share.name}</a></th>
                                        <td class="num">{share.count}</td>
                                        <td class="num">{format!("{} %", share.percent)}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </details>
        </figure>
    }
}
