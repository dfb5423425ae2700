//! The page that tells which events the account posts here, in the settings of admins. It comes whole from the host
//! ([`crate::plain`]).

use domain::dashboard::Tone;
use domain::inbox::view::RegistrationView;
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::endpoints::{OutOfReach, PATH as ENDPOINTS};
use crate::settings::area::Tabs;
use crate::settings::told::{Notice, Told};

pub fn page(view: RegistrationView, told: Option<String>) -> AnyView {
    let RegistrationView { out_of_reach, events, open } = view;
    let line = |(name, word, tone): (String, &'static str, Tone)| {
        view! { <li><div class="grow"><p class="line"><span class="grow">{name}</span><Badge tone word/></p></div></li> }
    };
    let may_register = open > 0 && out_of_reach.is_none();
    view! {
        <div class="top"><h1>"Settings"</h1></div>
        <Tabs here=ENDPOINTS admin=true/>
        {told.map(|text| view! { <Notice told=Told { text, secret: None }/> })}
        {out_of_reach.map(|why| view! { <OutOfReach why/> })}
        <section class="card" aria-labelledby="registration-title">
            <header>
                <h2 id="registration-title">"What Current RMS posts here"</h2>
                <span class="grow"></span>
                <a class="btn quiet" href=ENDPOINTS>"Back to the endpoints"</a>
                {may_register.then(|| view! {
                    <form method="post" action="/settings/endpoints/registration">
                        <button class="btn primary">"Register what is missing"</button>
                    </form>
                })}
            </header>
            <p class="basis">
                "Current RMS takes one event a webhook, through its API only. Registering moves all webhooks of this host to a new address of the newest endpoint; those of others are left alone."
            </p>
            <ul class="files">{events.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}
