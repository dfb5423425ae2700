//! What the form before a page led to, told on the page that the browser is sent back to.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Postcard;

use crate::AppError;

/// Fields of a form with what was typed into them: never a password or a key.
pub type Typed = Vec<(String, String)>;

/// What waits for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    Told(Told),
    /// The form was refused; the reason is in the address.
    Typed(Typed),
}

/// A sentence, and for a new key or link the secret that is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub text: String,
    pub secret: Option<String>,
}

#[cfg(feature = "ssr")]
impl Told {
    pub fn plain(text: impl Into<String>) -> Told {
        Told { text: text.into(), secret: None }
    }

    pub fn secret(text: impl Into<String>, secret: String) -> Told {
        Told { text: text.into(), secret: Some(secret) }
    }
}

/// What the form before this page led to, if one was posted. It is told once.
#[server(prefix = "/rpc", output = Postcard, endpoint = "settings/told")]
pub async fn read_note() -> Result<Option<Note>, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::OwnAccount)?;
    Ok(super::note::take(&caller, &services))
}

/// What the form before a page led to: a sentence, and what was typed where it was refused.
#[derive(Debug, Clone, Default)]
pub struct Said {
    told: Option<Told>,
    pub typed: Typed,
}

impl Said {
    pub fn of(note: Result<Option<Note>, AppError>) -> Said {
        match note.ok().flatten() {
            Some(Note::Told(told)) => Said { told: Some(told), typed: Vec::new() },
            Some(Note::Typed(typed)) => Said { told: None, typed },
            None => Said::default(),
        }
    }

    pub fn notice(self) -> Option<impl IntoView> {
        self.told.map(|told| view! { <Notice told/> })
    }
}

/// The notice. A secret is a field, so that it can be selected with the keyboard.
#[component]
pub fn Notice(told: Told) -> impl IntoView {
    view! {
        <div class="notice ok" role="status">
            <p>{told.text}</p>
            {told.secret.map(|secret| view! {
                <div class="form-row secret">
                    <label for="secret">"Copy it now. It is not shown again."</label>
                    <input class="field mono" id="secret" readonly value=secret autocomplete="off" spellcheck="false"/>
                </div>
            })}
        </div>
    }
}
