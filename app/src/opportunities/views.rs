//! The lists above the list: those that everybody needs, those that are kept, and the form that keeps one.

use domain::opportunities::Tab;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{RemoveView, SaveView};

#[component]
pub fn Views(tabs: Vec<Tab>) -> impl IntoView {
    let tab = |tab: Tab| view! { <a href=tab.href aria-current=tab.on.then_some("page")>{tab.name}</a> };
    view! { <nav class="tabs" aria-label="Views">{tabs.into_iter().map(tab).collect_view()}</nav> }
}

/// Plain forms: the answer leads back to the list. `search` is its address.
#[component]
pub fn KeepView(search: String, current: Option<Tab>) -> impl IntoView {
    view! {
        {current
            .and_then(|tab| Some((tab.name, tab.removable?)))
            .map(|(name, id)| view! {
                <form method="post" action=RemoveView::PATH>
                    <input type="hidden" name="id" value=id/>
                    <button class="btn" aria-label=format!("Remove the view {name}")>"Remove view"</button>
                </form>
            })}
        <details class="menu end">
            <summary class="btn primary">"Save view"</summary>
            <form class="items" method="post" action=SaveView::PATH>
                <input type="hidden" name="search" value=search/>
                <label>"Name " <input class="field" name="name" required maxlength="60" autocomplete="off"/></label>
                <label class="check"><input type="checkbox" name="shared" value="true"/>"Show it to everybody"</label>
                <button class="btn primary">"Save"</button>
            </form>
        </details>
    }
}
