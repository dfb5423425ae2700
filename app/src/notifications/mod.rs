//! The bell in the frame, and its page. Reading and switching are plain forms.

mod api;
pub mod bell;
#[cfg(feature = "ssr")]
mod host;
pub mod page;
