//! The rows of a list, whatever it lists.

use domain::opportunities::{Cell, Head};
use leptos::either::{Either, EitherOf5};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::ReadAgain;
use super::changes::Difference;
use crate::components::badge::Badge;
use crate::components::kept::kept;

#[component]
pub fn Table(
    name: &'static str,
    heads: Vec<Head>,
    rows: Vec<Vec<Cell>>,
    /// A column before all others: its head, and what stands in each row.
    #[prop(optional)]
    lead: Option<(&'static str, Vec<AnyView>)>,
) -> impl IntoView {
    let (first, leads) = lead.map_or((None, Vec::new()), |(head, leads)| (Some(head), leads));
    let mut leads = leads.into_iter();
    let row = |row: Vec<Cell>| match leads.next() {
        None => kept(row, |row| view! { <tr>{row.into_iter().map(cell).collect_view()}</tr> }.into_any()),
        Some(lead) => {
            view! { <tr><td class="lead">{lead}</td>{row.into_iter().map(cell).collect_view()}</tr> }.into_any()
        }
    };
    let rows = rows.into_iter().map(row).collect_view();
    let first = first.map(|word| view! { <th scope="col">{word}</th> });
    view! {
        <section class="card">
            <div class="scroll" role="region" aria-label=format!("Table of {name}") tabindex="0">
                <table class="list">
                    <thead><tr>
                        {first}
                        {kept(heads, |heads| heads.into_iter().map(head).collect_view().into_any())}
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn head(head: Head) -> impl IntoView {
    let sort = head.descending.map(|descending| if descending { "descending" } else { "ascending" });
    let mark = head.descending.map(|descending| if descending { "▾" } else { "▴" });
    let inside = match head.href {
        Some(href) => Either::Left(view! {
            <a href=href>{head.label} {mark.map(|mark| view! { <span aria-hidden="true">{mark}</span> })}</a>
        }),
        None => Either::Right(head.label),
    };
    view! { <th scope="col" class:num=head.number aria-sort=sort>{inside}</th> }
}

fn cell(cell: Cell) -> impl IntoView {
    let (number, wrap) = (cell.number, cell.wrap);
    let title = (!cell.wrap).then(|| cell.text.clone());
    let dim = cell.href.is_none() && !cell.number && !cell.wrap;
    let inside = match cell {
        Cell { tone: Some(tone), text, .. } => EitherOf5::A(view! { <Badge tone word=text/> }),
        Cell { href: Some(href), text, note, .. } => EitherOf5::B(view! {
            <a href=href>{text}</a>
            {note.map(|note| view! { " " <span class="basis">{note}</span> })}
        }),
        Cell { again: Some(id), .. } => EitherOf5::C(view! { <Again id/> }),
        Cell { fields, .. } if !fields.is_empty() => EitherOf5::D(view! { <Difference fields/> }),
        Cell { text, .. } => EitherOf5::E(text),
    };
    view! { <td class:num=number class:dim=dim class:wrap=wrap title=title>{inside}</td> }
}

/// A plain form: its answer leads back to the list, in which the record then stands no more, or as seen just now.
#[component]
fn Again(id: i64) -> impl IntoView {
    view! {
        <form method="post" action=ReadAgain::PATH>
            <input type="hidden" name="id" value=id/>
            <button class="btn" aria-label=format!("Read again now: {id}")>"Read again now"</button>
        </form>
    }
}
