//! What the host reads of the address.

use domain::dashboard::DateRange;
use domain::params::Params;

use crate::AppError;
use crate::host::invalid;

/// The dates of the address; one that cannot be read decides the status too.
pub fn range(search: &str) -> Result<DateRange, AppError> {
    let (from, to) = Params::parse(search).dates("from", "to").map_err(|fault| invalid(&fault.field, &fault.reason))?;
    Ok(DateRange { from, to })
}
