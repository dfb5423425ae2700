//! The account: its records, its faults, and the hand that changes them from inside a test.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, DurationRound, Utc};
use serde_json::{Map, Value};

use super::gate::Gate;
use super::hooks::{DeliveryRecord, Hooks, action_of};
use super::log::RequestRecord;
use super::people::People;
use super::shelf::{Record, Shelf};
use super::{Faults, Options, fill, follow, members, odd};
use crate::dice::Dice;

/// A simulated Current RMS account. Cheap to clone; every clone is the same account.
#[derive(Clone)]
pub struct CurrentRms(pub(crate) Arc<Account>);

pub(crate) struct Account {
    pub(crate) options: Options,
    pub(crate) people: People,
    state: Mutex<State>,
    log: Mutex<VecDeque<RequestRecord>>,
}

/// What changes while the account is used.
pub(crate) struct State {
    pub(crate) opportunities: Shelf,
    pub(crate) members: Shelf,
    pub(crate) faults: Faults,
    pub(crate) gate: Gate,
    pub(crate) dice: Dice,
    pub(crate) deletions_left: usize,
    pub(crate) odd: Vec<i64>,
    pub(crate) broken: Vec<i64>,
    /// The moment that new records are laid out around.
    pub(crate) base: DateTime<Utc>,
    pub(crate) hooks: Hooks,
    pub(crate) deliveries: Vec<DeliveryRecord>,
}

/// Requests remembered at most; the oldest go first.
const LOGGED: usize = 200_000;

impl CurrentRms {
    /// Lays out the account's records; the faults of the options hold from the start.
    pub fn new(options: Options) -> Self {
        let now = options.base_time.unwrap_or_else(Utc::now);
        let base = now.duration_trunc(chrono::Duration::milliseconds(1)).unwrap_or(now);
        let mut dice = Dice::new(options.seed);
        let people = People::for_company(&mut dice, base, options.opportunities);
        let opportunities = fill::opportunities(&mut dice, &people, base, options.opportunities);
        let mut shelf = Shelf::default();
        for member in people.iter() {
            shelf.put(member.id, Record::new(member.id, members::render(member, &people)));
        }
        let state = State {
            opportunities,
            members: shelf,
            faults: Faults::default(),
            gate: Gate::new(options.seed),
            dice,
            deletions_left: 0,
            odd: Vec::new(),
            broken: Vec::new(),
            base,
            hooks: Hooks::default(),
            deliveries: Vec::new(),
        };
        let faults = options.faults.clone();
        let account = Self(Arc::new(Account { options, people, state: Mutex::new(state), log: Mutex::default() }));
        odd::apply(&mut account.0.state(), faults, None);
        account
    }

    /// The ids of all opportunities, ascending, hidden ones included.
    pub fn ids(&self) -> Vec<i64> {
        self.0.state().opportunities.ids()
    }

    /// The ids that the fault `odd` has made odd.
    pub fn odd_ids(&self) -> Vec<i64> {
        self.0.state().odd.clone()
    }

    /// The ids that the fault `broken` has broken.
    pub fn broken_ids(&self) -> Vec<i64> {
        self.0.state().broken.clone()
    }

    /// The exact JSON text of the opportunity, as list and show send it.
    pub fn raw(&self, id: i64) -> Option<String> {
        self.0.state().opportunities.get(id).map(|record| record.text.to_string())
    }

    /// Sets keys of an opportunity and moves `updated_at` to now, unless the patch sets it. What depends on a patched
    /// key and is not itself in the patch follows: names of state and status, nested people, totals of the price.
    /// Does nothing when there is no such record or its text is no object.
    pub fn change(&self, id: i64, patch: Map<String, Value>) {
        let (mut state, now) = (self.0.state(), Utc::now());
        let Some(record) = state.opportunities.get(id) else { return };
        let before = (record.facets.state, record.facets.status);
        let Some(text) = follow::patched(&record.text, &patch, &self.0.people, now) else { return };
        let record = Record::new(id, text);
        let action = action_of(before, (record.facets.state, record.facets.status));
        let State { hooks, faults, .. } = &mut *state;
        hooks.fire(action, id, &record.text, faults, now);
        state.opportunities.put(id, record);
    }

    /// Stores a record as this very text, be it JSON or not. Filters see what can be read of it.
    pub fn put_raw(&self, id: i64, json_text: String) {
        self.0.state().opportunities.put(id, Record::new(id, json_text));
    }

    /// Adds a new enquiry with these keys set, under the patch's `id` or else the next free one, and returns its id.
    pub fn create(&self, patch: Map<String, Value>) -> i64 {
        let now = Utc::now();
        let mut state = self.0.state();
        let next = state.opportunities.last_id().map_or(fill::FIRST_ID, |last| last + 1);
        let id = patch.get("id").and_then(Value::as_i64).unwrap_or(next);
        let text = fill::enquiry(&mut state.dice, &self.0.people, now, id);
        let text = follow::patched(&text, &patch, &self.0.people, now).unwrap_or(text);
        let State { hooks, faults, .. } = &mut *state;
        hooks.fire("create", id, &text, faults, now);
        state.opportunities.put(id, Record::new(id, text));
        id
    }

    /// Removes an opportunity: it leaves the list, and its own address answers 404.
    pub fn delete(&self, id: i64) {
        let mut state = self.0.state();
        if let Some(record) = state.opportunities.get(id).cloned() {
            let State { hooks, faults, .. } = &mut *state;
            hooks.fire("destroy", id, &record.text, faults, Utc::now());
        }
        state.opportunities.delete(id);
    }

    /// Sets how the account misbehaves from now on. Turning up `odd`, `broken` or `deletions` makes that many more
    /// records odd (with a new `updated_at`), broken or doomed; turning them down heals nothing.
    pub fn set_faults(&self, faults: Faults) {
        odd::apply(&mut self.0.state(), faults, Some(Utc::now()));
    }

    /// The requests so far, oldest first (the last 200,000).
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.0.log().iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.0.log().clear();
    }
}

impl Account {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, request: RequestRecord) {
        let mut log = self.log();
        if log.len() >= LOGGED {
            log.pop_front();
        }
        log.push_back(request);
    }

    fn log(&self) -> MutexGuard<'_, VecDeque<RequestRecord>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
