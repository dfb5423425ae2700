//! The queue over all tenants, as workers see it: claims, results, leases, schedules. A worker stands above the tenants, so
//! these are named functions and no `TenantTx`; nothing here reads a tenant's rows but its jobs.
//!
//! What a crash of the database may take back without harm (claims, signs of life, rescues) goes through a pool that
//! commits without waiting for the disk: any later durable commit makes it durable too. Results and effects wait.

mod claim;
mod counts;
mod events;
mod finish;
mod keep;
mod lease;
pub mod schedules;
pub mod workers;

pub use claim::{Claim, Claimed, Found};
pub use counts::{TypeCount, Waiting};
pub use finish::{Completion, Failure, Verdict};
pub use lease::{EVER, Held, Renewed};
pub use schedules::Due;
pub use workers::{Beat, WorkerRow};

use uuid::Uuid;

/// One attempt: only who can name it may end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    pub tenant: Uuid,
    pub job: i64,
    pub token: Uuid,
}

/// Columns for `unnest`.
fn columns<'a>(leases: impl Iterator<Item = &'a Lease>) -> (Vec<Uuid>, Vec<i64>, Vec<Uuid>) {
    let (mut tenants, mut jobs, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
    for lease in leases {
        tenants.push(lease.tenant);
        jobs.push(lease.job);
        tokens.push(lease.token);
    }
    (tenants, jobs, tokens)
}
