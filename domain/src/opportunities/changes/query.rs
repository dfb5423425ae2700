//! What the address of a list of changes asks for.

use chrono::NaiveDate;

use crate::params::{Fault, Params};

/// The kinds of a change, as the table has them.
pub const KINDS: [&str; 4] = ["created", "updated", "deleted", "restored"];

/// Conditions that all hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Civil dates of the change in the tenant's zone, both included.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Civil dates on which the opportunity begins now, both included.
    pub starts_from: Option<NaiveDate>,
    pub starts_to: Option<NaiveDate>,
    /// One of [`KINDS`].
    pub kind: Option<&'static str>,
    /// Of this opportunity only.
    pub opportunity: Option<i64>,
}

/// A filter and a page.
#[derive(Debug, Clone)]
pub struct Query {
    pub filter: Filter,
    /// 1 and up.
    pub page: i64,
    /// 1 to 100.
    pub limit: i64,
}

impl Query {
    /// Reads an address; every parameter must be known.
    pub fn read(mut params: Params) -> Result<Query, Fault> {
        let (page, limit) = params.page()?;
        let (from, to) = params.dates("from", "to")?;
        let (starts_from, starts_to) = params.dates("startsFrom", "startsTo")?;
        let kind = match params.text("kind")? {
            None => None,
            Some(text) => {
                let expected = || Fault::new("kind", format!("expected one of: {}", KINDS.join(", ")));
                Some(KINDS.into_iter().find(|kind| *kind == text).ok_or_else(expected)?)
            }
        };
        let opportunity = params.number("opportunity", 1, i64::MAX)?;
        params.end()?;
        Ok(Query { filter: Filter { from, to, starts_from, starts_to, kind, opportunity }, page, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_names_its_field() {
        for query in ["kind=open", "from=2026-2-1", "startsTo=x", "opportunity=0", "status=1", "page=0"] {
            let fault = Query::read(Params::parse(query)).unwrap_err();
            assert!(query.starts_with(&fault.field), "{query}: {fault}");
        }
        let fault = Query::read(Params::parse("startsFrom=2026-02-02&startsTo=2026-02-01")).unwrap_err();
        assert_eq!(fault.field, "startsTo");
    }
}
