//! The rows of the list.

use domain::opportunities::{Cell, Head, ListRow};
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use crate::components::badge::Badge;

#[component]
pub fn Table(heads: Vec<Head>, rows: Vec<ListRow>) -> impl IntoView {
    view! {
        <section class="card">
            <div class="scroll" role="region" aria-label="Table of opportunities" tabindex="0">
                <table class="list">
                    <thead><tr>{heads.into_iter().map(head).collect_view()}</tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

fn head(head: Head) -> impl IntoView {
    let sort = head.descending.map(|descending| if descending { "descending" } else { "ascending" });
    let mark = head.descending.map(|descending| if descending { "▾" } else { "▴" });
    view! {
        <th scope="col" class:num=head.number aria-sort=sort>
            <a href=head.href>{head.label} {mark.map(|mark| view! { <span aria-hidden="true">{mark}</span> })}</a>
        </th>
    }
}

fn row(row: ListRow) -> impl IntoView {
    let (id, gone) = (row.id, row.gone);
    let cell = move |cell: Cell| {
        let title = cell.text.clone();
        let inside = match (cell.tone, cell.leads) {
            (Some(tone), _) => EitherOf3::A(view! { <Badge tone word=cell.text/> }),
            (None, true) => EitherOf3::B(view! {
                <a href=format!("/opportunities/{id}")>{cell.text}</a>
                {if gone { Either::Left(view! { " " <span class="basis">"deleted"</span> }) } else { Either::Right(()) }}
            }),
            (None, false) => EitherOf3::C(cell.text),
        };
        view! { <td class:num=cell.number class:dim=!cell.leads && !cell.number title=title>{inside}</td> }
    };
    view! { <tr>{row.cells.into_iter().map(cell).collect_view()}</tr> }
}
