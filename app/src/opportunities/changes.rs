//! What changed in one opportunity, with before and after.

use domain::opportunities::{ChangeLine, FieldChange};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::badge::Badge;

#[component]
pub fn Changes(id: i64, changes: Vec<ChangeLine>) -> impl IntoView {
    let line = |change: ChangeLine| {
        view! {
            <tr>
                <td class="dim">{change.when}</td>
                <td><Badge tone=change.tone word=change.what/></td>
                <td class="dim">{change.source}</td>
                <td class="wrap"><Difference fields=change.fields/></td>
            </tr>
        }
    };
    view! {
        <section class="card" aria-labelledby="changes-title">
            <header>
                <h2 id="changes-title">"Changes"</h2>
                <span class="basis">"newest first"</span>
                <span class="grow"></span>
                <a class="btn" href=format!("/changes?opportunity={id}")>"All changes"</a>
            </header>
            {if changes.is_empty() {
                Either::Left(view! { <p class="empty">"No change is known."</p> })
            } else {
                Either::Right(view! {
                    <div class="scroll" role="region" aria-label="Table of changes" tabindex="0">
                        <table>
                            <thead><tr>
                                <th scope="col">"When"</th><th scope="col">"What"</th><th scope="col">"Learned from"</th><th scope="col">"Fields"</th>
                            </tr></thead>
                            <tbody>{changes.into_iter().map(line).collect_view()}</tbody>
                        </table>
                    </div>
                })
            }}
        </section>
    }
}

#[component]
pub fn Difference(fields: Vec<FieldChange>) -> impl IntoView {
    if fields.is_empty() {
        return Either::Left(view! { <span class="dim">"—"</span> });
    }
    let one = |change: FieldChange| {
        view! {
            <li>
                <b>{change.field}</b> ": "
                <del><span class="visually-hidden">"before "</span>{change.before}</del>
                " "
                <ins><span class="visually-hidden">"after "</span>{change.after}</ins>
            </li>
        }
    };
    Either::Right(view! { <ul class="difference">{fields.into_iter().map(one).collect_view()}</ul> })
}
