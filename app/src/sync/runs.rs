//! The last runs as a table.

use domain::sync::RunView;
use leptos::prelude::*;

use crate::components::badge::Badge;

#[component]
pub fn Runs(runs: Vec<RunView>) -> impl IntoView {
    if runs.is_empty() {
        return view! { <p class="empty">"No run yet."</p> }.into_any();
    }
    view! {
        <div class="scroll" role="region" aria-label="Last runs" tabindex="0">
            <table class="compact">
                <thead>
                    <tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">"Synced"</th>
                        <th scope="col" class="num">"Failed"</th>
                        <th scope="col">"Started"</th>
                        <th scope="col" class="num">"Took"</th>
                    </tr>
                </thead>
                <tbody>
                    {runs
                        .into_iter()
                        .map(|run| {
                            view! {
                                <tr>
                                    <th scope="row">{run.kind}</th>
                                    <td><Badge tone=run.tone word=run.state/></td>
                                    <td class="num">{run.synced}</td>
                                    <td class="num dim">{run.failed}</td>
                                    <td class="dim"><time datetime=run.started_at>{run.started}</time></td>
                                    <td class="num dim">{run.duration}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
