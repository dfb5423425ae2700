//! The page of the records that cannot be mirrored.

use domain::dashboard::Tone;
use domain::sync::failures::{FailedRow, FailuresView};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::api::failures;
use crate::components::listing::{ListHead, Listing};
use crate::components::pager::Pages;
use crate::components::toast::Toasts;
use crate::identity::viewer::whoami;
use crate::opportunities::api::ReadAgain;
use crate::opportunities::filters::Chips;

#[component]
pub fn FailuresPage() -> impl IntoView {
    let search = use_location().search;
    let who = Resource::new_blocking(|| (), |()| whoami());
    let list = Resource::new(move || search.get(), failures);
    let again = ServerAction::<ReadAgain>::new();
    let toasts = expect_context::<Toasts>();
    Effect::new(move |_| {
        let Some(answer) = again.value().get() else { return };
        match answer {
            Ok(sentence) => toasts.say(Tone::Info, sentence),
            Err(error) => toasts.say(Tone::Bad, error.to_string()),
        }
        list.refetch();
    });
    let show = Callback::new(move |list: FailuresView| view! { <List list again/> }.into_any());
    view! { <Listing title="Failed records" path="/failures" who list show/> }
}

#[component]
fn List(list: FailuresView, again: ServerAction<ReadAgain>) -> impl IntoView {
    let FailuresView { chips, rows, summary, pager, csv, raw, fresh, may_read_again } = list;
    view! {
        <ListHead title="Failed records" fresh csv/>
        <p class="basis">
            "Records that Current RMS has and the mirror cannot hold. Those with an id are asked for again by every incremental sync; the others by the next initial sync or sweep."
        </p>
        <Chips chips summary/>
        {if rows.is_empty() {
            Either::Left(view! { <section class="card"><p class="empty">"Every record that Current RMS has shown is mirrored."</p></section> })
        } else {
            Either::Right(view! { <Table rows may_read_again again/> })
        }}
        <Pages pager/>
        {raw.map(|(key, text)| view! {
            <section class="card" id="raw" aria-labelledby="raw-title">
                <header><h2 id="raw-title">"Record " {key}</h2><span class="basis">"as Current RMS sent it"</span></header>
                <pre class="raw" tabindex="0" role="region" aria-label="Raw JSON"><code>{text}</code></pre>
            </section>
        })}
    }
}

#[component]
fn Table(rows: Vec<FailedRow>, may_read_again: bool, again: ServerAction<ReadAgain>) -> impl IntoView {
    let row = move |row: FailedRow| {
        let name = row.id.map_or_else(|| "no id".to_owned(), |id| id.to_string());
        let (key, about) = (row.key.clone(), name.clone());
        view! {
            <tr>
                <td title=key>
                    {match row.source_url {
                        Some(url) => Either::Left(view! { <a href=url rel="external noreferrer">{name}</a> }),
                        None => Either::Right(name),
                    }}
                </td>
                <td class="wrap">{row.reason}</td>
                <td class="dim">{row.first_seen}</td>
                <td class="dim">{row.last_seen}</td>
                <td class="dim">{row.runs}</td>
                <td class="num dim">{row.attempts}</td>
                <td>
                    <div class="actions">
                        <a class="btn" href=row.raw_href aria-label=format!("Raw JSON of {about}")>"Raw JSON"</a>
                        {row.id.filter(|_| may_read_again).map(|id| view! {
                            <ActionForm action=again>
                                <input type="hidden" name="id" value=id/>
                                <button class="btn" aria-label=format!("Read {id} again now")>"Read again now"</button>
                            </ActionForm>
                        })}
                    </div>
                </td>
            </tr>
        }
    };
    view! {
        <section class="card">
            <div class="scroll" role="region" aria-label="Table of failed records" tabindex="0">
                <table class="list">
                    <thead><tr>
                        <th scope="col">"Record"</th><th scope="col">"Reason"</th><th scope="col">"First seen"</th>
                        <th scope="col">"Last seen"</th><th scope="col">"Runs"</th><th scope="col" class="num">"Attempts"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
