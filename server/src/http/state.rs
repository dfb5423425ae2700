//! What handlers share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::FromRef;
use domain::Services;
use domain::identity::token;
use leptos::config::LeptosOptions;

use super::origin::Origins;
use crate::inbox::Guesses;
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
    pub guesses: Arc<Guesses>,
    /// The hash of the operator's key for the job queue.
    processor: Option<[u8; 32]>,
}

impl State {
    pub fn new(
        services: Services,
        leptos: LeptosOptions,
        origins: Origins,
        trusted_proxies: usize,
        direct_url: String,
        live: Live,
        processor_key: Option<&str>,
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
            guesses: Arc::default(),
            processor: processor_key.map(token::hash),
        }
    }

    /// Hashes are compared, so that the time it takes tells nothing of the key.
    pub fn is_operators_key(&self, presented: &str) -> bool {
        self.processor.is_some_and(|hash| hash == token::hash(presented))
    }
}

impl FromRef<State> for LeptosOptions {
    fn from_ref(state: &State) -> Self {
        state.leptos.clone()
    }
}
