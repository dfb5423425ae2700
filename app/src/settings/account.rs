//! One's own account: password, sessions, the other companies that one works in.

use domain::identity::{AccountView, TenantChoice};
use leptos::prelude::*;

use crate::wire;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::account_api::{ConfirmPassword, SetPassword, SwitchTenant, account};
use super::area::{Area, Around};
use super::forms::{Form, TextField};
use super::sessions::Sessions;

#[component]
pub fn AccountPage() -> impl IntoView {
    let around = Around::new();
    let data = wire::ask(|| (), |()| account());
    view! {
        <Title text="Account"/>
        <Area here="/settings/account" around data content=cards/>
    }
}

fn cards(view: AccountView) -> AnyView {
    let several = view.tenants.len() > 1;
    view! {
        {view.unproven.then(confirm)}
        <PasswordCard email=view.email has_password=view.has_password needs_old=view.needs_old/>
        {several.then(|| view! { <Companies tenants=view.tenants/> })}
        <Sessions sessions=view.sessions/>
    }
    .into_any()
}

/// A link opened this session: what the password opens is shown once it was given.
fn confirm() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="confirm-title">
            <header><h2 id="confirm-title">"You came in by a link"</h2></header>
            <p class="basis">"If you know your password, give it: then it opens this company too. If not, set a new one below."</p>
            <Form action=ConfirmPassword::PATH>
                <TextField id="confirm" name="password" label="Your password" kind="password" autocomplete="current-password" maxlength="1024"/>
                <div class="form-foot"><button class="btn">"Confirm"</button></div>
            </Form>
        </section>
    }
}

#[component]
fn PasswordCard(email: String, has_password: bool, needs_old: bool) -> impl IntoView {
    let title = if has_password { "Change your password" } else { "Set your password" };
    view! {
        <section class="card" aria-labelledby="password-title">
            <header><h2 id="password-title">{title}</h2></header>
            <Form action=SetPassword::PATH>
                // For password managers: whose password this is.
                <input class="visually-hidden" type="email" name="email" value=email autocomplete="username" readonly tabindex="-1" aria-hidden="true"/>
                {needs_old.then(|| view! {
                    <TextField name="old" label="Old password" kind="password" autocomplete="current-password" maxlength="1024"/>
                })}
                <TextField
                    name="password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    maxlength="1024"
                    hint="At least 12 characters. All your other sessions end."
                />
                <div class="form-foot"><button class="btn primary">"Set password"</button></div>
            </Form>
        </section>
    }
}

#[component]
fn Companies(tenants: Vec<TenantChoice>) -> impl IntoView {
    let options = tenants
        .into_iter()
        .map(|tenant| view! { <option value=tenant.slug selected=tenant.current>{tenant.name}</option> })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="company-title">
            <header><h2 id="company-title">"Company"</h2></header>
            <form class="form" method="post" action=SwitchTenant::PATH>
                <div class="form-row">
                    <label for="tenant">"Work in"</label>
                    <select class="field" id="tenant" name="tenant">{options}</select>
                </div>
                <div class="form-foot"><button class="btn">"Switch"</button></div>
            </form>
        </section>
    }
}
