//! Forms of host-rendered pages that follow what is typed. Without WASM the same forms and buttons are ordinary ones.
//!
//! `form[data-live]` is sent to that address 400 ms after the last key, and every `[data-part=NAME]` of the answer takes the place
//! of the one of its name: but never the one somebody types in, and `form`, the whole of the inputs, only after a step. A step is a
//! button with `data-step`, or a select whose `data-step` is its value: it goes with the form at once, and the focus goes on to the
//! answer's `[data-focus]`, or stays where it was. Nothing is kept in here: the fields are all there is, so an answer that comes too
//! late is dropped, and one that never comes loses nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{
    AbortController, DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlSelectElement, NodeList,
    RequestInit, Response, SubmitEvent, SupportedType, UrlSearchParams,
};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Milliseconds after the last key.
const PAUSE: u32 = 400;
const LOST: &str = "Backline could not be reached. Nothing is lost: it is asked again with your next change.";
const ENDED: &str =
    "Backline did not take this. Nothing is lost here; if your session has ended, sign in in another tab and go on.";

/// Name and value of the button that was pressed.
type Step = (String, String);

#[derive(Default)]
struct Engine {
    waiting: RefCell<Option<Timeout>>,
    flight: RefCell<Option<AbortController>>,
    /// One that is under way: what is typed meanwhile goes with it once more.
    step: RefCell<Option<Step>>,
    turn: Cell<u32>,
    leaving: Cell<bool>,
}

/// Whether this page asks for it, rather than to be hydrated.
pub fn is_wanted() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-live"))
}

/// Runs for as long as the page is there.
pub fn start() {
    let engine = Rc::new(Engine::default());
    let listen = |kind: &str, heard: fn(&Rc<Engine>, &Event)| {
        let engine = Rc::clone(&engine);
        let heard = Closure::<dyn Fn(Event)>::new(move |event: Event| heard(&engine, &event)).into_js_value();
        let _ = window().add_event_listener_with_callback(kind, heard.unchecked_ref());
    };
    listen("input", Engine::typed);
    listen("change", Engine::chosen);
    listen("submit", Engine::pressed);
    listen("beforeunload", Engine::left);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-ready", "");
    }
}

fn target(event: &Event) -> Option<(Element, HtmlFormElement)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let form = target.closest("form[data-live]").ok()??.dyn_into().ok()?;
    Some((target, form))
}

fn all(within: &NodeList) -> impl Iterator<Item = Element> {
    (0..within.length()).filter_map(|index| within.get(index)?.dyn_into().ok())
}

fn part(name: &str) -> Option<Element> {
    document().query_selector(&format!("[data-part=\"{name}\"]")).ok()?
}

fn say(text: &str) {
    if let Some(said) = part("said") {
        said.set_text_content(Some(text));
    }
}

impl Engine {
    fn typed(self: &Rc<Self>, event: &Event) {
        let Some((_, form)) = target(event) else { return };
        if let Some(unsaved) = part("unsaved") {
            let _ = unsaved.set_attribute("data-dirty", "");
        }
        let engine = Rc::clone(self);
        *self.waiting.borrow_mut() = Some(Timeout::new(PAUSE, move || engine.send(form)));
    }

    /// A select that changes which other inputs there are.
    fn chosen(self: &Rc<Self>, event: &Event) {
        let Some((target, form)) = target(event) else { return };
        if let (Some(step), true) = (target.get_attribute("data-step"), target.is_instance_of::<HtmlSelectElement>()) {
            *self.step.borrow_mut() = Some(("step".to_owned(), step));
            self.send(form);
        }
    }

    fn pressed(self: &Rc<Self>, event: &Event) {
        let Some((_, form)) = target(event) else {
            self.leaving.set(true);
            return;
        };
        let button = event.dyn_ref::<SubmitEvent>().and_then(SubmitEvent::submitter);
        match button.filter(|button| button.has_attribute("data-step")) {
            Some(button) => {
                event.prevent_default();
                let of = |name: &str| button.get_attribute(name).unwrap_or_default();
                *self.step.borrow_mut() = Some((of("name"), of("value")));
                self.send(form);
            }
            // A list is searched where it stands.
            None if form.method() == "get" => {
                event.prevent_default();
                self.send(form);
            }
            None => self.leaving.set(true),
        }
    }

    fn left(self: &Rc<Self>, event: &Event) {
        let unsaved = document().query_selector("[data-dirty]").ok().flatten().is_some();
        if unsaved && !self.leaving.get() {
            event.prevent_default();
        }
    }

    /// Sends the form as it is now; an older request is given up.
    fn send(self: &Rc<Self>, form: HtmlFormElement) {
        *self.waiting.borrow_mut() = None;
        if let Some(older) = self.flight.borrow_mut().take() {
            older.abort();
        }
        let turn = self.turn.get().wrapping_add(1);
        self.turn.set(turn);
        let engine = Rc::clone(self);
        spawn_local(async move {
            let answer = engine.ask(&form).await;
            // A newer one is under way.
            if engine.turn.get() != turn {
                return;
            }
            let _ = form.remove_attribute("data-busy");
            let step = engine.step.borrow_mut().take();
            match answer {
                Ok((text, url)) if show(&text, step.is_some()) => {
                    if form.method() == "get"
                        && let Ok(history) = window().history()
                    {
                        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
                    }
                }
                Ok(_) => say(ENDED),
                Err(_) => say(LOST),
            }
        });
    }

    /// The answer's text, and the address that was asked.
    async fn ask(&self, form: &HtmlFormElement) -> Result<(String, String), JsValue> {
        let data = UrlSearchParams::new_with_str_sequence_sequence(FormData::new_with_form(form)?.as_ref())?;
        if let Some((name, value)) = self.step.borrow().as_ref() {
            data.append(name, value);
        }
        let (flight, with) = (AbortController::new()?, RequestInit::new());
        with.set_signal(Some(&flight.signal()));
        *self.flight.borrow_mut() = Some(flight);
        form.set_attribute("data-busy", "")?;
        let mut url = form.get_attribute("data-live").unwrap_or_default();
        if form.method() == "get" {
            url = format!("{url}?{}", String::from(data.to_string()));
        } else {
            with.set_method("POST");
            with.set_body(&data);
        }
        let answer: Response = JsFuture::from(window().fetch_with_str_and_init(&url, &with)).await?.dyn_into()?;
        let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
        Ok((text, url))
    }
}

/// Puts the parts of an answer into the page; false when it has none.
fn show(text: &str, stepped: bool) -> bool {
    let parsed = DomParser::new().and_then(|parser| parser.parse_from_string(text, SupportedType::TextHtml));
    let Ok(parts) = parsed.and_then(|answer| answer.query_selector_all("[data-part]")) else { return false };
    let active = document().active_element();
    let mut known = false;
    for new in all(&parts) {
        let name = new.get_attribute("data-part").unwrap_or_default();
        let Some(old) = part(&name) else { continue };
        known = true;
        let within = new.parent_element().and_then(|up| up.closest("[data-part]").ok().flatten());
        match name.as_str() {
            // Comes with its parts.
            "form" if stepped => take_place(&old, &new),
            "form" => {}
            _ if stepped && within.is_some() => {}
            // What is read out is one element from the beginning.
            _ if old.get_attribute("role").as_deref() == Some("status") => {
                old.set_text_content(new.text_content().as_deref());
            }
            _ if !stepped && active.as_ref().is_some_and(|active| old.contains(Some(active))) => {}
            _ => take_place(&old, &new),
        }
        if let Some(input) = new.get_attribute("data-for").and_then(|id| document().get_element_by_id(&id)) {
            let wrong = !new.has_attribute("hidden");
            let _ = if wrong {
                input.set_attribute("aria-invalid", "true")
            } else {
                input.remove_attribute("aria-invalid")
            };
        }
    }
    if known && stepped {
        let next = document().query_selector("[data-focus]").ok().flatten();
        let next = next.or_else(|| active.and_then(|active| document().get_element_by_id(&active.id())));
        if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
            let _ = next.focus();
        }
    }
    known
}

/// What somebody had opened stays open.
fn take_place(old: &Element, new: &Element) {
    if let Ok(opened) = old.query_selector_all("details[open][id]") {
        for details in all(&opened) {
            if let Ok(Some(same)) = new.query_selector(&format!("[id=\"{}\"]", details.id())) {
                let _ = same.set_attribute("open", "");
            }
        }
    }
    let _ = old.replace_with_with_node_1(new);
}
