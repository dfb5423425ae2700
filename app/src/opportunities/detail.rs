//! The page of one opportunity.

use domain::dashboard::Tone;
use domain::opportunities::DetailView;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::api::{ReadAgain, opportunity};
use super::changes::Changes;
use super::facts::{DateLine, Facts};
use crate::AppError;
use crate::components::badge::Badge;
use crate::components::failure::Failure;
use crate::components::signed_in::SignedIn;
use crate::components::toast::Toasts;
use crate::identity::viewer::whoami;
use crate::wire;

#[component]
pub fn OpportunityPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = move || (params.with(|params| params.get("id")), query.with(|query| query.get("raw").is_some()));
    let who = wire::ask_first(whoami);
    let one = wire::ask(asked, |(id, raw)| async move {
        // What is no number leads nowhere; 0 is no id of the source.
        opportunity(id.and_then(|id| id.parse().ok()).unwrap_or(0), raw).await
    });
    let again = ServerAction::<ReadAgain>::new();
    let toasts = expect_context::<Toasts>();
    Effect::new(move |_| {
        let Some(answer) = again.value().get() else { return };
        match answer {
            Ok(sentence) => toasts.say(Tone::Info, sentence),
            Err(error) => toasts.say(Tone::Bad, error.to_string()),
        }
        one.refetch();
    });
    view! {
        <SignedIn who let:_viewer>
            <Transition fallback=|| view! { <p class="basis">"Reading …"</p> }>
                {move || Suspend::new(async move {
                    match one.await {
                        Ok(detail) => Either::Left(view! { <Detail detail again/> }),
                        Err(error) => Either::Right(view! { <Missing error/> }),
                    }
                })}
            </Transition>
        </SignedIn>
    }
}

#[component]
fn Missing(error: AppError) -> impl IntoView {
    view! {
        <Title text="Opportunity"/>
        <div class="top"><h1>"Opportunity"</h1></div>
        <Failure what="It could not be read." error/>
        <p><a class="btn" href="/opportunities">"All opportunities"</a></p>
    }
}

#[component]
fn Detail(detail: DetailView, again: ServerAction<ReadAgain>) -> impl IntoView {
    let id = detail.id;
    view! {
        <Title text=detail.name.clone()/>
        <nav aria-label="Breadcrumb"><a class="crumb" href="/opportunities">"Opportunities"</a></nav>
        <div class="top">
            <h1>{detail.name}</h1>
            <Badge tone=detail.tone word=detail.status/>
            <span class="fresh"><span class="dot"></span>{detail.fresh}</span>
            <span class="grow"></span>
            {detail.may_read_again.then(|| view! {
                <ActionForm action=again>
                    <input type="hidden" name="id" value=id/>
                    <button class="btn" aria-busy=move || again.pending().get().then_some("true")>"Read again now"</button>
                </ActionForm>
            })}
            <a class="btn" href=format!("/opportunities/{id}/more") rel="external">"Workflow, risk and integrations"</a>
            {detail.source_url.map(|url| view! { <a class="btn" href=url rel="external noreferrer">"Open in Current RMS"</a> })}
        </div>
        {detail.gone.map(|when| view! {
            <div class="notice warn"><p>{format!("Current RMS no longer has this record; it was found gone at {when}.")}</p></div>
        })}
        <section class="card" aria-labelledby="dates-title">
            <header><h2 id="dates-title">"Dates"</h2></header>
            <DateLine stops=detail.stops/>
        </section>
        <div class="grid below">
            <section class="card s7" aria-labelledby="facts-title">
                <header><h2 id="facts-title">"Facts"</h2></header>
                {detail.customer.map(|(name, href)| view! { <p>"Customer: "<a class="link" href=href>{name}</a></p> })}
                <Facts facts=detail.facts/>
            </section>
            <section class="card s5" aria-labelledby="money-title">
                <header><h2 id="money-title">"Money"</h2></header>
                <Facts facts=detail.money/>
            </section>
            <div class="s12"><Changes id changes=detail.changes/></div>
            <section class="card s12" aria-labelledby="record-title">
                <header>
                    <h2 id="record-title">"Record"</h2>
                    <span class="basis">"every plain field as Current RMS sent it"</span>
                    <span class="grow"></span>
                    {detail.raw.is_none().then(|| view! { <a class="btn" href="?raw=1">"Raw JSON"</a> })}
                </header>
                {detail.raw.map(|raw| view! {
                    <pre class="raw" tabindex="0" role="region" aria-label="Raw JSON"><code>{raw}</code></pre>
                })}
                <Facts facts=detail.fields/>
            </section>
        </div>
    }
}
