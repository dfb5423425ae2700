//! What was posted, as an indented list of keys and values. Its texts are anybody's: they are escaped, wrap, and keep their
//! direction to themselves.

use domain::inbox::view::{Node, Payload, Shown};
use leptos::either::{EitherOf3, EitherOf4};
use leptos::prelude::*;

#[component]
pub fn Bytes(payload: Option<Payload>, may_read: bool) -> impl IntoView {
    match payload {
        _ if !may_read => EitherOf4::A(
            view! { <p class="empty">"Your role does not show what was posted: people’s names may be in it."</p> },
        ),
        None => EitherOf4::B(view! { <p class="empty">"Its bytes are not kept any more."</p> }),
        Some(Payload::Tree { root, cut }) => EitherOf4::C(view! {
            <div class="raw tree" tabindex="0" role="region" aria-label="Payload as keys and values"><ul>{node(root)}</ul></div>
            <Cut cut/>
        }),
        Some(Payload::Text { text, cut }) => EitherOf4::D(view! {
            <p class="hint">"It is no JSON that can be read, so it stands here as text."</p>
            <pre class="raw" tabindex="0" role="region" aria-label="Payload as text"><code>{text}</code></pre>
            <Cut cut/>
        }),
    }
}

#[component]
fn Cut(cut: bool) -> impl IntoView {
    cut.then(|| view! { <p class="hint">"Only its beginning is shown. The bytes have all of it."</p> })
}

fn node(node: Node) -> AnyView {
    let key = node.key.map(|key| view! { <span class="name">{key}</span> " " });
    let shown = match node.shown {
        Shown::Text(text) => EitherOf3::A(view! { <span class="value">"\""{text}"\""</span> }),
        Shown::Plain(text) => EitherOf3::B(view! { <span class="value plain">{text}</span> }),
        Shown::Branch { words, nodes } => EitherOf3::C(view! {
            <span class="basis">{words}</span>
            {(!nodes.is_empty()).then(|| view! { <ul>{nodes.into_iter().map(self::node).collect_view()}</ul> })}
        }),
    };
    view! { <li>{key}{shown}</li> }.into_any()
}
