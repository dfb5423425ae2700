//! A stand-in Current RMS account.

mod account;
mod addresses;
mod answers;
mod control;
mod courier;
mod drift;
mod embed;
mod facets;
mod faults;
mod fill;
mod follow;
mod gate;
mod hooks;
mod lifecycle;
mod list;
mod log;
mod members;
mod names;
mod odd;
mod options;
mod people;
mod plan;
mod query;
mod ransack;
mod record;
mod routes;
mod seasons;
mod serve;
mod shelf;

pub use account::CurrentRms;
pub use faults::{FaultError, Faults};
pub use hooks::{DeliveryRecord, Webhook};
pub use log::RequestRecord;
pub use options::Options;
pub use serve::run_current_rms;
