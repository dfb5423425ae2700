//! A signed-in page around one list: everything that it shows follows from its address, so it works as plain links.

use domain::live::Topic;
use domain::opportunities::Sheet;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::filters::Chips;
use super::table::Table;
use crate::AppError;
use crate::components::failure::Failure;
use crate::components::kept::kept;
use crate::components::pager::Pages;
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::Viewer;
use crate::live::use_live;
use crate::wire::Answer;

/// `split` gives the list, what stands above and what stands below it; `none` is said where nothing is to be listed at all;
/// `path` leads back where an address is refused.
#[component]
pub fn Listing<T>(
    title: &'static str,
    name: &'static str,
    path: &'static str,
    none: &'static str,
    who: Answer<Viewer>,
    list: Answer<T>,
    split: fn(T) -> (Sheet, AnyView, AnyView),
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    use_live(&[Topic::Opportunities, Topic::Sync], Callback::new(move |()| list.refetch()));
    view! {
        <Title text=title/>
        <SignedIn who let:_viewer>
            <Transition fallback=move || reading(title)>
                {move || Suspend::new(async move {
                    match list.await.map(split) {
                        Ok((sheet, above, below)) => Either::Left(view! { <Whole title name none sheet above below/> }),
                        Err(error) => Either::Right(view! { <Unreadable title path error/> }),
                    }
                })}
            </Transition>
        </SignedIn>
    }
}

#[component]
fn Whole(
    title: &'static str,
    name: &'static str,
    none: &'static str,
    sheet: Sheet,
    above: AnyView,
    below: AnyView,
) -> impl IntoView {
    let (fresh, csv, xlsx) = (sheet.fresh.clone(), sheet.csv.clone(), sheet.xlsx.clone());
    view! {
        <div class="top">
            <h1>{title}</h1>
            <span class="fresh"><span class="dot"></span>{fresh}</span>
            <span class="grow"></span>
            <Files csv xlsx/>
        </div>
        {above}
        <Rows name none sheet/>
        {below}
    }
}

/// The list as a file: at once, or made behind the requests.
#[component]
pub fn Files(csv: String, xlsx: String) -> impl IntoView {
    view! {
        <a class="btn" href=csv rel="external" download="">"CSV"</a>
        <a class="btn" href=xlsx rel="external">"Excel"</a>
    }
}

/// Chips, rows and pages; without rows a sentence.
#[component]
pub fn Rows(name: &'static str, none: &'static str, sheet: Sheet) -> impl IntoView {
    let Sheet { chips, heads, rows, summary, pager, .. } = sheet;
    let said = if chips.is_empty() { none } else { "Nothing fits these filters." };
    view! {
        {kept((chips, summary), |(chips, summary)| view! { <Chips chips summary/> }.into_any())}
        {if rows.is_empty() {
            Either::Left(view! { <section class="card"><p class="empty">{said}</p></section> })
        } else {
            Either::Right(view! { <Table name heads rows/> })
        }}
        {kept(pager, |pager| view! { <Pages pager/> }.into_any())}
    }
}

#[component]
pub fn Unreadable(title: &'static str, path: &'static str, error: AppError) -> impl IntoView {
    view! {
        <div class="top"><h1>{title}</h1></div>
        <Failure what="The list could not be read." error/>
        <p><a class="btn" href=path>"The whole list"</a></p>
    }
}

/// What stands there until the list is read.
pub fn reading(title: &'static str) -> impl IntoView {
    view! {
        <div class="top"><h1>{title}</h1></div>
        <div class="card" aria-hidden="true"><div class="skeleton text"></div><div class="skeleton plot"></div></div>
    }
}
