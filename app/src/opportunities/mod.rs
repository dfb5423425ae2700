//! Opportunities: the list and the page of one.

mod api;
mod changes;
pub mod detail;
mod facts;
mod filters;
pub mod page;
mod table;
mod views;
