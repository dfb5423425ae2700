//! How busy the pools are, for the operator's figures.

use super::Db;

/// Connections of one pool now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// `app`, `worker`, `queue` or `durable`.
    pub name: &'static str,
    pub open: u32,
    /// Open, and waiting for work.
    pub idle: u32,
    pub most: u32,
}

impl Db {
    pub fn pool_use(&self) -> [PoolUse; 4] {
        let pools = [("app", &self.app), ("worker", &self.worker), ("queue", &self.queue), ("durable", &self.durable)];
        pools.map(|(name, pool)| PoolUse {
            name,
            open: pool.size(),
            idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
            most: pool.options().get_max_connections(),
        })
    }
}
