//! What handlers share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::FromRef;
use domain::Services;
use leptos::config::LeptosOptions;

use super::origin::Origins;
use crate::live::Live;
use crate::metrics::Metrics;

/// Cheap to clone.
#[derive(Clone)]
pub struct State {
    pub services: Services,
    pub leptos: LeptosOptions,
    pub origins: Arc<Origins>,
    /// Proxies in front whose word on the client's address counts.
    pub trusted_proxies: usize,
    pub direct_url: Arc<str>,
    /// Once all migrations were seen, they stay.
    pub migrated: Arc<AtomicBool>,
    pub live: Live,
    pub metrics: Metrics,
}

impl State {
    pub fn new(
        services: Services,
        leptos: LeptosOptions,
        origins: Origins,
        trusted_proxies: usize,
        direct_url: String,
        live: Live,
    ) -> State {
        let metrics = Metrics::new(&services, &live.hub);
        State {
            services,
            leptos,
            origins: Arc::new(origins),
            trusted_proxies,
            direct_url: direct_url.into(),
            migrated: Arc::default(),
            live,
            metrics,
        }
    }
}

impl FromRef<State> for LeptosOptions {
    fn from_ref(state: &State) -> Self {
        state.leptos.clone()
    }
}
