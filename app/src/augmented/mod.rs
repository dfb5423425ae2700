//! What the business adds to an opportunity, on a page of its own: workflow, risk and integrations. It comes whole from the host
//! ([`crate::plain`]).

pub mod fields;
mod integrations;
mod page;
mod workflows;

pub use page::page;
