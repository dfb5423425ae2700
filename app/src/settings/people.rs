//! The people of a tenant, for its admins.

use domain::identity::{PersonView, Role};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::area::{Area, Around};
use super::forms::{Choice, Form, Sure, TextField};
use super::people_api::{Invite, ResetLink, SetEnabled, SetRole, people};
use crate::components::badge::Badge;
use crate::wire;

#[component]
pub fn PeoplePage() -> impl IntoView {
    let around = Around::new();
    let data = wire::ask(|| (), |()| people());
    view! {
        <Title text="People"/>
        <Area here="/settings/people" around data content=cards/>
    }
}

fn cards(people: Vec<PersonView>) -> AnyView {
    view! {
        <section class="card" aria-labelledby="people-title">
            <header><h2 id="people-title">"People"</h2></header>
            <div class="scroll" role="region" aria-label="Table of people" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"E-mail address"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Last sign-in"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col"><span class="visually-hidden">"What to do"</span></th>
                        </tr>
                    </thead>
                    <tbody>{people.into_iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        </section>
        <Invitation/>
    }
    .into_any()
}

fn line(person: PersonView) -> impl IntoView {
    let id = person.id.to_string();
    let label = format!("Role of {}", person.name);
    let (enabled, about, email) = (person.enabled, person.name.clone(), person.email.clone());
    view! {
        <tr>
            <th scope="row" title=about.clone()>{person.name}{person.yourself.then_some(" (you)")}</th>
            <td class="dim" title=email>{person.email}</td>
            <td><Badge tone=person.tone word=person.state/></td>
            <td class="dim">{person.last_sign_in.unwrap_or_else(|| "never".into())}</td>
            <td>
                <form class="inline" method="post" action=SetRole::PATH>
                    <input type="hidden" name="person" value=id.clone()/>
                    <select class="field" name="role" aria-label=label>{roles(person.role)}</select>
                    <button class="btn">"Set"</button>
                </form>
            </td>
            <td>
                <div class="inline">
                    {(enabled && !person.yourself).then(|| view! {
                        <form method="post" action=ResetLink::PATH>
                            <input type="hidden" name="person" value=id.clone()/>
                            <button class="btn">"Make link"</button>
                        </form>
                    })}
                    {if enabled {
                        let fields = vec![("person", id.clone()), ("enabled", "false".into())];
                        view! { <Sure action=SetEnabled::PATH word="Disable" about fields/> }.into_any()
                    } else {
                        view! {
                            <form method="post" action=SetEnabled::PATH>
                                <input type="hidden" name="person" value=id.clone()/>
                                <input type="hidden" name="enabled" value="true"/>
                                <button class="btn">"Enable"</button>
                            </form>
                        }
                        .into_any()
                    }}
                </div>
            </td>
        </tr>
    }
}

fn roles(chosen: Role) -> impl IntoView {
    let option = |role: Role| view! { <option value=role.as_str() selected=role == chosen>{role.as_str()}</option> };
    Role::ALL.into_iter().rev().map(option).collect_view()
}

#[component]
fn Invitation() -> impl IntoView {
    let roles = Role::ALL.into_iter().rev().map(|role| (role.as_str(), role.as_str())).collect();
    view! {
        <section class="card" aria-labelledby="invite-title">
            <header><h2 id="invite-title">"Invite somebody"</h2></header>
            <p class="basis">"You get a link to send to them. It signs in once; then they set a password."</p>
            <Form action=Invite::PATH>
                <TextField name="email" label="E-mail address" kind="email" maxlength="254"/>
                <TextField name="name" label="Name"/>
                <Choice name="role" label="Role" options=roles chosen=Role::Rep.as_str()/>
                <div class="form-foot"><button class="btn primary">"Invite"</button></div>
            </Form>
        </section>
    }
}
