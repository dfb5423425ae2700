//! One's own sessions, to be ended one by one or all but this one.

use domain::dashboard::Tone;
use domain::identity::SessionView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::account_api::EndSessions;
use crate::components::badge::Badge;

#[component]
pub fn Sessions(sessions: Vec<SessionView>) -> impl IntoView {
    let others = sessions.iter().any(|session| !session.current);
    view! {
        <section class="card" aria-labelledby="sessions-title">
            <header>
                <h2 id="sessions-title">"Your sessions"</h2>
                <span class="grow"></span>
                {others.then(|| view! {
                    <form method="post" action=EndSessions::PATH><button class="btn danger">"End all others"</button></form>
                })}
            </header>
            <div class="scroll" role="region" aria-label="Table of your sessions" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Browser"</th>
                            <th scope="col">"Address"</th>
                            <th scope="col">"Company"</th>
                            <th scope="col">"Signed in"</th>
                            <th scope="col">"Last seen"</th>
                            <th scope="col"><span class="visually-hidden">"What to do"</span></th>
                        </tr>
                    </thead>
                    <tbody>{sessions.into_iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

fn line(session: SessionView) -> impl IntoView {
    // Beside the words what the browser said itself, for who knows to read it.
    let said = (!session.agent.is_empty()).then_some(session.agent);
    view! {
        <tr>
            <th scope="row" title=said>{session.browser}</th>
            <td class="dim">{session.address}</td>
            <td class="dim">{session.tenant}</td>
            <td class="dim">{session.created}</td>
            <td class="dim">{session.last_seen}</td>
            <td>
                {if session.current {
                    view! { <Badge tone=Tone::Ok word="This session"/> }.into_any()
                } else {
                    view! {
                        <form method="post" action=EndSessions::PATH>
                            <input type="hidden" name="session" value=session.id/>
                            <button class="btn">"End"</button>
                        </form>
                    }
                    .into_any()
                }}
            </td>
        </tr>
    }
}
