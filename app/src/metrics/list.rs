//! The list of metrics. What is searched and shown is in the address.

use domain::pager::Pager;
use leptos::either::Either;
use leptos::prelude::*;

use super::inputs::{About, select};
use super::{NEW, PATH, Standing, Standings};
use crate::components::icon::Icon;
use crate::components::pager::Pages;

pub struct ListView {
    pub search: String,
    pub state: String,
    pub deprecated: bool,
    pub lines: Vec<MetricLine>,
    /// "12 metrics".
    pub total: String,
    pub pager: Pager,
    /// Whether there are any at all.
    pub any: bool,
    pub may_write: bool,
    /// Why the query was not taken.
    pub refused: Option<String>,
}

pub struct MetricLine {
    pub code: String,
    pub name: String,
    pub standing: Vec<Standing>,
    pub said: String,
    /// The last stored value.
    pub value: Option<String>,
    /// "+3 since 12 Nov", and whether it says something.
    pub trend: Option<String>,
    pub version: String,
    pub used_by: i64,
    /// "Rowan Hill, 2 days ago".
    pub changed: String,
}

pub fn list(of: ListView) -> AnyView {
    let ListView { search, state, deprecated, lines, total, pager, any, may_write, refused } = of;
    let states = [("active", "Active"), ("draft", "Draft"), ("deprecated", "Deprecated")]
        .map(|(state, word)| (state.to_owned(), word.to_owned()));
    let found = if lines.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="metrics"/>
                <strong>{if any { "Nothing fits" } else { "No metric yet" }}</strong>
                <p>{if any { "No metric has these words, in this state." } else { "A metric says what a word such as “at risk” means, in conditions that everybody can read." }}</p>
                {(!any && may_write).then(|| view! { <a class="btn primary" href=NEW>"Make a metric"</a> })}
            </div>
        })
    } else {
        Either::Right(table(lines))
    };
    view! {
        <div class="top">
            <h1>"Metrics"</h1>
            <span class="grow"></span>
            {may_write.then(|| view! { <a class="btn primary" href=NEW>"Make a metric"</a> })}
        </div>
        {refused.map(|reason| view! { <div class="notice bad" role="alert"><p>{reason}</p></div> })}
        <form class="filters" method="get" action=PATH data-live=PATH role="search" aria-label="Metrics">
            <div class="filter-line">
                <label class="visually-hidden" for="search">"Search"</label>
                <input class="field grow" id="search" type="search" name="search" maxlength="200" autocomplete="off" value=search placeholder="Search names, descriptions and codes"/>
                {select("state", &state, states.into(), Some("Any state"), About::label("State"))}
                <label class="check"><input type="checkbox" name="includeDeprecated" value="true" checked=deprecated/>"Deprecated too"</label>
                <button class="btn without-wasm">"Search"</button>
            </div>
        </form>
        <p class="visually-hidden" role="status" data-part="said">{total}</p>
        <div data-part="list">
            <section class="card">{found}</section>
            <Pages pager/>
        </div>
    }
    .into_any()
}

fn table(lines: Vec<MetricLine>) -> AnyView {
    let line = |line: MetricLine| {
        let MetricLine { code, name, standing, said, value, trend, version, used_by, changed } = line;
        let value = value.map_or_else(
            || Either::Left(view! { <span class="dim">"—"</span> }),
            |value| Either::Right(view! { <strong>{value}</strong> }),
        );
        view! {
            <tr>
                <th scope="row" class="metric-name">
                    <a href=format!("{PATH}/{code}") title=name.clone()>{name.clone()}</a>
                    <code class="basis">{code}</code>
                </th>
                <td class="states"><Standings of=standing/></td>
                <td class="said" title=said.clone()><span>{said.clone()}</span></td>
                <td class="num">{value}{trend.map(|trend| view! { <span class="basis trend">{trend}</span> })}</td>
                <td class="num">{version}</td>
                <td class="num">{if used_by == 0 { "—".to_owned() } else { used_by.to_string() }}</td>
                <td class="dim" title=changed.clone()>{changed.clone()}</td>
            </tr>
        }
    };
    view! {
        <div class="scroll" role="region" aria-label="Table of metrics" tabindex="0">
            <table class="metrics">
                <thead>
                    <tr>
                        <th scope="col">"Metric"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"What it says"</th>
                        <th scope="col" class="num">"Last value"</th>
                        <th scope="col" class="num">"Version"</th>
                        <th scope="col" class="num">"Used by"</th>
                        <th scope="col">"Changed"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
