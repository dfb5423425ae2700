//! The only door to PostgreSQL. The pools are private to this module: a tenant's rows are reached through a [`TenantTx`],
//! and what stands before or above a tenant is the short list of named functions in [`lookup`] and [`operator`].

mod epochs;
pub mod lint;
pub mod lookup;
pub mod migrate;
pub(crate) mod notes;
pub mod operator;
mod pool;
mod pool_use;
pub mod queue;
mod tenant_tx;

pub(crate) use pool::is_away;
pub use pool::{Db, DbError};
pub use pool_use::PoolUse;
/// What a single statement may answer.
pub use sqlx::Error as QueryError;
pub use tenant_tx::{Actor, TenantTx};
