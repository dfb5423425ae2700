//! The bell: a link to the page, with how many are unread.

use domain::live::Topic;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::icon::Icon;
use crate::identity::viewer::whoami;
use crate::live::use_live;

/// `unread` as the page came; it follows what happens.
#[component]
pub fn Bell(unread: i64) -> impl IntoView {
    let unread = RwSignal::new(unread);
    let ask = move |()| {
        spawn_local(async move {
            if let Ok(viewer) = whoami().await {
                // The page may be gone by then.
                let _ = unread.try_set(viewer.unread);
            }
        });
    };
    use_live(&[Topic::Notifications], Callback::new(ask));
    view! {
        <a class="nav" href="/notifications">
            <Icon name="bell"/>
            "Notifications"
            {move || match unread.get() {
                0 => None,
                some => Some(view! { <span class="count bad">{if some > 99 { "99+".to_owned() } else { some.to_string() }}<span class="visually-hidden">" unread"</span></span> }),
            }}
        </a>
    }
}
