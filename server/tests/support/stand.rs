//! A simulated Current RMS account in this process, on a port of its own.

use serde_json::{Map, Value};
use simulator::{CurrentRms, Faults, Options, RequestRecord};

/// The account, and where it listens until the test ends.
pub struct Stand {
    pub account: CurrentRms,
    /// Up to and including `/api/v1`.
    pub base_url: String,
}

pub fn options(opportunities: usize) -> Options {
    Options { opportunities, ..Options::default() }
}

pub fn faults(pairs: &[&str]) -> Faults {
    let pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
    Faults::parse(&pairs).unwrap()
}

/// The keys to set in a record: `patch(json!({"subject": "Gala"}))`.
pub fn patch(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

impl Stand {
    pub async fn up(options: Options) -> Stand {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/api/v1", listener.local_addr().unwrap());
        let account = CurrentRms::new(options);
        let served = account.clone();
        tokio::spawn(async move { served.serve(listener).await });
        let stand = Stand { account, base_url };
        stand.age_what_lies_outside();
        stand
    }

    /// Incremental runs bring what changed wherever it lies. Outside of the window nothing has changed for years, so that
    /// counts do not depend on the day of the test.
    fn age_what_lies_outside(&self) {
        let inside = self.ids_in_scope();
        let spoilt = self.account.broken_ids();
        let outside = self.account.ids().into_iter().filter(|id| !inside.contains(id) && !spoilt.contains(id));
        let aged = patch(serde_json::json!({"updated_at": "2020-01-01T00:00:00.000Z"}));
        outside.for_each(|id| self.account.change(id, aged.clone()));
    }

    pub async fn of(opportunities: usize, pairs: &[&str]) -> Stand {
        Stand::up(Options { faults: faults(pairs), ..options(opportunities) }).await
    }

    /// The list requests so far, oldest first.
    pub fn lists(&self) -> Vec<RequestRecord> {
        let requests = self.account.requests().into_iter();
        requests.filter(|request| request.path == "/api/v1/opportunities").collect()
    }

    /// The ids of the records that belong into the mirror, and that a client can read.
    pub fn ids_in_scope(&self) -> Vec<i64> {
        let broken = self.account.broken_ids();
        let ids = self.account.ids().into_iter().filter(|id| !broken.contains(id));
        ids.filter(|id| super::mirror::in_scope(&super::source_record(self, *id))).collect()
    }
}
