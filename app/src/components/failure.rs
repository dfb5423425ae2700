//! What stands where something could not be read.

use leptos::prelude::*;

use crate::AppError;

#[component]
pub fn Failure(what: &'static str, error: AppError) -> impl IntoView {
    let ended = error == AppError::Unauthenticated;
    view! {
        <div class="notice bad" role="alert">
            <p>
                <strong>{what}</strong>
                " "
                {error.to_string()}
            </p>
            // A plain link: it works also when nothing else does.
            <a class="btn" href=if ended { "/sign-in" } else { "" } rel="external">
                {if ended { "Sign in" } else { "Try again" }}
            </a>
        </div>
    }
}
