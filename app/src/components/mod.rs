//! Building blocks without a server call: what they show is given to them.

pub mod badge;
pub mod chart;
pub mod failure;
pub mod frame;
pub mod icon;
pub mod kept;
pub mod pager;
pub mod progress;
pub mod refusal;
pub mod signed_in;
pub mod theme;
pub mod toast;
