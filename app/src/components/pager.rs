//! Where a page lies in its list, with plain links to those beside it.

use domain::pager::Pager;
use leptos::either::Either;
use leptos::prelude::*;

#[component]
pub fn Pages(pager: Pager) -> impl IntoView {
    view! {
        <nav class="chips pager" aria-label="Pages">
            <span class="basis">{pager.place}</span>
            <span class="grow"></span>
            <Turn href=pager.previous word="Previous" rel="prev"/>
            <Turn href=pager.next word="Next" rel="next"/>
        </nav>
    }
}

#[component]
fn Turn(href: Option<String>, word: &'static str, rel: &'static str) -> impl IntoView {
    match href {
        Some(href) => Either::Left(view! { <a class="btn" href=href rel=rel>{word}</a> }),
        None => Either::Right(view! { <span class="btn" role="link" aria-disabled="true">{word}</span> }),
    }
}
