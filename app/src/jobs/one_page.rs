//! The page of one job.

use domain::jobs::JobView;
use domain::live::Topic;
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::api::{CancelJob, RetryJob, job};
use super::page::Or;
use crate::components::badge::Badge;
use crate::components::progress::Progress;
use crate::components::refusal::{Refused, use_refusal};
use crate::components::signed_in::SignedIn;
use crate::identity::viewer::whoami;
use crate::live::use_live;
use crate::opportunities::facts::Facts;
use crate::opportunities::listing::{Unreadable, reading};
use crate::settings::told::{Said, read_note};
use crate::wire;

#[component]
pub fn JobPage() -> impl IntoView {
    let params = use_params_map();
    let refusal = use_refusal();
    // What is no number leads nowhere; 0 is no id.
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok()).unwrap_or(0)));
    let who = wire::ask_first(whoami);
    let note = wire::ask_first(read_note);
    let one = wire::ask(move || id.get(), job);
    use_live(&[Topic::Jobs], Callback::new(move |()| one.refetch()));
    view! {
        <Title text=move || format!("Job {}", id.get())/>
        <SignedIn who let:_viewer>
            <Transition fallback=|| reading("Job")>
                {move || {
                    let refusal = refusal.get();
                    Suspend::new(async move {
                        let said = Said::of(note.await);
                        match one.await {
                            Ok(job) => Either::Left(view! {
                                {refusal.map(|refusal| view! { <Refused refusal/> })}
                                {said.notice()}
                                <Job job/>
                            }),
                            Err(error) => Either::Right(view! { <Unreadable title="Job" path="/jobs" error/> }),
                        }
                    })
                }}
            </Transition>
        </SignedIn>
    }
}

#[component]
fn Job(job: JobView) -> impl IntoView {
    let id = job.id;
    let act = move |path: &'static str, class: &'static str, word: &'static str| {
        view! {
            <form method="post" action=path>
                <input type="hidden" name="id" value=id/>
                <button class=class>{word}</button>
            </form>
        }
    };
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href="/jobs">"Jobs"</a></nav>
        <div class="top">
            <h1>{job.name}</h1>
            <Badge tone=job.tone word=job.status/>
            <span class="grow"></span>
            {job.may_retry.then(|| act(RetryJob::PATH, "btn primary", "Try again"))}
            {job.may_cancel.then(|| act(CancelJob::PATH, "btn danger", "Cancel"))}
        </div>
        {job.progress.map(|progress| view! {
            <section class="card" aria-label="Progress">
                <Progress label="Progress".into() done=progress.done total=progress.total words=progress.words/>
            </section>
        })}
        <div class="grid below">
            <section class="card s5" aria-labelledby="facts-title">
                <header><h2 id="facts-title">"Facts"</h2></header>
                <Facts facts=job.facts/>
            </section>
            <section class="card s7" aria-labelledby="payload-title">
                <header><h2 id="payload-title">"Payload"</h2></header>
                <Raw name="Payload as JSON" text=job.payload/>
                {job.result.map(|text| view! {
                    <header><h2>"Result"</h2></header>
                    <Raw name="Result as JSON" text/>
                })}
            </section>
            <div class="s12">
                <h2 class="section">"Failed attempts"</h2>
                <Or rows=job.attempts name="failed attempts" none="No attempt has failed."/>
            </div>
        </div>
    }
}

#[component]
fn Raw(name: &'static str, text: String) -> impl IntoView {
    view! { <pre class="raw" tabindex="0" role="region" aria-label=name><code>{text}</code></pre> }
}
