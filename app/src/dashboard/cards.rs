//! The row of numbers at the top.

use domain::dashboard::{Card, Change, Spark, Tone};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::kept::kept;

#[component]
pub fn Cards(cards: Vec<Card>) -> impl IntoView {
    view! { <div class="grid kpis">{cards.into_iter().map(|card| kept(card, |card| view! { <Kpi card/> }.into_any())).collect_view()}</div> }
}

#[component]
fn Kpi(card: Card) -> impl IntoView {
    let name = card.label.clone();
    view! {
        <section class="card kpi s3" aria-label=name>
            <div class="label">{card.label}</div>
            <div class="row">
                <div class="value" title=card.exact>
                    {match card.href {
                        Some(href) => Either::Left(view! { <a href=href>{card.value}</a> }),
                        None => Either::Right(card.value),
                    }}
                </div>
                {card.spark.map(line)}
            </div>
            {card.change.map(change)}
            <div class="basis">{card.basis}</div>
        </section>
    }
}

fn change(change: Change) -> impl IntoView {
    let class = match change.tone {
        Tone::Ok => "delta better",
        Tone::Bad => "delta worse",
        Tone::Warn | Tone::Info => "delta flat",
    };
    let arrow = (!change.arrow.is_empty()).then(|| view! { <span aria-hidden="true">{change.arrow}" "</span> });
    view! { <div class=class title=change.then>{arrow}{change.words}</div> }
}

fn line(spark: Spark) -> impl IntoView {
    view! { <svg class="spark" viewBox="0 0 88 32" role="img" aria-label=spark.words><path d=spark.path></path></svg> }
}
