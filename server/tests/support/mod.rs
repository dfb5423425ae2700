//! What the tests of the host stand on: a Postgres, the real binary, a tenant made from the command line, an account.
//!
//! ```ignore
//! let env = Env::fresh().await;                       // a database of its own, migrated
//! let stand = Stand::of(245, &["clamp=25"]).await;    // a simulated Current RMS in this process
//! let host = Host::start(&env).await;                 // `backline serve`
//! let tenant = Tenant::connected(&env, "north", &stand).await;
//! let api = host.api(&tenant.key);                    // REST with the tenant's key
//! api.sync("initial").await.expect(200);
//! Mirror::read(&env, &tenant, &api).await.assert_equals(&stand);
//! ```
//!
//! A test binary includes it with `#[path = "../support/mod.rs"] mod support;`. Nothing outlives the binary: hosts are
//! killed when dropped, and [`Cluster`] has a keeper that stops Postgres when its owner is gone, however it went.

mod api;
mod cluster;
mod env;
mod host;
mod mirror;
mod stand;
mod tenant;
mod wait;

pub use api::{Answer, Api, client};
pub use cluster::Cluster;
pub use env::{Env, Said};
pub use host::Host;
pub use mirror::{Mirror, instant, source_record};
pub use stand::{Stand, faults, options, patch};
pub use tenant::Tenant;
pub use wait::until;
