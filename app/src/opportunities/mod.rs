//! Opportunities: the list and the page of one.

pub mod api;
mod changes;
pub mod changes_page;
pub mod detail;
pub mod facts;
pub mod filters;
pub mod listing;
pub mod page;
pub mod table;
pub mod views;
