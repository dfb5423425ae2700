//! The page of endpoints in the settings of admins: addresses that other systems post to, each with its health. It comes
//! whole from the host ([`crate::plain`]).

use domain::inbox::Provider;
use domain::inbox::view::{EndpointLine, EndpointsView, Hours};
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::components::chart::Bars;
use crate::components::icon::Icon;
use crate::settings::area::Tabs;
use crate::settings::forms::{Choice, Form, Sure, TextField};
use crate::settings::told::{Notice, Told};

pub const PATH: &str = "/settings/endpoints";

/// `told` is what the form before led to: a sentence, and the new address, which is on no other page.
pub fn page(view: EndpointsView, told: Option<(String, Option<String>)>) -> AnyView {
    let lines = if view.endpoints.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="events"/>
                <strong>"No endpoint yet"</strong>
                <p>"An endpoint has a secret address. What is posted to it is kept, and the mirror follows within a second."</p>
            </div>
        })
    } else {
        Either::Right(view! { <ul class="files">{view.endpoints.into_iter().map(line).collect_view()}</ul> })
    };
    view! {
        <div class="top"><h1>"Settings"</h1></div>
        <Tabs here=PATH admin=true/>
        {told.map(|(text, secret)| view! { <Notice told=Told { text, secret }/> })}
        {view.out_of_reach.map(|why| view! { <OutOfReach why/> })}
        <div class="stack">
            <section class="card" aria-labelledby="endpoints-title">
                <header>
                    <h2 id="endpoints-title">"Endpoints"</h2>
                    <span class="grow"></span>
                    <a class="btn" href=PATH>"Refresh"</a>
                </header>
                {lines}
            </section>
            <NewEndpoint/>
            <Registered/>
            <Keeping days=view.keep_days/>
        </div>
    }
    .into_any()
}

#[component]
pub fn OutOfReach(why: String) -> impl IntoView {
    view! {
        <div class="notice warn">
            <Icon name="warning"/>
            <p>
                <strong>"No other system can reach this host"</strong>
                {why}". Set it to the address under which the host is known outside, and start it again: addresses that are made before do not work from elsewhere."
            </p>
        </div>
    }
}

fn line(endpoint: EndpointLine) -> impl IntoView {
    let EndpointLine { id, label, provider, state, tone, figures, hours, facts, works, may_test, addresses } = endpoint;
    let figure = |(name, figure): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{figure}</dd></div> };
    let about = label.clone();
    view! {
        <li>
            <div class="grow">
                <p class="line"><strong>{label}</strong><span class="dim">{provider}</span><Badge tone word=state/></p>
                {(!figures.is_empty()).then(|| view! { <dl class="figures">{figures.into_iter().map(figure).collect_view()}</dl> })}
                {hours.map(by_hour)}
                <p class="basis">{facts.join(" · ")}</p>
            </div>
            {works.then(|| view! { <Actions id about addresses may_test/> })}
        </li>
    }
}

/// Deliveries hour by hour: closed, since most look at the figures only.
fn by_hour(hours: Hours) -> impl IntoView {
    let row = |(hour, good, failed): (String, String, String)| {
        view! { <tr><th scope="row">{hour}</th><td class="num">{good}</td><td class="num">{failed}</td></tr> }
    };
    view! {
        <details class="chart-data">
            <summary>"The last 24 hours"</summary>
            <figure class="chart">
                <p class="keys">
                    <span class="key"><span class="swatch swatch-1"></span>"Good"</span>
                    <span class="key"><span class="swatch swatch-2"></span>"Failed"</span>
                </p>
                <div class="plot columns" tabindex="0" role="region" aria-label="Chart of the deliveries by hour">
                    <Bars svg=hours.bars label="Bars of the deliveries in each hour; the table below has the numbers"/>
                </div>
                <div class="scroll" role="region" aria-label="Table of the deliveries by hour" tabindex="0">
                    <table class="compact">
                        <caption class="visually-hidden">"Deliveries by hour"</caption>
                        <thead><tr><th scope="col">"Hour"</th><th scope="col" class="num">"Good"</th><th scope="col" class="num">"Failed"</th></tr></thead>
                        <tbody>{hours.lines.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </figure>
        </details>
    }
}

/// What ends an address that may be in use asks first.
#[component]
fn Actions(id: i64, about: String, addresses: i64, may_test: bool) -> impl IntoView {
    let sure = |action: &'static str, word: &'static str, about: String| {
        view! { <Sure action word about fields=vec![("id", id.to_string())]/> }
    };
    let of = format!(" of {about}");
    let at_once = |action: &'static str, word: &'static str| {
        view! {
            <form method="post" action=action>
                <input type="hidden" name="id" value=id/>
                <button class="btn">{word}<span class="visually-hidden">{of.clone()}</span></button>
            </form>
        }
    };
    let rotate = if addresses > 1 {
        Either::Left(sure("/settings/endpoints/rotate", "Replace the oldest address", of.clone()))
    } else {
        Either::Right(at_once("/settings/endpoints/rotate", "Add a new address"))
    };
    let test = may_test.then(|| at_once("/settings/endpoints/test", "Send a test"));
    view! {
        <div class="inline ends">
            {test}
            {rotate}
            {(addresses > 1).then(|| sure("/settings/endpoints/end-older", "End older addresses", of))}
            {sure("/settings/endpoints/revoke", "Revoke", about)}
        </div>
    }
}

#[component]
fn NewEndpoint() -> impl IntoView {
    let providers = Provider::ALL.map(|provider| (provider.as_str(), provider.word())).into();
    view! {
        <section class="card" aria-labelledby="new-endpoint-title">
            <header><h2 id="new-endpoint-title">"Make an endpoint"</h2></header>
            <p class="basis">"You get its address once, to be entered in the other system."</p>
            <Form action=PATH>
                <Choice name="provider" label="Who posts" options=providers chosen=Provider::CurrentRms.as_str()/>
                <TextField name="label" label="Name" maxlength="100" required=false hint="How its deliveries are told apart. Empty: the name of who posts."/>
                <TextField name="silent_after" label="Silent after minutes" kind="number" required=false hint="From 1 to 1440: without a delivery for so long it counts as silent. Empty: for a day."/>
                <div class="form-foot"><button class="btn primary">"Make endpoint"</button></div>
            </Form>
        </section>
    }
}

#[component]
fn Registered() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="registered-title">
            <header>
                <h2 id="registered-title">"What Current RMS posts"</h2>
                <span class="grow"></span>
                <a class="btn" href="/settings/endpoints/registration">"See what is registered"</a>
            </header>
            <p class="basis">"An account posts what was registered through its API, event by event. Backline asks it what there is, and registers what is missing."</p>
        </section>
    }
}

/// One form a provider: for how many days its bytes are kept.
#[component]
fn Keeping(days: Vec<(Provider, Option<i32>)>) -> impl IntoView {
    let form = |(provider, days): (Provider, Option<i32>)| {
        let value = days.map(|days| days.to_string()).unwrap_or_default();
        view! {
            <Form action="/settings/endpoints/keeping">
                <input type="hidden" name="provider" value=provider.as_str()/>
                <TextField name="keep_days" id=provider.as_str() label=provider.word() kind="number" value required=false hint="Days, from 1 to 36500. Empty: for ever."/>
                <div class="form-foot"><button class="btn">"Keep so"</button></div>
            </Form>
        }
    };
    view! {
        <section class="card" aria-labelledby="keeping-title">
            <header><h2 id="keeping-title">"For how long bytes are kept"</h2></header>
            <p class="basis">"Older ones are removed at night. Their events stay, and can no longer be replayed."</p>
            {days.into_iter().map(form).collect_view()}
        </section>
    }
}
