//! Pages that need no WASM: the host writes them in the document and the frame of all others, and no byte of them is in what
//! every browser loads. Their links and forms are all they have; one that waits for work is read again by its browser. A page with
//! live forms asks for the WASM, and works without it.

use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos_router::components::Router;
use leptos_router::location::RequestUrl;

use crate::components::frame::Frame;
use crate::document::{Head, Tail};
pub use crate::identity::viewer::Viewer;

/// What a page needs beside its content.
pub struct Plain {
    pub options: LeptosOptions,
    /// That of the answer's header.
    pub nonce: String,
    /// What the person chose ([`crate::theme::chosen`]).
    pub theme: Option<&'static str>,
    /// Which entry of the sidebar is the current one.
    pub path: String,
    pub viewer: Viewer,
    /// Whether its forms follow what is typed where there is WASM ([`crate::live_form`], on the browser's side).
    pub live: bool,
}

impl Plain {
    /// The whole document.
    pub fn render(self, title: &str, content: impl FnOnce() -> AnyView) -> String {
        let Plain { options, nonce, theme, path, viewer, live } = self;
        let title = format!("{title} · Backline");
        // Nothing is hydrated, so there is nothing to share with a browser.
        let owner = Owner::new_root(None);
        owner.with(|| {
            provide_context(Nonce::from_value(nonce));
            provide_context(RequestUrl::new(&path));
            let content = content();
            let document = view! {
                <!DOCTYPE html>
                <html lang="en" translate="no" data-theme=theme data-live=live.then_some("")>
                    <head>
                        <Head options=options.clone()/>
                        {live.then(|| view! { <HydrationScripts options defer=true/> })}
                        <title>{title}</title>
                    </head>
                    <body>
                        <Router><Frame viewer>{content}</Frame></Router>
                        <Tail/>
                    </body>
                </html>
            };
            document.to_html()
        })
    }
}

/// What stands where a page cannot be shown, and the way back.
pub fn refused(what: String, back: &'static str) -> AnyView {
    let end = if what.ends_with('.') { "" } else { "." };
    view! {
        <div class="top"><h1>"That did not work"</h1></div>
        <div class="notice bad" role="alert">
            <p>{what}{end}</p>
            <a class="btn" href=back>"Back"</a>
        </div>
    }
    .into_any()
}
