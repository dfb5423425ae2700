//! The page: numbers, sync control, status, changes.

use domain::dashboard::DashboardView;
use domain::live::Topic;
use domain::sync::SyncView;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::activity::{TimelineCard, TopCard};
use super::api::dashboard;
use super::by_day::ByDayCard;
use super::cards::Cards;
use super::changes::ChangesCard;
use super::events::EventsCard;
use super::metrics::MetricsCard;
use super::months::MonthsCard;
use super::range::Head;
use super::status::StatusCard;
use crate::AppError;
use crate::components::failure::Failure;
use crate::components::kept::kept;
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::whoami;
use crate::live::use_live;
use crate::sync::api::sync_state;
use crate::sync::control::SyncControl;
use crate::wire::{self, Answer};

#[component]
pub fn DashboardPage() -> impl IntoView {
    // All three are made here, in one order on both sides: a resource made inside another's Suspense hydrates by luck.
    let who = wire::ask_first(whoami);
    let search = use_location().search;
    let figures = wire::ask(move || search.get(), dashboard);
    let state = wire::ask(|| (), |()| sync_state());
    view! {
        <Title text="Dashboard"/>
        <SignedIn who let:_viewer><Board figures state/></SignedIn>
    }
}

#[component]
fn Board(figures: Answer<DashboardView>, state: Answer<SyncView>) -> impl IntoView {
    let on_end = Callback::new(move |()| figures.refetch());
    use_live(&[Topic::Opportunities, Topic::Sync], Callback::new(move |()| figures.refetch()));
    let failed = |error: AppError| view! { <Failure what="The numbers could not be read." error/> };
    view! {
        <div>
            <Transition fallback=CardsSkeleton>
                {move || Suspend::new(async move {
                    match figures.await {
                        Ok(view) => Either::Left(view! {
                            <Head dates=view.dates fresh=view.fresh/>
                            <Cards cards=view.cards/>
                            <div class="grid below">
                                {kept((view.bars, view.months), |(bars, months)| view! { <MonthsCard bars months/> }.into_any())}
                                {kept((view.total, view.pie, view.shares, view.statuses), |(total, pie, shares, all)| {
                                    view! { <StatusCard total pie shares all/> }.into_any()
                                })}
                                {kept(view.by_day, |view| view! { <ByDayCard view/> }.into_any())}
                            </div>
                        }),
                        Err(error) => Either::Right(view! { <div class="top"><h1>"Dashboard"</h1></div> {failed(error)} }),
                    }
                })}
            </Transition>
            <div class="grid below">
                <Suspense fallback=|| view! { <Skeleton class="card s7"/> }>
                    {move || Suspend::new(async move {
                        match state.await {
                            Ok(first) => Either::Left(view! { <SyncControl first on_end/> }),
                            Err(error) => Either::Right(view! { <div class="s7"><Failure what="The sync state could not be read." error/></div> }),
                        }
                    })}
                </Suspense>
                <Transition fallback=|| view! { <Skeleton class="card s5"/> }>
                    {move || Suspend::new(async move {
                        figures.await.ok().map(|view| view! {
                            {kept((view.timeline, view.days, view.days_total), |(timeline, days, total)| {
                                view! { <TimelineCard timeline days total/> }.into_any()
                            })}
                            {(!view.metrics.is_empty()).then(|| kept(view.metrics, |metrics| view! { <MetricsCard metrics/> }.into_any()))}
                            {view.events.map(|events| kept(events, |events| view! { <EventsCard events/> }.into_any()))}
                            {kept((view.changes, view.changes_href), |(changes, href)| view! { <ChangesCard changes href/> }.into_any())}
                            {kept(view.top, |top| view! { <TopCard top/> }.into_any())}
                        })
                    })}
                </Transition>
            </div>
        </div>
    }
}

#[component]
fn Skeleton(class: &'static str) -> impl IntoView {
    view! { <div class=class aria-hidden="true"><div class="skeleton text"></div><div class="skeleton plot"></div></div> }
}

#[component]
fn CardsSkeleton() -> impl IntoView {
    let card = |_| view! { <div class="card kpi s3" aria-hidden="true"><div class="skeleton label"></div><div class="skeleton value"></div></div> };
    view! {
        <div class="top"><h1>"Dashboard"</h1></div>
        <div class="grid kpis">{(0..4).map(card).collect_view()}</div>
    }
}
