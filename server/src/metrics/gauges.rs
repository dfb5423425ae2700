//! What is looked up at each scrape: build, uptime, pools, runs and records of this process, open streams.

use std::fmt;
use std::time::Instant;

use domain::Services;
use domain::jobs::tally::Came;
use domain::live::Hub;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;

/// The services, seen from outside.
pub struct Gauges {
    services: Services,
    hub: Hub,
    started: Instant,
}

impl Gauges {
    pub fn new(services: &Services, hub: &Hub) -> Gauges {
        Gauges { services: services.clone(), hub: hub.clone(), started: Instant::now() }
    }
}

impl fmt::Debug for Gauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gauges")
    }
}

fn gauge(value: impl Into<f64>) -> ConstGauge<f64> {
    ConstGauge::new(value.into())
}

impl Collector for Gauges {
    fn encode(&self, mut to: DescriptorEncoder) -> Result<(), fmt::Error> {
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        build.encode(to.encode_descriptor("build", "What runs here", None, MetricType::Info)?)?;
        let up = gauge(self.started.elapsed().as_secs_f64());
        up.encode(to.encode_descriptor("uptime_seconds", "Since this host came up", None, MetricType::Gauge)?)?;
        let streams = gauge(u32::try_from(self.hub.len()).unwrap_or(u32::MAX));
        streams.encode(to.encode_descriptor("live_streams", "Open live streams", None, MetricType::Gauge)?)?;
        self.pools(&mut to)?;
        self.runs(&mut to)?;
        self.jobs(&mut to)
    }
}

impl Gauges {
    fn pools(&self, to: &mut DescriptorEncoder) -> fmt::Result {
        let pools = self.services.db.pool_use();
        let about = "Connections to the database: open, of them idle, at most";
        let mut family = to.encode_descriptor("db_connections", about, None, MetricType::Gauge)?;
        for pool in pools {
            for (state, count) in [("open", pool.open), ("idle", pool.idle), ("most", pool.most)] {
                one(&mut family, &[("pool", pool.name), ("state", state)], &gauge(count))?;
            }
        }
        Ok(())
    }

    fn runs(&self, to: &mut DescriptorEncoder) -> fmt::Result {
        let tally = self.services.sync.tally();
        let mut family =
            to.encode_descriptor("sync_runs", "Syncs that ended on this host", None, MetricType::Counter)?;
        for (kind, status, count) in tally.runs() {
            one(&mut family, &[("kind", kind.as_str()), ("outcome", status.as_str())], &ConstCounter::new(count))?;
        }
        let (synced, failed) = tally.records();
        let about = "Records that syncs of this host brought, and that could not be mirrored";
        let mut family = to.encode_descriptor("sync_records", about, None, MetricType::Counter)?;
        one(&mut family, &[("outcome", "synced")], &ConstCounter::new(synced))?;
        one(&mut family, &[("outcome", "failed")], &ConstCounter::new(failed))
    }

    fn jobs(&self, to: &mut DescriptorEncoder) -> fmt::Result {
        let about = "What attempts at jobs came to on this host: refused ones ended after their lease was lost, rescued ones \
            were another's whose worker was lost";
        let mut family = to.encode_descriptor("job_attempts", about, None, MetricType::Counter)?;
        for came in Came::ALL {
            let count = ConstCounter::new(self.services.jobs.tally().of(came));
            one(&mut family, &[("outcome", came.as_str())], &count)?;
        }
        Ok(())
    }
}

fn one<const N: usize>(
    family: &mut MetricEncoder,
    labels: &[(&str, &str); N],
    value: &impl EncodeMetric,
) -> fmt::Result {
    value.encode(family.encode_family(labels)?)
}
