//! The demo's life: every so often an amount moves, a job goes a step on, an enquiry comes in, rarely one is deleted.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use serde_json::{Map, Value, json};

use super::CurrentRms;
use super::lifecycle::{ENQUIRY, Stage};
use super::shelf::Record;
use crate::json_text::{OrderedObject, money, pence};

/// One thing that happened by itself.
#[derive(Clone, Copy)]
enum Event {
    Amount,
    Step,
    Enquiry,
    Deletion,
}

impl CurrentRms {
    /// Lets something happen at every interval, until dropped.
    pub(crate) async fn drift(&self, every: Duration) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(every).await;
            self.drift_once();
        }
    }

    pub(crate) fn drift_once(&self) {
        let weights = [(Event::Amount, 46), (Event::Step, 32), (Event::Enquiry, 20), (Event::Deletion, 2)];
        let drawn = self.0.state().dice.weighted(weights.iter().map(|(_, weight)| *weight));
        match weights.get(drawn).map(|(event, _)| *event) {
            Some(Event::Step) => self.step(),
            Some(Event::Enquiry) => {
                self.create(Map::new());
            }
            Some(Event::Deletion) => {
                if let Some((id, _)) = self.someone(|stage| stage.state < 2) {
                    self.delete(id);
                }
            }
            Some(Event::Amount) | None => self.reprice(),
        }
    }

    fn reprice(&self) {
        let Some((id, record)) = self.someone(|stage| stage.is_numbered() && !stage.is_completed()) else { return };
        let total = OrderedObject::parse(&record.text).and_then(|object| object.value("charge_total"));
        let Some(total) = total.as_ref().and_then(Value::as_str).and_then(pence) else { return };
        let percent = self.0.state().dice.between(82, 135);
        self.change(id, patch(json!({ "charge_total": money((total * percent / 100).max(4_500)) })));
    }

    fn step(&self) {
        let Some((id, record)) = self.someone(|stage| !stage.is_completed()) else { return };
        let Some(stage) = stage_of(&record) else { return };
        let Some(next) = stage.next(&mut self.0.state().dice) else { return };
        if next.is_completed() && !record.facets.is_over(Utc::now()) {
            return self.reprice();
        }
        let mut changed = patch(json!({ "state": next.state, "status": next.status }));
        if next.is_numbered() && !stage.is_numbered() {
            let estimate = money(self.0.state().dice.skewed(400, 24_000) * 100);
            changed.insert("number".to_owned(), Value::String(format!("{id:08}")));
            changed.insert("charge_total".to_owned(), Value::String(estimate));
        }
        self.change(id, changed);
    }

    /// A random record whose stage fits and whose story has not ended.
    fn someone(&self, fits: impl Fn(Stage) -> bool) -> Option<(i64, Arc<Record>)> {
        let mut state = self.0.state();
        let ids = state.opportunities.ids();
        (0..40).find_map(|_| {
            let id = *ids.get(state.dice.index(ids.len()))?;
            let record = state.opportunities.get(id)?;
            let stage = stage_of(record)?;
            let open = stage == ENQUIRY || !super::lifecycle::is_hidden(Some(stage.status));
            (open && fits(stage)).then(|| (id, Arc::clone(record)))
        })
    }
}

fn stage_of(record: &Record) -> Option<Stage> {
    Some(Stage { state: record.facets.state?, status: record.facets.status? })
}

fn patch(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    #[test]
    fn a_long_drift_adds_changes_and_keeps_every_record_readable() {
        let account = CurrentRms::new(Options { opportunities: 60, ..Options::default() });
        let before: Vec<_> = account.ids().into_iter().map(|id| (id, account.raw(id))).collect();
        for _ in 0..200 {
            account.drift_once();
        }
        let added = account.ids().iter().filter(|id| before.iter().all(|(known, _)| known != *id)).count();
        let changed = before.iter().filter(|(id, text)| account.raw(*id) != *text).count();
        assert!(added > 10 && changed > 20, "{added} added, {changed} changed");
        for id in account.ids() {
            let record: Value = serde_json::from_str(&account.raw(id).unwrap()).unwrap();
            let stage = (record["state"].as_i64().unwrap(), record["status"].as_i64().unwrap());
            let allowed: &[i64] = match stage.0 {
                2 => &[0, 1, 5, 60, 70, 80],
                3 => &[20, 40, 50],
                _ => &[0],
            };
            assert!(allowed.contains(&stage.1), "{stage:?}");
            let now = crate::json_text::stamp(Utc::now());
            assert!(stage != (3, 40) || record["ends_at"].as_str().unwrap() < now.as_str(), "completed before its end");
        }
    }
}
