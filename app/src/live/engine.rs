//! One stream a browser. A visible tab asks for the lock; the one that has it reads the stream and tells the others over a
//! channel. Once a second it looks at where it stands, so that nothing hangs on an event that a browser does not send.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use domain::live::Topic;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Date, Function, Math, Promise, Reflect};
use leptos::web_sys::{BroadcastChannel, EventSource, MessageEvent, Response, VisibilityState};
use wasm_bindgen_futures::JsFuture;

use super::{Connection, Live};

const TICK: Duration = Duration::from_secs(1);
/// Milliseconds between two looks while changes do not arrive.
const POLL: f64 = 30_000.0;
/// Milliseconds in which a tab that comes back may find the stream, before it looks by itself.
const SOON: f64 = 3_000.0;
const SHORTEST: f64 = 1_000.0;
const LONGEST: f64 = 60_000.0;
/// Milliseconds that a connection may be away before it is said.
const PATIENCE: f64 = 5_000.0;

struct Engine {
    live: Live,
    channel: Option<BroadcastChannel>,
    source: RefCell<Option<EventSource>>,
    /// Gives the lock back; there while this tab has it.
    lock: RefCell<Option<Function>>,
    asked: Cell<bool>,
    open: Cell<bool>,
    hidden: Cell<bool>,
    failures: Cell<i32>,
    next_attempt: Cell<f64>,
    open_until: Cell<f64>,
    told_all: Cell<f64>,
}

/// Runs for as long as the page is there.
pub fn start(live: Live) {
    let now = Date::now();
    let engine = Rc::new(Engine {
        live,
        channel: BroadcastChannel::new("backline-live").ok(),
        source: RefCell::default(),
        lock: RefCell::default(),
        asked: Cell::new(false),
        open: Cell::new(false),
        hidden: Cell::new(is_hidden()),
        failures: Cell::new(0),
        next_attempt: Cell::new(0.0),
        open_until: Cell::new(now),
        told_all: Cell::new(now),
    });
    engine.hear_others();
    engine.tick();
    let ticking = move || engine.tick();
    // The closure stays in this thread, which is the only one.
    let tick = Closure::<dyn Fn()>::new(ticking).into_js_value();
    let _ = window().set_interval_with_callback_and_timeout_and_arguments_0(
        tick.unchecked_ref(),
        i32::try_from(TICK.as_millis()).unwrap_or(1000),
    );
}

fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

impl Engine {
    fn tick(self: &Rc<Self>) {
        let (now, hidden) = (Date::now(), is_hidden());
        let came_back = self.hidden.replace(hidden) && !hidden;
        if hidden {
            self.rest();
            return;
        }
        if self.live.connection.get_untracked() == Connection::Refused {
            return;
        }
        if came_back {
            self.open_until.set(now);
            self.told_all.set(now - POLL + SOON);
            self.say("ask");
        }
        if !self.open.get() && now - self.told_all.get() > POLL {
            self.told_all.set(now);
            self.live.tell(&Topic::ALL);
        }
        if self.open.get() {
            self.open_until.set(now);
        } else if now - self.open_until.get() > PATIENCE {
            self.show(Connection::Lost);
        }
        if !self.asked.replace(true) {
            self.ask_for_lock();
        }
        if self.lock.borrow().is_some() && self.source.borrow().is_none() && now >= self.next_attempt.get() {
            self.connect();
        }
    }

    /// A hidden tab gives the stream to one that is seen.
    fn rest(&self) {
        if let Some(source) = self.source.borrow_mut().take() {
            source.close();
        }
        if let Some(give_back) = self.lock.borrow_mut().take() {
            let _ = give_back.call0(&JsValue::NULL);
            self.asked.set(false);
            self.say("down");
        }
        self.open.set(false);
        if self.live.connection.get_untracked() != Connection::Refused {
            self.show(Connection::Resting);
        }
    }

    /// Web Locks are only there over https and on this machine; without them every tab has a stream of its own.
    fn ask_for_lock(self: &Rc<Self>) {
        let engine = self.clone();
        let granted = Closure::once_into_js(move |_: JsValue| {
            Promise::new(&mut |resolve, _| {
                if is_hidden() {
                    engine.asked.set(false);
                    let _ = resolve.call0(&JsValue::NULL);
                } else {
                    *engine.lock.borrow_mut() = Some(resolve);
                }
            })
        });
        let locks = Reflect::get(&window().navigator(), &"locks".into()).unwrap_or(JsValue::UNDEFINED);
        let request = Reflect::get(&locks, &"request".into()).ok().and_then(|found| found.dyn_into::<Function>().ok());
        match request {
            Some(request) => drop(request.call2(&locks, &"backline-live".into(), &granted)),
            None => *self.lock.borrow_mut() = Some(Function::new_no_args("")),
        }
    }

    fn connect(self: &Rc<Self>) {
        let Ok(source) = EventSource::new("/api/live") else { return };
        let engine = self.clone();
        let opened = Closure::<dyn Fn()>::new(move || engine.opened());
        source.set_onopen(Some(opened.into_js_value().unchecked_ref()));
        let engine = self.clone();
        let failed = Closure::<dyn Fn()>::new(move || engine.failed());
        source.set_onerror(Some(failed.into_js_value().unchecked_ref()));
        let engine = self.clone();
        let changed = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            engine.say(&text);
            engine.live.tell(&topics(&text));
        });
        let _ = source.add_event_listener_with_callback("changed", changed.into_js_value().unchecked_ref());
        *self.source.borrow_mut() = Some(source);
    }

    fn opened(&self) {
        self.say("up");
        self.is_open();
    }

    fn is_open(&self) {
        self.failures.set(0);
        // What changed before the stream was there is not told by it, also since the page was made.
        let missed = self.live.connection.get_untracked() != Connection::Open;
        self.open.set(true);
        self.show(Connection::Open);
        if missed {
            self.live.tell(&Topic::ALL);
        }
    }

    /// A browser does not say why a stream failed: whether the session holds is asked beside it.
    fn failed(self: &Rc<Self>) {
        if let Some(source) = self.source.borrow_mut().take() {
            source.close();
        }
        self.open.set(false);
        self.say("down");
        let failures = self.failures.get();
        self.failures.set((failures + 1).min(10));
        let pause = (SHORTEST * 2f64.powi(failures)).min(LONGEST);
        self.next_attempt.set(Date::now() + pause * (0.5 + Math::random() / 2.0).max(SHORTEST / pause));
        let engine = self.clone();
        spawn_local(async move {
            let asked = JsFuture::from(window().fetch_with_str("/api/session")).await;
            let status = asked.ok().and_then(|answer| answer.dyn_into::<Response>().ok()).map(|answer| answer.status());
            if matches!(status, Some(401 | 403)) {
                engine.show(Connection::Refused);
                engine.say("refused");
            }
        });
    }

    fn hear_others(self: &Rc<Self>) {
        let Some(channel) = &self.channel else { return };
        let engine = self.clone();
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            match text.as_str() {
                "ask" if engine.source.borrow().is_some() && engine.open.get() => engine.say("up"),
                "ask" => {}
                _ if engine.hidden.get() => {}
                "up" => engine.is_open(),
                "down" => engine.open.set(false),
                "refused" => engine.show(Connection::Refused),
                text => engine.live.tell(&topics(text)),
            }
        });
        channel.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
        self.say("ask");
    }

    fn say(&self, text: &str) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&text.into());
        }
    }

    fn show(&self, connection: Connection) {
        if self.live.connection.get_untracked() != connection {
            self.live.connection.set(connection);
        }
    }
}

/// The topics among the words of an event, which are between quotes.
fn topics(text: &str) -> Vec<Topic> {
    Topic::ALL.into_iter().filter(|topic| text.contains(&format!("\"{}\"", topic.as_str()))).collect()
}
