//! The page of a metric: what it is worth now and was before, what it says, who is behind the number.

use domain::dashboard::Tone;
use domain::pager::Pager;
use leptos::either::Either;
use leptos::prelude::*;

use super::editor::RowLine;
use super::inputs::{About, hidden, lines, text};
use super::{Here, PATH, Parts, Standing, Standings};
use crate::components::badge::Badge;
use crate::components::chart::Bars;
use crate::components::pager::Pages;
use crate::settings::told::{Notice, Told};

pub struct OneView {
    pub code: String,
    pub name: String,
    pub description: String,
    pub standing: Vec<Standing>,
    pub may_write: bool,
    pub told: Option<String>,
    /// Reckoned now, its share of all, and since when that is; or why there is none.
    pub value: Result<(String, String), String>,
    pub sentence: Option<String>,
    /// A drawing of ours of the stored values, and the same as a table.
    pub drawing: String,
    pub points: Vec<Point>,
    pub heads: Vec<(String, bool)>,
    pub rows: Vec<RowLine>,
    pub pager: Option<Pager>,
    pub csv: Option<String>,
    pub tests: Vec<TestLine>,
    pub used_by: Vec<(String, String)>,
    pub ending: Option<Ending>,
    /// A version that could count and does not.
    pub waits: Option<i32>,
    /// The form of a deprecation that was refused: reason, replacement, and why.
    pub refused: Option<(String, String, String)>,
}

/// A stored value.
pub struct Point {
    pub when: String,
    pub value: String,
    pub share: String,
    pub version: String,
    /// The first of its version.
    pub changed: bool,
}

pub struct TestLine {
    pub words: String,
    pub expected: &'static str,
    pub result: Result<(), String>,
}

/// Of a metric that no longer counts.
pub struct Ending {
    pub when: String,
    pub who: String,
    pub reason: String,
    pub replaced_by: Option<String>,
}

pub fn one(of: OneView) -> AnyView {
    let OneView {
        code,
        name,
        description,
        standing,
        may_write,
        told,
        value,
        sentence,
        drawing,
        points,
        heads,
        rows,
        pager,
        csv,
        tests,
        used_by,
        ending,
        waits,
        refused,
    } = of;
    let at = format!("{PATH}/{code}");
    let gone = ending.is_some();
    let worth = match value {
        Ok((value, share)) => Either::Left(view! { <p class="total">{value}</p><p class="basis">{share}</p> }),
        Err(why) => Either::Right(view! { <p class="empty">{why}</p> }),
    };
    let keep = (may_write && !gone).then(|| view! {
        <form method="post" action=format!("{at}/values")><button class="btn">"Compute and keep a value now"</button></form>
    });
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=PATH>"Metrics"</a></nav>
        <div class="top">
            <h1>{name}</h1>
            <Standings of=standing/>
            <span class="grow"></span>
            <code class="basis">{code.clone()}</code>
            {waits.filter(|_| may_write).map(|version| activate(&at, version))}
            {may_write.then(|| view! { <a class="btn" href=format!("{at}/edit")>{if gone { "Bring back" } else { "Edit" }}</a> })}
        </div>
        <Parts code=code.clone() here=Here::Metric may_write/>
        {told.map(|text| view! { <Notice told=Told::plain(text)/> })}
        {ending.map(over)}
        <div class="metric-grid">
            <div class="stack">
                <section class="card" aria-labelledby="now-title">
                    <header><h2 id="now-title">"Now"</h2></header>
                    {worth}
                    <p class="dim below">{description}</p>
                    {sentence.map(|sentence| view! { <p class="say">{sentence}</p> })}
                </section>
                {examples(tests)}
                {uses(&used_by)}
                {(may_write && !gone).then(|| end(&at, &code, &used_by, refused))}
            </div>
            <div class="stack">
                <section class="card" aria-labelledby="before-title">
                    <header><h2 id="before-title">"Stored values"</h2><span class="basis">"Kept each night, and when somebody asks"</span><span class="grow"></span>{keep}</header>
                    {values(drawing, points)}
                </section>
                {behind(heads, rows, pager, csv)}
            </div>
        </div>
    }
    .into_any()
}

/// The version that waits counts from then on.
fn activate(at: &str, version: i32) -> impl IntoView + use<> {
    view! {
        <form method="post" action=format!("{at}/activate")>
            {hidden("version", version.to_string())}
            <button class="btn primary">{format!("Activate v{version}")}</button>
        </form>
    }
}

fn over(of: Ending) -> impl IntoView {
    let instead =
        of.replaced_by.map(|code| view! { " Use "<a href=format!("{PATH}/{code}")>{code.clone()}</a>" instead." });
    view! {
        <div class="notice warn">
            <p><strong>"This metric is deprecated"</strong>{format!("{}, {}: {}", of.who, of.when, of.reason)}{instead}</p>
        </div>
    }
}

fn values(drawing: String, points: Vec<Point>) -> impl IntoView {
    if points.is_empty() {
        return Either::Left(view! { <p class="empty">"None is stored yet. The first follows tonight."</p> });
    }
    let changes = points
        .iter()
        .filter(|point| point.changed)
        .map(|point| view! { <li class="key">{format!("{} from {}", point.version, point.when)}</li> })
        .collect_view();
    let line = |point: Point| {
        view! {
            <tr>
                <th scope="row">{point.when}</th>
                <td class="num">{point.value}</td>
                <td class="num">{point.share}</td>
                <td>{point.version}{point.changed.then_some(" · the definition changed")}</td>
            </tr>
        }
    };
    Either::Right(view! {
        <figure class="chart">
            <div class="plot columns" role="region" aria-label="Drawing of stored values" tabindex="0"><Bars svg=drawing label="Stored values, a colour for each version"/></div>
            <ul class="keys versions" aria-label="Versions">{changes}</ul>
            <details class="chart-data">
                <summary>"As a table"</summary>
                <div class="scroll" role="region" aria-label="Table of stored values" tabindex="0">
                    <table class="compact">
                        <thead><tr><th scope="col">"When"</th><th scope="col" class="num">"Value"</th><th scope="col" class="num">"Records"</th><th scope="col">"Version"</th></tr></thead>
                        <tbody>{points.into_iter().rev().map(line).collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </figure>
    })
}

fn behind(heads: Vec<(String, bool)>, rows: Vec<RowLine>, pager: Option<Pager>, csv: Option<String>) -> impl IntoView {
    let table = if rows.is_empty() {
        Either::Left(view! { <p class="empty">"No record counts now."</p> })
    } else {
        Either::Right(record_table(&heads, &rows, "Records behind the number"))
    };
    view! {
        <section class="card" id="rows" aria-labelledby="behind-title">
            <header>
                <h2 id="behind-title">"Behind the number"</h2>
                <span class="grow"></span>
                {csv.map(|href| view! { <a class="btn" href=href download="" rel="external">"CSV"</a> })}
            </header>
            {table}
            {pager.map(|pager| view! { <Pages pager/> })}
        </section>
    }
}

pub(super) fn record_table(heads: &[(String, bool)], rows: &[RowLine], label: &'static str) -> AnyView {
    let head = |(label, number): &(String, bool)| view! { <th scope="col" class:num=*number>{label.clone()}</th> };
    let line = |row: &RowLine| {
        let cells = row
            .cells
            .iter()
            .zip(heads)
            .skip(1)
            .map(|(cell, (_, number))| view! { <td class:num=*number title=cell.clone()>{cell.clone()}</td> });
        let name = row.cells.first().cloned().unwrap_or_default();
        view! { <tr><th scope="row" class="clip" title=name.clone()><a href=row.href.clone() rel="external">{name.clone()}</a></th>{cells.collect_view()}</tr> }
    };
    view! {
        <div class="scroll" role="region" aria-label=label tabindex="0">
            <table class="compact records">
                <thead><tr>{heads.iter().map(head).collect_view()}</tr></thead>
                <tbody>{rows.iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn examples(tests: Vec<TestLine>) -> impl IntoView {
    let line = |test: TestLine| {
        let (tone, word) = if test.result.is_ok() { (Tone::Ok, "Passes") } else { (Tone::Bad, "Fails") };
        let because = test.result.err().map(|because| view! { <span class="basis">{because}</span> });
        view! { <li><p>{test.words}" → "{test.expected}</p><p class="line"><Badge tone word/>{because}</p></li> }
    };
    (!tests.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="tests-title">
                <header><h2 id="tests-title">"Tests"</h2></header>
                <ul class="files">{tests.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

fn uses(used_by: &[(String, String)]) -> impl IntoView + use<> {
    let list = if used_by.is_empty() {
        Either::Left(view! { <p class="basis">"Nothing uses it yet."</p> })
    } else {
        Either::Right(used(used_by))
    };
    view! {
        <section class="card" aria-labelledby="used-title">
            <header><h2 id="used-title">"Used by"</h2></header>
            {list}
        </section>
    }
}

fn used(used_by: &[(String, String)]) -> impl IntoView + use<> {
    let line = |(word, href): (String, String)| view! { <li><a class="link" href=href rel="external">{word}</a></li> };
    view! { <ul class="files">{used_by.iter().cloned().map(line).collect_view()}</ul> }
}

/// What uses it is said before it ends.
fn end(
    at: &str,
    code: &str,
    used_by: &[(String, String)],
    refused: Option<(String, String, String)>,
) -> impl IntoView + use<> {
    let (reason, replacement, why) = refused.clone().unwrap_or_default();
    let wrong = !why.is_empty();
    let used = if used_by.is_empty() {
        Either::Left(view! { <p class="basis">"Nothing uses it."</p> })
    } else {
        Either::Right(
            view! { <p class="basis">"It is used by these; they keep their last value and say so:"</p>{used(used_by)} },
        )
    };
    let about = || About { described: wrong.then(|| "end-error".to_owned()), wrong, ..About::default() };
    view! {
        <details class="card ends-card" id="end" open=wrong>
            <summary><h2>"Deprecate"</h2></summary>
            <form class="form" method="post" action=format!("{at}/deprecate")>
                {hidden("code", code.to_owned())}
                {used}
                {wrong.then(|| view! { <p class="error" id="end-error">{why}</p> })}
                <div class="form-row"><label for="reason">"Reason"</label>{lines("reason", &reason, 2, about())}</div>
                <div class="form-row"><label for="replacedBy">"Code of the metric to use instead"</label>{text("replacedBy", &replacement, "text", None, about())}<p class="hint">"Empty: none."</p></div>
                <div><button class="btn danger">"Deprecate this metric"</button></div>
            </form>
        </details>
    }
}
