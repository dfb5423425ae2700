//! What changed in the mirror last.

use domain::dashboard::ChangeView;
use leptos::prelude::*;

use crate::components::badge::Badge;

#[component]
pub fn ChangesCard(changes: Vec<ChangeView>, href: String) -> impl IntoView {
    view! {
        <section class="card s7" aria-labelledby="changes-title">
            <header>
                <h2 id="changes-title">"Recent changes"</h2>
                <span class="basis">"newest first"</span>
                <span class="grow"></span>
                <a class="basis" href=href>"All changes"</a>
            </header>
            {if changes.is_empty() {
                view! { <p class="empty">"No change yet."</p> }.into_any()
            } else {
                table(changes).into_any()
            }}
        </section>
    }
}

fn table(changes: Vec<ChangeView>) -> impl IntoView {
    view! {
        <div class="scroll" role="region" aria-label="Table of recent changes" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Opportunity"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Change"</th>
                        <th scope="col" class="num">"Age"</th>
                    </tr>
                </thead>
                <tbody>
                    {changes
                        .into_iter()
                        .map(|change| {
                            view! {
                                <tr>
                                    <td title=change.opportunity.clone()><a href=change.href>{change.opportunity.clone()}</a></td>
                                    <td class="dim" title=change.customer.clone()>{change.customer.clone()}</td>
                                    <td><Badge tone=change.tone word=change.what/></td>
                                    <td class="num dim">{change.age}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}
