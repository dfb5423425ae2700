//! What changed on the host, told to whoever shows it: `docs/live.md`. On the host itself all of this does nothing.

#[cfg(feature = "hydrate")]
mod engine;

use domain::live::Topic;
use leptos::prelude::*;

/// Whether changes arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser has a connection"))]
pub enum Connection {
    /// Not asked for yet, or this tab is hidden.
    Resting,
    Open,
    /// It was open, or never came; it is tried again.
    Lost,
    /// The session has ended: nothing is tried any more.
    Refused,
}

#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser has a connection"))]
struct Listener {
    id: u32,
    topics: &'static [Topic],
    callback: Callback<()>,
}

/// The page's share in the one stream of this browser; in context.
#[derive(Clone, Copy)]
pub struct Live {
    connection: RwSignal<Connection>,
    listeners: StoredValue<Vec<Listener>>,
    next: StoredValue<u32>,
    started: StoredValue<bool>,
}

impl Live {
    pub fn new() -> Live {
        Live {
            connection: RwSignal::new(Connection::Resting),
            listeners: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
            started: StoredValue::new(false),
        }
    }

    /// Begins to listen, once a page.
    fn start(&self) {
        if !self.started.get_value() {
            self.started.set_value(true);
            #[cfg(feature = "hydrate")]
            engine::start(*self);
        }
    }

    /// Calls back whoever waits for one of these.
    #[cfg(feature = "hydrate")]
    fn tell(&self, topics: &[Topic]) {
        let listeners = self.listeners.get_value().into_iter();
        let concerned = listeners.filter(|listener| listener.topics.iter().any(|topic| topics.contains(topic)));
        concerned.for_each(|listener| listener.callback.run(()));
    }
}

/// Calls back when one of the topics changed, when the stream is there (again), and every 30 s while it is not.
pub fn use_live(topics: &'static [Topic], callback: Callback<()>) {
    let Some(live) = use_context::<Live>() else { return };
    let id = live.next.get_value();
    live.next.set_value(id + 1);
    live.listeners.update_value(|listeners| listeners.push(Listener { id, topics, callback }));
    on_cleanup(move || {
        // The page as a whole may be gone first.
        let _ = live.listeners.try_update_value(|listeners| listeners.retain(|listener| listener.id != id));
    });
    Effect::new(move |_| live.start());
}

/// Says that the numbers are the last ones, as long as none arrive.
#[component]
pub fn LiveNotice() -> impl IntoView {
    let Some(live) = use_context::<Live>() else { return ().into_any() };
    Effect::new(move |_| live.start());
    let words = move || match live.connection.get() {
        Connection::Resting | Connection::Open => None,
        Connection::Lost => Some((
            "notice warn",
            "The connection to Backline is lost. You see the last numbers; they follow when it is back.",
        )),
        Connection::Refused => {
            Some(("notice bad", "Your session has ended. You see the last numbers; sign in again for new ones."))
        }
    };
    view! {
        <div role="status">
            {move || words().map(|(class, text)| view! { <div class=class><p>{text}</p></div> })}
        </div>
    }
    .into_any()
}
