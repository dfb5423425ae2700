//! Opportunities by status.

use domain::dashboard::Share;
use leptos::prelude::*;

use crate::components::chart::Pie;

#[component]
pub fn StatusCard(total: String, pie: String, shares: Vec<Share>, all: Vec<Share>) -> impl IntoView {
    view! {
        <section class="card s5" aria-labelledby="status-title">
            <header>
                <h2 id="status-title">"Status"</h2>
                <span class="basis">"mirror, without deleted"</span>
            </header>
            {if shares.is_empty() {
                view! { <p class="empty">"Nothing is mirrored yet."</p> }.into_any()
            } else {
                view! { <Pie title="Opportunities by status" total unit="opportunities" svg=pie shares all/> }.into_any()
            }}
        </section>
    }
}
