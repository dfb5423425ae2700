//! API keys, for admins.

use domain::identity::{KeyView, Scope};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::area::{Area, Around};
use super::forms::{Form, Reason, Sure, TextField, is_refused, ticked};
use super::keys_api::{CreateKey, RevokeKey, keys};
use crate::components::badge::Badge;
use crate::wire;

#[component]
pub fn KeysPage() -> impl IntoView {
    let around = Around::new();
    let data = wire::ask(|| (), |()| keys());
    view! {
        <Title text="API keys"/>
        <Area here="/settings/keys" around data content=cards/>
    }
}

fn cards(keys: Vec<KeyView>) -> AnyView {
    view! {
        <section class="card" aria-labelledby="keys-title">
            <header><h2 id="keys-title">"API keys"</h2></header>
            {if keys.is_empty() {
                view! { <p class="empty">"No key yet."</p> }.into_any()
            } else {
                view! { <Keys keys/> }.into_any()
            }}
        </section>
        <NewKey/>
    }
    .into_any()
}

#[component]
fn Keys(keys: Vec<KeyView>) -> impl IntoView {
    view! {
        <div class="scroll" role="region" aria-label="Table of API keys" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Scopes"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Created"</th>
                        <th scope="col">"Last day"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col"><span class="visually-hidden">"What to do"</span></th>
                    </tr>
                </thead>
                <tbody>{keys.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn line(key: KeyView) -> impl IntoView {
    let (about, fields) = (key.name.clone(), vec![("key", key.id.to_string())]);
    view! {
        <tr>
            <th scope="row" title=about.clone()>{key.name}</th>
            <td class="mono">{key.scopes}</td>
            <td><Badge tone=key.tone word=key.state/></td>
            <td class="dim">{key.created}</td>
            <td class="dim">{key.expires.unwrap_or_else(|| "no end".into())}</td>
            <td class="dim">{key.last_used.unwrap_or_else(|| "never".into())}</td>
            <td>{key.works.then(|| view! { <Sure action=RevokeKey::PATH word="Revoke" about fields/> })}</td>
        </tr>
    }
}

/// What a scope is good for, in a few words.
const fn words(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read opportunities, figures and runs",
        Scope::Sync => "start and cancel runs",
        Scope::JobsProcess => "process jobs",
        Scope::Metrics => "read the host's own figures",
        Scope::Admin => "change people, keys and the connection",
    }
}

#[component]
fn NewKey() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="new-key-title">
            <header><h2 id="new-key-title">"Make a key"</h2></header>
            <Form action=CreateKey::PATH>
                <TextField name="name" label="Name" hint="What it is for, so that you know later what stops when you revoke it."/>
                <Scopes/>
                <TextField name="last_day" label="Last day" kind="date" required=false hint="Empty: it works until it is revoked."/>
                <div class="form-foot"><button class="btn primary">"Make key"</button></div>
            </Form>
        </section>
    }
}

#[component]
fn Scopes() -> impl IntoView {
    let scope = |scope: Scope| {
        let checked = ticked("scopes", scope.as_str()).unwrap_or(scope == Scope::Read);
        view! {
            <label class="check">
                <input type="checkbox" name="scopes[]" value=scope.as_str() checked=checked/>
                <span><code>{scope.as_str()}</code>" "{words(scope)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="form-row" aria-describedby=is_refused("scopes").then_some("scopes-error")>
            <legend>"Scopes"</legend>
            {Scope::ALL.into_iter().map(scope).collect_view()}
            <Reason name="scopes"/>
        </fieldset>
    }
}
