//! A list beside the mirror; its lines are chosen for the form above it.

use domain::reconciliation::view::ListView;
use leptos::either::EitherOf3;
use leptos::prelude::*;

use super::{remedies, rows};
use crate::augmented::fields::Refused;
use crate::components::pager::Pages;
use crate::opportunities::filters::Chips;
use crate::opportunities::table::Table;

pub fn list(view: ListView, refused: Option<&Refused>) -> AnyView {
    let ListView { sheet, offer } = view;
    let form = offer.as_ref().map(|offer| remedies::form(offer, refused));
    let found = match (sheet.rows.is_empty(), offer) {
        (true, _) => {
            EitherOf3::A(view! { <section class="card"><p class="empty">"Nothing is missing here."</p></section> })
        }
        (false, None) => EitherOf3::B(rows("opportunities", sheet.heads, sheet.rows)),
        (false, Some(offer)) => {
            let lead = remedies::lead(&offer, refused);
            EitherOf3::C(view! {
                <div class="proofs"><Table name="opportunities" heads=sheet.heads rows=sheet.rows lead/></div>
            })
        }
    };
    view! {
        <div class="top">
            <span class="fresh"><span class="dot"></span>{sheet.fresh}</span>
            <span class="grow"></span>
            <a class="btn" href=sheet.csv download="">"CSV"</a>
        </div>
        <Chips chips=sheet.chips summary=sheet.summary/>
        {form}
        {found}
        <Pages pager=sheet.pager/>
    }
    .into_any()
}
