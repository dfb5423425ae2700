//! The host's own figures, in the text format that Prometheus reads (OpenMetrics). Labels are words of ours: routes, kinds,
//! outcomes, never a tenant, a person or an address.

mod gauges;
mod requests;
mod scrape;

pub use requests::layer;
pub use scrape::read;

use std::sync::Arc;

use domain::Services;
use domain::live::Hub;
use prometheus_client::registry::Registry;

use requests::Requests;

/// Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Requests,
}

impl Metrics {
    pub fn new(services: &Services, hub: &Hub) -> Metrics {
        let mut registry = Registry::with_prefix("backline");
        let requests = Requests::register(&mut registry);
        registry.register_collector(Box::new(gauges::Gauges::new(services, hub)));
        Metrics { registry: Arc::new(registry), requests }
    }
}
