//! The page of one's notifications.

use domain::live::Topic;
use domain::notifications::{NotificationView, NotificationsView, SwitchView};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::api::{MarkRead, SetSwitches, notifications};
use crate::components::pager::Pages;
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::whoami;
use crate::live::use_live;
use crate::opportunities::listing::{Unreadable, reading};
use crate::wire::{ask, ask_first};

const TITLE: &str = "Notifications";

#[component]
pub fn NotificationsPage() -> impl IntoView {
    let search = use_location().search;
    let who = ask_first(whoami);
    let list = ask(move || search.get(), notifications);
    use_live(&[Topic::Notifications], Callback::new(move |()| list.refetch()));
    view! {
        <Title text=TITLE/>
        <SignedIn who let:_viewer>
            <Transition fallback=move || reading(TITLE)>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(view) => Either::Left(whole(view)),
                        Err(error) => Either::Right(view! { <Unreadable title=TITLE path="/notifications" error/> }),
                    }
                })}
            </Transition>
        </SignedIn>
    }
}

fn whole(view: NotificationsView) -> AnyView {
    let NotificationsView { list, unread, pager, switches, hint } = view;
    let rows = if list.is_empty() {
        Either::Left(view! { <p class="empty">"Nothing has happened that you would have to know."</p> })
    } else {
        Either::Right(view! { <ul class="notifications">{list.into_iter().map(line).collect_view()}</ul> })
    };
    view! {
        <div class="top">
            <h1>{TITLE}</h1>
            {unread.map(|unread| view! {
                <span class="basis">{unread}</span>
                <span class="grow"></span>
                <form method="post" action=MarkRead::PATH><button class="btn">"Mark all as read"</button></form>
            })}
        </div>
        <section class="card" aria-label=TITLE>{rows}</section>
        <Pages pager/>
        {(!switches.is_empty()).then(|| switching(switches, hint))}
    }
    .into_any()
}

fn line(row: NotificationView) -> AnyView {
    let read = row.unread.then(|| {
        view! {
            <form method="post" action=MarkRead::PATH>
                <input type="hidden" name="id" value=row.id/>
                <button class="btn">"Mark as read"<span class="visually-hidden">{format!(" {}", row.title)}</span></button>
            </form>
        }
    });
    view! {
        <li class:unread=row.unread>
            <div class="grow">
                <a href=row.href>{row.title.clone()}</a>
                <span class="when">{row.when}</span>
                <p>{row.body}</p>
            </div>
            {read}
        </li>
    }
    .into_any()
}

fn switching(switches: Vec<SwitchView>, hint: String) -> AnyView {
    let boxes = switches.into_iter().map(|switch| {
        view! { <label class="check"><input type="checkbox" name=switch.name value="true" checked=switch.on/>{switch.label}</label> }
    });
    view! {
        <section class="card" aria-labelledby="switches-title">
            <header><h2 id="switches-title">"What you are told"</h2></header>
            <form class="form" method="post" action=SetSwitches::PATH>
                {boxes.collect_view()}
                <p class="hint">{hint}</p>
                <div class="form-foot"><button class="btn primary">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}
