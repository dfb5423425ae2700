//! The row of numbers at the top.

use domain::dashboard::Card;
use leptos::either::Either;
use leptos::prelude::*;

#[component]
pub fn Cards(cards: Vec<Card>) -> impl IntoView {
    view! {
        <div class="grid kpis">
            {cards
                .into_iter()
                .map(|card| {
                    let name = card.label.clone();
                    view! {
                        <section class="card kpi s3" aria-label=name>
                            <div class="label">{card.label}</div>
                            <div class="value" title=card.exact>
                                {match card.href {
                                    Some(href) => Either::Left(view! { <a href=href>{card.value}</a> }),
                                    None => Either::Right(card.value),
                                }}
                            </div>
                            <div class="basis">{card.basis}</div>
                        </section>
                    }
                })
                .collect_view()}
        </div>
    }
}
