//! The schedule that is being changed: run now, pause, another time.

use domain::jobs::ScheduleView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{RunSchedule, SetSchedule};
use crate::settings::forms::{Form, TextField};

#[component]
pub fn Schedule(schedule: ScheduleView) -> impl IntoView {
    let ScheduleView { id, name, cron, enabled, when, back } = schedule;
    view! {
        <section class="card below" id="schedule" aria-labelledby="schedule-title">
            <header>
                <h2 id="schedule-title">{name}</h2>
                <span class="basis">{when}</span>
                <span class="grow"></span>
                <a class="btn" href=back>"Close"</a>
            </header>
            <Form action=SetSchedule::PATH>
                <input type="hidden" name="id" value=id/>
                <TextField name="cron" label="Runs at (cron)" value=cron maxlength="100"
                    hint="Five fields by the company's clock: minute, hour, day, month, weekday"/>
                <div class="actions"><button class="btn primary">"Change"</button></div>
            </Form>
            <footer>
                <form method="post" action=RunSchedule::PATH>
                    <input type="hidden" name="id" value=id/>
                    <button class="btn">"Run now"</button>
                </form>
                <form method="post" action=SetSchedule::PATH>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="enabled" value=(!enabled).to_string()/>
                    <button class="btn">{if enabled { "Pause" } else { "Resume" }}</button>
                </form>
            </footer>
        </section>
    }
}
