//! What the formula finds now: how many, how each condition narrows them, who they are, and why one is or is not among them.

use domain::dashboard::Tone;
use leptos::prelude::*;

use super::EditorView;
use crate::components::badge::Badge;
use crate::metrics::inputs::{About, Button, text};

#[derive(Debug, Clone, Default)]
pub struct PreviewView {
    /// "on 412 customers, now".
    pub basis: String,
    /// The measure's value.
    pub value: String,
    /// "28 of 412, 6.8 %".
    pub share: String,
    /// Against the version that counts.
    pub against: Option<(String, bool)>,
    pub funnel: Vec<FunnelStep>,
    pub base: i64,
    pub heads: Vec<(String, bool)>,
    pub rows: Vec<RowLine>,
    /// "20 of 28".
    pub shown: String,
    pub explain: Option<ExplainView>,
}

#[derive(Debug, Clone)]
pub struct FunnelStep {
    pub words: String,
    pub count: i64,
    pub told: String,
}

/// A record: the first cell is its name.
#[derive(Debug, Clone)]
pub struct RowLine {
    pub id: i64,
    pub href: String,
    pub cells: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct ExplainView {
    pub name: String,
    pub matches: bool,
    pub answers: Vec<AnswerLine>,
}

#[derive(Debug, Clone)]
pub struct AnswerLine {
    pub depth: usize,
    pub clause: String,
    pub holds: bool,
    pub found: String,
}

pub fn cards(of: &EditorView) -> AnyView {
    let again = view! { <span class="grow"></span><span class="without-wasm">{Button::new("look", "btn", "Update").view()}</span> };
    let preview = match &of.preview {
        Err(why) => view! {
            <section class="card" aria-labelledby="preview-title" data-part="preview">
                <header><h2 id="preview-title">"Preview"</h2>{again}</header>
                <p class="empty">{why.clone()}</p>
            </section>
        }
        .into_any(),
        Ok(preview) => {
            let against = preview
                .against
                .clone()
                .map(|(words, change)| view! { <p class="against" class:changed=change>{words}</p> });
            view! {
                <section class="card" aria-labelledby="preview-title" data-part="preview">
                    <header><h2 id="preview-title">"Preview"</h2><span class="basis">{preview.basis.clone()}</span>{again}</header>
                    <p class="total">{preview.value.clone()}</p>
                    <p class="basis">{preview.share.clone()}</p>
                    {against}
                    {funnel(preview)}
                </section>
            }
            .into_any()
        }
    };
    view! { {preview}{rows(of)}{one(of)} }.into_any()
}

fn funnel(preview: &PreviewView) -> AnyView {
    let step = |step: &FunnelStep| {
        view! {
            <li>
                <progress class="bar" aria-label=step.words.clone() max=preview.base.max(1) value=step.count></progress>
                <span class="num">{step.told.clone()}</span>
                <p class="basis">{step.words.clone()}</p>
            </li>
        }
    };
    view! { <ol class="narrowing" aria-label="How each condition narrows them">{preview.funnel.iter().map(step).collect_view()}</ol> }.into_any()
}

fn rows(of: &EditorView) -> AnyView {
    let shown = of.preview.as_ref().ok().filter(|preview| !preview.rows.is_empty());
    let table = shown.map(|preview| {
        let head = |(label, number): &(String, bool)| view! { <th scope="col" class:num=*number>{label.clone()}</th> };
        let line = |row: &RowLine| {
            let cells = row.cells.iter().zip(&preview.heads).skip(1).map(|(cell, (_, number))| {
                view! { <td class:num=*number title=cell.clone()>{cell.clone()}</td> }
            });
            let name = row.cells.first().cloned().unwrap_or_default();
            let why = Button { label: Some(format!("Why {name}?")), ..Button::new(format!("why:{}", row.id), "btn quiet why", "Why?") };
            view! {
                <tr>
                    <th scope="row" class="clip" title=name.clone()><a href=row.href.clone() rel="external">{name.clone()}</a></th>
                    <td>{why.view()}</td>
                    {cells.collect_view()}
                </tr>
            }
        };
        view! {
            <div class="scroll" role="region" aria-label="Records that count" tabindex="0">
                <table class="compact records">
                    <thead><tr>{preview.heads.iter().take(1).map(head).collect_view()}<th scope="col"><span class="visually-hidden">"Why"</span></th>{preview.heads.iter().skip(1).map(head).collect_view()}</tr></thead>
                    <tbody>{preview.rows.iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        }
    });
    let none = shown.is_none().then(|| view! { <p class="empty">"Nobody to show."</p> });
    let words = shown.map(|preview| preview.shown.clone());
    view! {
        <section class="card" aria-labelledby="rows-title" data-part="rows">
            <header><h2 id="rows-title">"Who"</h2><span class="basis">{words}</span></header>
            {table}
            {none}
        </section>
    }
    .into_any()
}

/// One record, clause by clause.
fn one(of: &EditorView) -> AnyView {
    let noun = match of.form.entity {
        domain::metrics::Entity::Customer => "customer",
        domain::metrics::Entity::Opportunity => "opportunity",
    };
    let explained = of.preview.as_ref().ok().and_then(|preview| preview.explain.as_ref()).map(|explain| {
        let (tone, word) = if explain.matches { (Tone::Ok, "Counts") } else { (Tone::Warn, "Does not count") };
        view! {
            <p class="line" id="explained"><strong>{explain.name.clone()}</strong><Badge tone word/></p>
            <ul class="answers">{explain.answers.iter().map(answer).collect_view()}</ul>
        }
    });
    let missing = (explained.is_none() && !of.record.is_empty() && of.preview.is_ok())
        .then(|| view! { <p class="basis">{format!("There is no {noun} with the id {}.", of.record)}</p> });
    view! {
        <section class="card" aria-labelledby="one-title">
            <header><h2 id="one-title">{format!("Test one {noun}")}</h2></header>
            <div class="line">
                <label for="record">"Id"</label>
                {text("record", &of.record, "text", Some("numeric"), About { focus: of.focuses("record"), described: Some("one-hint".into()), ..About::default() })}
                {Button::new("why", "btn", "Explain").view()}
            </div>
            <p class="hint" id="one-hint">"Its number in the rental system, or “Why?” in the list above."</p>
            <div data-part="explained">{explained}{missing}</div>
        </section>
    }
    .into_any()
}

fn answer(line: &AnswerLine) -> impl IntoView + use<> {
    let (class, word) = if line.holds { ("holds", "holds") } else { ("fails", "does not hold") };
    let found =
        (!line.found.is_empty()).then(|| view! { <span class="basis">{format!("found {}", line.found)}</span> });
    let level = format!("{class} level-{}", line.depth.min(7));
    view! { <li class=level><span>{line.clause.clone()}</span><span class="visually-hidden">{word}</span>{found}</li> }
}
