//! The pages of rules: their list, one of them with its form, a try on the past and what it did. They come whole from the host
//! ([`crate::plain`]).

mod editor;
mod list;
mod one;

pub use editor::{Entered, new};
pub use list::page;
pub use one::{OneView, Tried, one};

/// Where they live.
pub const PATH: &str = "/settings/rules";
