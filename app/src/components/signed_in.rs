//! What every page behind the sign-in has in common: the frame, once it is known who looks.

use leptos::either::Either;
use leptos::prelude::*;

use super::failure::Failure;
use super::frame::Frame;
use crate::identity::viewer::Viewer;
use crate::wire::Answer;

/// The page for whoever is signed in, or why it could not open: `<SignedIn who let:viewer>`. The page makes `who` itself,
/// before its other resources: in one order on both sides.
#[component]
pub fn SignedIn<C, V>(who: Answer<Viewer>, children: C) -> impl IntoView
where
    C: Fn(Viewer) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    match who.await {
                        Ok(viewer) => Either::Left(view! { <Frame viewer=viewer.clone()>{children(viewer)}</Frame> }),
                        Err(error) => {
                            Either::Right(view! { <main class="auth" id="main"><Failure what="Backline could not open." error/></main> })
                        }
                    }
                })
            }}
        </Suspense>
    }
}
