//! Short messages that come and stay until they are closed or replaced: what an action led to.

use domain::dashboard::Tone;
use leptos::prelude::*;

use super::icon::Icon;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    id: u32,
    tone: Tone,
    text: String,
}

/// All messages of the page; in context.
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

/// Older messages make room.
const MOST: usize = 3;

impl Toasts {
    pub fn new() -> Toasts {
        Toasts { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Shows a message.
    pub fn say(&self, tone: Tone, text: impl Into<String>) {
        self.next.update_value(|id| *id += 1);
        let toast = Toast { id: self.next.get_value(), tone, text: text.into() };
        self.shown.update(|shown| {
            shown.push(toast);
            let excess = shown.len().saturating_sub(MOST);
            shown.drain(..excess);
        });
    }
}

/// The live region of the page.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let close = move |id| toasts.shown.update(|shown| shown.retain(|toast| toast.id != id));
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <div class=match toast.tone {
                    Tone::Ok => "toast ok",
                    Tone::Warn => "toast warn",
                    Tone::Bad => "toast bad",
                    Tone::Info => "toast",
                }>
                    <Icon name=if toast.tone == Tone::Bad { "warning" } else { "info" }/>
                    <p>{toast.text.clone()}</p>
                    <button class="btn quiet only-icon" aria-label="Close this message" on:click=move |_| close(toast.id)>
                        <Icon name="close"/>
                    </button>
                </div>
            </For>
        </div>
    }
}
