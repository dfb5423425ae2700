//! What a worker has claimed and not ended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::db::queue::Lease;

/// Claimed jobs beyond those that run, at most.
const AHEAD: usize = 1000;
/// What was ended in so long a time is about what may be claimed ahead: slow jobs are left to others.
const PACE: Duration = Duration::from_millis(50);

struct Entry {
    kind: &'static str,
    stop: CancellationToken,
    since: Instant,
}

#[derive(Default)]
struct State {
    jobs: HashMap<Lease, Entry>,
    by_type: HashMap<&'static str, usize>,
    ended: usize,
    pace: Option<(Instant, usize)>,
}

/// The jobs of one worker.
#[derive(Default)]
pub struct Flight(Mutex<State>);

impl Flight {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a job up unless its type has as many as it may.
    pub fn take(&self, lease: Lease, kind: &'static str, most: usize, stop: CancellationToken) -> bool {
        let mut state = self.lock();
        let of_type = state.by_type.entry(kind).or_default();
        if *of_type >= most {
            return false;
        }
        *of_type += 1;
        state.jobs.insert(lease, Entry { kind, stop, since: Instant::now() });
        true
    }

    /// Lets go of jobs that have ended, or are another's.
    pub fn drop_all<'a>(&self, leases: impl Iterator<Item = &'a Lease>) {
        let mut state = self.lock();
        for lease in leases {
            if let Some(entry) = state.jobs.remove(lease) {
                state.ended += 1;
                if let Some(of_type) = state.by_type.get_mut(entry.kind) {
                    *of_type -= 1;
                }
            }
        }
    }

    /// How many jobs of a type are held.
    pub fn of_type(&self, kind: &str) -> usize {
        self.lock().by_type.get(kind).copied().unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    /// How many more may be claimed, when `slots` run at once.
    pub fn room(&self, slots: usize) -> usize {
        let mut state = self.lock();
        let (now, ended) = (Instant::now(), state.ended);
        let (since, before) = *state.pace.get_or_insert((now, ended));
        let passed = now.duration_since(since);
        if passed >= PACE * 2 {
            state.pace = Some((now, ended));
        }
        let share = PACE.as_secs_f64() / passed.max(PACE).as_secs_f64();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a pace"
        )]
        let ahead = ((ended - before) as f64 * share) as usize;
        (slots + ahead.min(AHEAD)).saturating_sub(state.jobs.len())
    }

    /// Leases held for longer than this: they need a sign of life.
    pub fn held_for(&self, long: Duration) -> Vec<Lease> {
        self.lock().jobs.iter().filter(|(_, entry)| entry.since.elapsed() >= long).map(|(lease, _)| *lease).collect()
    }

    /// Asks the work on a job to stop.
    pub fn stop(&self, lease: &Lease) {
        if let Some(entry) = self.lock().jobs.get(lease) {
            entry.stop.cancel();
        }
    }

    /// All that is held.
    pub fn leases(&self) -> Vec<Lease> {
        self.lock().jobs.keys().copied().collect()
    }
}
