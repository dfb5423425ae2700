//! The sign-in page: a plain form, so that it needs no WASM. The host answers it at the same address.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Why the last attempt did not succeed, from the code in the address. Unknown codes say nothing.
fn problem(code: &str) -> Option<&'static str> {
    Some(match code {
        "wrong" => "The e-mail address or the password is wrong.",
        "throttled" => "Too many attempts. Wait five minutes, then try again.",
        "busy" => "Many people are signing in right now. Try again.",
        "tenant" => "You have no role in any company here. Ask an admin to add you.",
        "link" => "This sign-in link was used before or has expired.",
        "away" => "The database is away. Try again in a moment.",
        _ => return None,
    })
}

#[component]
pub fn SignInPage() -> impl IntoView {
    let code = use_query_map().with_untracked(|query| query.get("problem"));
    let problem = code.as_deref().and_then(problem);
    view! {
        <Title text="Sign in"/>
        <main class="auth" id="main">
            <p class="brand"><span class="mark" aria-hidden="true">"B"</span>"Backline"</p>
            <div class="card">
                <h1>"Sign in"</h1>
                <p class="basis">"Operations for your rentals."</p>
                {problem.map(|text| view! { <div class="notice bad" role="alert" id="problem"><p>{text}</p></div> })}
                <form class="form" method="post" action="/sign-in">
                    <div class="form-row">
                        <label for="email">"E-mail address"</label>
                        <input class="field" id="email" name="email" type="email" autocomplete="username" required maxlength="254" autofocus/>
                    </div>
                    <div class="form-row">
                        <label for="password">"Password"</label>
                        <input
                            class="field"
                            id="password"
                            name="password"
                            type="password"
                            autocomplete="current-password"
                            required
                            maxlength="1024"
                            aria-describedby=problem.map(|_| "problem")
                        />
                    </div>
                    <button class="btn primary">"Sign in"</button>
                </form>
            </div>
        </main>
    }
}
