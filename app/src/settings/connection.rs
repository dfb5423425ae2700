//! The connection to Current RMS and the company's settings, for admins.

use domain::identity::{FirstDay, TenantView};
use domain::notifications::WebhookView;
use domain::sync::ConnectionView;
use leptos::prelude::*;

use crate::wire;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::area::{Area, Around};
use super::connection_api::{
    Connected, RemoveWebhook, SetConnection, SetTenant, SetWebhook, StartOver, TestConnection, connection,
};
use super::forms::{Choice, Form, Sure, TextField};

#[component]
pub fn ConnectionPage() -> impl IntoView {
    let around = Around::new();
    let data = wire::ask(|| (), |()| connection());
    view! {
        <Title text="Connection"/>
        <Area here="/settings/connection" around data content=cards/>
    }
}

fn cards(view: Connected) -> AnyView {
    let (base_url, subdomain) = match &view.connection {
        Some(now) => (now.base_url.clone(), now.subdomain.clone()),
        None => (view.default_base_url, String::new()),
    };
    let connected = view.connection.is_some();
    let company = view.tenant.name.clone();
    view! {
        {view.connection.map(|connection| view! { <Present connection/> })}
        <Credentials base_url subdomain/>
        <Company tenant=view.tenant/>
        <Webhook webhook=view.webhook/>
        {connected.then(|| view! { <StartingOver company mirrored=view.mirrored/> })}
    }
    .into_any()
}

#[component]
fn Present(connection: ConnectionView) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="connection-title">
            <header>
                <h2 id="connection-title">"Current RMS"</h2>
                <span class="grow"></span>
                <form method="post" action=TestConnection::PATH><button class="btn">"Test"</button></form>
            </header>
            <dl class="facts">
                <dt>"Address"</dt>
                <dd class="mono">{connection.base_url}</dd>
                <dt>"Subdomain"</dt>
                <dd class="mono">{connection.subdomain}</dd>
                <dt>"Key"</dt>
                <dd>"kept sealed, never shown; entered "{connection.updated}</dd>
            </dl>
        </section>
    }
}

#[component]
fn Credentials(base_url: String, subdomain: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="credentials-title">
            <header><h2 id="credentials-title">"Enter credentials"</h2></header>
            <Form action=SetConnection::PATH>
                <TextField name="base_url" label="Address" kind="url" maxlength="500" value=base_url hint="Up to and including /api/v1."/>
                <TextField name="subdomain" label="Subdomain" maxlength="63" value=subdomain hint="The part before .current-rms.com. It is fixed once records are mirrored, until you start over."/>
                <TextField name="token" label="API key" kind="password" maxlength="500" hint="From Current RMS: System setup, Integrations, API."/>
                <div class="form-foot"><button class="btn primary">"Keep"</button></div>
            </Form>
        </section>
    }
}

#[component]
fn Company(tenant: TenantView) -> impl IntoView {
    let days = FirstDay::ALL.into_iter().map(|day| (day.as_str(), day.label())).collect();
    view! {
        <section class="card" aria-labelledby="company-title">
            <header><h2 id="company-title">"Company"</h2></header>
            <Form action=SetTenant::PATH>
                <TextField name="name" label="Name" value=tenant.name/>
                <TextField name="timezone" label="Time zone" value=tenant.timezone hint="Such as Europe/London: days and weeks are cut in it."/>
                <TextField name="currency" label="Currency" maxlength="3" value=tenant.currency hint="ISO 4217, such as GBP."/>
                <Choice name="first_day" label="First day of the week" options=days chosen=tenant.first_day.as_str()/>
                <div class="form-foot"><button class="btn primary">"Save"</button></div>
            </Form>
        </section>
    }
}

/// Where the company is told what its admins are told.
#[component]
fn Webhook(webhook: Option<WebhookView>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="webhook-title">
            <header>
                <h2 id="webhook-title">"Slack"</h2>
                <span class="grow"></span>
                {webhook.is_some().then(|| view! { <Sure action=RemoveWebhook::PATH word="Remove" about="the webhook".into() fields=Vec::new()/> })}
            </header>
            {webhook.map(|webhook| view! { <p class="basis">"A webhook is kept sealed, never shown; entered "{webhook.entered}"."</p> })}
            <Form action=SetWebhook::PATH>
                <TextField name="url" label="Incoming webhook" kind="password" maxlength="500" hint="Of Slack or what takes the same messages. It is told what admins are told: jobs that failed."/>
                <div class="form-foot"><button class="btn">"Keep"</button></div>
            </Form>
        </section>
    }
}

/// The name is typed, so that nobody does it by a slip of the hand; the host compares it.
#[component]
fn StartingOver(company: String, mirrored: i64) -> impl IntoView {
    let count = domain::money::grouped(mirrored.unsigned_abs());
    let records = if mirrored == 1 { "1 opportunity".to_owned() } else { format!("{count} opportunities") };
    view! {
        <section class="card" aria-labelledby="start-over-title">
            <header><h2 id="start-over-title">"Start over"</h2></header>
            <p class="basis">
                {format!("Removes the mirror: {records}, their changes, the runs and what could not be mirrored. ")}
                "Nothing changes in Current RMS. People, keys, views, the credentials and the audit log stay. "
                "The next initial sync begins from nothing."
            </p>
            <Form action=StartOver::PATH>
                <TextField name="confirm" label="To confirm, type the company's name" hint=company/>
                <div class="form-foot"><button class="btn danger">"Remove the mirror"</button></div>
            </Form>
        </section>
    }
}
