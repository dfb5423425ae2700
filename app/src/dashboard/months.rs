//! Value by month: bars, and the same numbers as a table whose amounts lead to their lists.

use domain::dashboard::MonthBar;
use leptos::prelude::*;

use crate::components::chart::Bars;

#[component]
pub fn MonthsCard(bars: String, months: Vec<MonthBar>) -> impl IntoView {
    let row = |month: MonthBar| {
        view! {
            <tr>
                <th scope="row">{month.label}</th>
                <td class="num"><a href=month.booked_href>{month.booked}</a></td>
                <td class="num"><a href=month.quoted_href>{month.quoted}</a></td>
            </tr>
        }
    };
    view! {
        <section class="card s7" aria-labelledby="months-title">
            <header>
                <h2 id="months-title">"Value by month"</h2>
                <span class="basis">"before tax, by start date"</span>
                <span class="grow"></span>
                <span class="key"><span class="swatch swatch-1"></span>"booked"</span>
                <span class="key"><span class="swatch swatch-2"></span>"quoted"</span>
            </header>
            <figure class="chart">
                // Narrow screens scroll it sideways.
                <div class="plot columns" tabindex="0" role="region" aria-label="Chart of the value by month">
                    <Bars svg=bars label="Bars of the value booked and quoted in each month; the table below has the numbers"/>
                </div>
                <details class="chart-data">
                    <summary>"As a table"</summary>
                    <table class="compact">
                        <caption class="visually-hidden">"Value by month"</caption>
                        <thead><tr>
                            <th scope="col">"Month"</th><th scope="col" class="num">"Booked"</th><th scope="col" class="num">"Quoted"</th>
                        </tr></thead>
                        <tbody>{months.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </details>
            </figure>
        </section>
    }
}
