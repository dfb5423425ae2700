//! The pages of what other systems posted: the list, and one event with its bytes. They come whole from the host
//! ([`crate::plain`]).

mod one;
mod page;
mod payload;

pub use one::one;
pub use page::page;
