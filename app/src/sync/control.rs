//! The sync control: state, buttons, progress, error, last runs. Its buttons are forms, so they work before the WASM is
//! there; with it, the state is asked for each second while a run is under way, else every 30 s.

use std::time::Duration;

use domain::dashboard::Tone;
use domain::live::Topic;
use domain::sync::{ActiveRun, SyncView};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::{spawn_local, spawn_local_scoped_with_cancellation};

use super::api::{CancelSync, StartSync, sync_state};
use super::runs::Runs;
use crate::components::badge::Badge;
use crate::components::progress::Progress;
use crate::components::toast::Toasts;
use crate::live::use_live;

const BUSY: Duration = Duration::from_secs(1);
const CALM: Duration = Duration::from_secs(30);

/// `on_end` is called when a run has ended, so that the page reads its numbers again.
#[component]
pub fn SyncControl(first: SyncView, on_end: Callback<()>) -> impl IntoView {
    let state = RwSignal::new(first);
    let start = ServerAction::<StartSync>::new();
    let cancel = ServerAction::<CancelSync>::new();
    let toasts = expect_context::<Toasts>();

    let look = move || async move {
        let was_busy = state.with_untracked(|state| state.active.is_some());
        // A failed look keeps the last good state; the next one comes by itself.
        if let Ok(fresh) = sync_state().await {
            let ended = was_busy && fresh.active.is_none();
            let _ = state.try_set(fresh);
            if ended {
                on_end.run(());
            }
        }
    };
    Effect::new(move |_| {
        spawn_local_scoped_with_cancellation(async move {
            loop {
                let busy = state.try_with_untracked(|state| state.active.is_some()).unwrap_or(false);
                sleep(if busy { BUSY } else { CALM }).await;
                look().await;
            }
        });
    });
    // A run of another tab, another host or the command line shows at once, and so does a webhook.
    use_live(&[Topic::Sync, Topic::Events], Callback::new(move |()| spawn_local(look())));
    let answered = move |result: Option<Result<i64, crate::AppError>>| {
        let Some(result) = result else { return };
        if let Err(error) = result {
            toasts.say(Tone::Bad, error.to_string());
        }
        // Also after a refusal: the run that was in the way is shown, whichever host started it.
        spawn_local_scoped_with_cancellation(async move {
            look().await;
            // The slow rhythm may be in the middle of its pause: follow this run closely until it ends.
            while state.try_with_untracked(|state| state.active.is_some()).unwrap_or(false) {
                sleep(BUSY).await;
                look().await;
            }
        });
    };
    Effect::new(move |_| answered(start.value().get()));
    Effect::new(move |_| answered(cancel.value().get()));

    view! {
        <section class="card s7 sync" aria-labelledby="sync-title">
            <header>
                <h2 id="sync-title">"Sync"</h2>
                {move || state.with(|state| view! { <Badge tone=state.tone word=state.state.clone()/> })}
                <span class="grow"></span>
                <div class="actions"><Buttons state start cancel/></div>
            </header>
            {move || state.with(first_time)}
            {move || state.with(|state| state.active.as_ref().map(bar))}
            {move || state.with(|state| state.error.clone().map(|error| view! { <p class="sync-error" role="alert">{error}</p> }))}
            {move || state.with(|state| view! { <Runs runs=state.runs.clone()/> })}
            {move || state.with(|state| state.heard.clone().map(|heard| view! {
                <p class="basis"><a href="/events" rel="external">{heard}</a></p>
            }))}
        </section>
    }
}

#[component]
fn Buttons(
    state: RwSignal<SyncView>,
    start: ServerAction<StartSync>,
    cancel: ServerAction<CancelSync>,
) -> impl IntoView {
    let busy = move || state.with(|state| state.active.is_some());
    let may = move || state.with(|state| state.may_run && state.connected);
    let initial_done = move || state.with(|state| state.initial_done);
    let cancelling = move || state.with(|state| state.active.as_ref().is_some_and(|run| run.cancelling));
    view! {
        <Show when=move || busy() && may()>
            <ActionForm action=cancel>
                <button class="btn" disabled=cancelling>{move || if cancelling() { "Cancelling" } else { "Cancel" }}</button>
            </ActionForm>
        </Show>
        <Show when=move || !busy() && may()>
            <ActionForm action=start>
                <input type="hidden" name="kind" value="incremental_sync"/>
                <button
                    class=move || if initial_done() { "btn primary" } else { "btn" }
                    disabled=move || !initial_done()
                    title=move || (!initial_done()).then_some("Run an initial sync first")
                >
                    "Incremental sync"
                </button>
            </ActionForm>
            <ActionForm action=start>
                <input type="hidden" name="kind" value="initial_sync"/>
                <button class=move || if initial_done() { "btn" } else { "btn primary" }>"Initial sync"</button>
            </ActionForm>
        </Show>
    }
}

fn first_time(state: &SyncView) -> Option<impl IntoView + use<>> {
    let text = match state {
        SyncView { connected: false, .. } => {
            "No Current RMS account is connected yet. An admin connects it under Settings, Connection."
        }
        SyncView { initial_done: true, .. } | SyncView { active: Some(_), .. } => return None,
        SyncView { may_run: false, .. } => "The mirror is empty until an admin or a manager runs an initial sync.",
        _ => {
            "First time here: Initial sync reads every opportunity that begins from 30 days ago to one year ahead, and those \
             without dates. It changes nothing in Current RMS, and can be cancelled."
        }
    };
    Some(view! { <div class="notice info"><p>{text}</p></div> })
}

fn bar(run: &ActiveRun) -> impl IntoView + use<> {
    let label = format!("{} sync", run.kind);
    let total = run.total.map(i64::from);
    view! { <Progress label done=run.done.into() total words=run.words.clone()/> }
}
