//! A signed-in page around one list: everything that it shows follows from its address, so it works as plain links.

use domain::live::Topic;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;

use super::failure::Failure;
use super::signed_in::SignedIn;
use crate::AppError;
use crate::identity::viewer::Viewer;
use crate::live::use_live;

/// `show` is given what was read; `path` leads back where an address is refused.
#[component]
pub fn Listing<T>(
    title: &'static str,
    path: &'static str,
    who: Resource<Result<Viewer, AppError>>,
    list: Resource<Result<T, AppError>>,
    show: Callback<T, AnyView>,
) -> impl IntoView
where
    T: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    use_live(&[Topic::Opportunities, Topic::Sync], Callback::new(move |()| list.refetch()));
    let reading = move || {
        view! {
            <div class="top"><h1>{title}</h1></div>
            <div class="card" aria-hidden="true"><div class="skeleton text"></div><div class="skeleton plot"></div></div>
        }
    };
    view! {
        <Title text=title/>
        <SignedIn who let:_viewer>
            <Transition fallback=reading>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(list) => Either::Left(show.run(list)),
                        Err(error) => Either::Right(view! {
                            <div class="top"><h1>{title}</h1></div>
                            <Failure what="The list could not be read." error/>
                            <p><a class="btn" href=path>"The whole list"</a></p>
                        }),
                    }
                })}
            </Transition>
        </SignedIn>
    }
}

/// The head of a list: its name, how old the mirror is, the file of all of its rows.
#[component]
pub fn ListHead(title: &'static str, fresh: String, csv: String) -> impl IntoView {
    view! {
        <div class="top">
            <h1>{title}</h1>
            <span class="fresh"><span class="dot"></span>{fresh}</span>
            <span class="grow"></span>
            <a class="btn" href=csv rel="external" download="">"CSV"</a>
        </div>
    }
}
