//! Runs and what they found, as rows.

mod items;
mod runs;

pub use items::{MirrorItem, OpenItem, items, open_items};
pub(super) use items::{NewItem, open, settle};
pub use runs::{Counts, MirrorRun, MirrorStatus, find, last_completed, note_job, recent, running, start};
pub(super) use runs::{claim, complete, fail, keep_claim, of_job};
