//! Who asks for a page, and what is needed to write one.

use app::plain::{Plain, Viewer};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::db::QueryError;
use domain::identity::{Caller, Permission};
use leptos::prelude::AnyView;

use super::Stop;
use crate::http::{PageNonce, State};

#[derive(Clone)]
pub struct Asking {
    caller: Caller,
    nonce: String,
    theme: Option<&'static str>,
    path: String,
}

impl Asking {
    pub fn of(parts: &Parts) -> Option<Asking> {
        Some(Asking {
            caller: parts.extensions.get::<Caller>()?.clone(),
            nonce: parts.extensions.get::<PageNonce>().map(|nonce| nonce.0.clone()).unwrap_or_default(),
            theme: app::theme::chosen(&parts.headers),
            path: parts.uri.path().to_owned(),
        })
    }

    pub fn to(&self, permission: Permission) -> Result<&Caller, Stop> {
        if self.caller.may(permission) { Ok(&self.caller) } else { Err(Stop::Forbidden) }
    }

    /// A person, never a key.
    pub fn person(&self, permission: Permission) -> Result<&Caller, Stop> {
        if self.caller.person().is_some() { self.to(permission) } else { Err(Stop::Forbidden) }
    }

    /// The page around this content.
    pub async fn write(
        self,
        state: &State,
        title: &str,
        content: impl FnOnce() -> AnyView,
    ) -> Result<String, QueryError> {
        Ok(self.plain(state, false).await?.render(title, content))
    }

    /// The same for a page whose forms follow what is typed.
    pub async fn write_live(
        self,
        state: &State,
        title: &str,
        content: impl FnOnce() -> AnyView,
    ) -> Result<String, QueryError> {
        Ok(self.plain(state, true).await?.render(title, content))
    }

    async fn plain(self, state: &State, live: bool) -> Result<Plain, QueryError> {
        let Asking { caller, nonce, theme, path } = self;
        let viewer = Viewer::of(caller, &state.services).await?;
        Ok(Plain { options: state.leptos.clone(), nonce, theme, path, viewer, live })
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Stop> {
        Asking::of(parts).ok_or(Stop::Forbidden)
    }
}
