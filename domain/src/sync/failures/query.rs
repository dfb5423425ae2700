//! What the address of a list of failed records asks for.

use crate::params::{Fault, Params};

/// Of which run, which page, and the text of which record.
#[derive(Debug, Clone)]
pub struct Query {
    /// Those that failed in one run; else those that fail now.
    pub run: Option<i64>,
    /// The key of the record whose text is shown too.
    pub raw: Option<String>,
    /// 1 and up.
    pub page: i64,
    /// 1 to 100.
    pub limit: i64,
}

impl Query {
    /// Reads an address; every parameter must be known.
    pub fn read(mut params: Params) -> Result<Query, Fault> {
        let (page, limit) = params.page()?;
        let (run, raw) = (params.number("runId", 1, i64::MAX)?, params.text("raw")?);
        params.end()?;
        Ok(Query { run, raw, page, limit })
    }
}
