//! HTTP: the router, what every request passes through, and the loop that accepts connections.

mod accept;
mod body_limit;
mod caller;
mod client;
mod cookie;
mod dates;
pub mod error;
mod headers;
mod health;
mod origin;
mod pages;
mod request_id;
mod router;
mod sign_in;
mod site;
mod state;
mod timeout;

pub use accept::serve;
pub use caller::{Asking, OperatorsKey};
pub use client::ClientOf;
pub use cookie::{presented as presented_token, session_cookie};
pub use headers::PageNonce;
pub use origin::Origins;
pub use request_id::current as current_request_id;
pub use router::router;
pub use state::State;
