//! The connection to Current RMS and the company's settings, for admins.

use domain::identity::TenantView;
use domain::sync::ConnectionView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::area::{Area, Around};
use super::connection_api::{Connected, SetConnection, SetTenant, TestConnection, connection};
use super::forms::TextField;

#[component]
pub fn ConnectionPage() -> impl IntoView {
    let around = Around::new();
    let data = Resource::new(|| (), |()| connection());
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
    view! {
        {view.connection.map(|connection| view! { <Present connection/> })}
        <Credentials base_url subdomain/>
        <Company tenant=view.tenant/>
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
            <form class="form" method="post" action=SetConnection::PATH>
                <TextField name="base_url" label="Address" kind="url" maxlength="500" value=base_url hint="Up to and including /api/v1."/>
                <TextField name="subdomain" label="Subdomain" maxlength="63" value=subdomain hint="The part before .current-rms.com. It is fixed once records are mirrored."/>
                <TextField name="token" label="API key" kind="password" maxlength="500" hint="From Current RMS: System setup, Integrations, API."/>
                <div class="form-foot"><button class="btn primary">"Keep"</button></div>
            </form>
        </section>
    }
}

#[component]
fn Company(tenant: TenantView) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="company-title">
            <header><h2 id="company-title">"Company"</h2></header>
            <form class="form" method="post" action=SetTenant::PATH>
                <TextField name="name" label="Name" value=tenant.name/>
                <TextField name="timezone" label="Time zone" value=tenant.timezone hint="Such as Europe/London: days and weeks are cut in it."/>
                <TextField name="currency" label="Currency" maxlength="3" value=tenant.currency hint="ISO 4217, such as GBP."/>
                <div class="form-foot"><button class="btn primary">"Save"</button></div>
            </form>
        </section>
    }
}
