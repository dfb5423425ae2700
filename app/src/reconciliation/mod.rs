//! The pages of the reconciliation: the proofs of the mirror, what a run found, the lists beside the mirror and what mends them.
//! They come whole from the host ([`crate::plain`]).

mod lists;
mod proofs;
mod remedies;

pub use proofs::run;
pub use remedies::FORM;

use domain::opportunities::{Cell, Head};
use domain::reconciliation::view::{MendedView, ReconciliationView, ShownList};
use leptos::either::Either;
use leptos::prelude::*;

use crate::augmented::fields::Refused;
use crate::opportunities::table::Table;
use crate::opportunities::views::Views;
use lists::list;
use proofs::Proof;

/// `mended` is what became of the records that somebody chose, `refused` the form that was not taken.
pub fn page(view: ReconciliationView, mended: Option<MendedView>, refused: Option<Refused>) -> AnyView {
    let content = match view.shown {
        ShownList::Mirror(proof) => Either::Left(view! { <Proof proof/> }),
        ShownList::List(found) => Either::Right(list(*found, refused.as_ref())),
    };
    view! {
        <div class="top"><h1>"Reconciliation"</h1></div>
        {refused.as_ref().map(Refused::notice)}
        {mended.map(remedies::told)}
        <Views tabs=view.tabs/>
        {content}
    }
    .into_any()
}

fn rows(name: &'static str, heads: Vec<Head>, rows: Vec<Vec<Cell>>) -> impl IntoView {
    view! { <div class="proofs"><Table name heads rows/></div> }
}
