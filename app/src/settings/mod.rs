//! Settings: one's own account for everybody; people, keys and the connection for admins.
//!
//! Every change is a plain form that posts to its server function. The browser is sent back to the page, which shows what
//! came of it ([`told`]), so nothing here needs WASM.

mod account;
mod account_api;
pub mod area;
mod connection;
mod connection_api;
pub mod forms;
#[cfg(feature = "ssr")]
pub mod host;
mod keys;
mod keys_api;
#[cfg(feature = "ssr")]
pub mod note;
mod people;
mod people_api;
mod sessions;
pub mod told;

pub use account::AccountPage;
pub use connection::ConnectionPage;
pub use keys::KeysPage;
pub use people::PeoplePage;
