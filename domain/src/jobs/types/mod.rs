//! The types of jobs, one file each.

pub mod bulk_import;
pub mod clean_up;
pub mod notify_mail;
pub mod notify_slack;
pub mod probe;
pub mod report_generation;
pub mod snapshot;
pub mod sync;

use super::kind::{JobType, Registry};
use crate::services::Services;

/// Every type that this host knows.
pub fn all(services: &Services, probes: bool) -> Registry {
    let mut types: Vec<JobType> = vec![
        sync::kind(services),
        snapshot::kind(services),
        report_generation::kind(services),
        bulk_import::kind(services),
        crate::inbox::follow_up::kind(services),
        crate::inbox::replay::kind(services),
        crate::reconciliation::mirror::check::kind(services),
        crate::rules::evaluate::kind(services),
        crate::rules::act::kind(services),
        crate::rules::watch::kind(services),
        crate::metrics::night::kind(services),
        clean_up::kind(services),
        notify_mail::kind(services),
        notify_slack::kind(services),
    ];
    if probes {
        types.push(probe::kind());
    }
    Registry::of(types)
}
