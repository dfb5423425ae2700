//! What the address of a reconciliation asks for.

use super::Kind;
use crate::integrations::system_name;
use crate::params::{Fault, Params};
use crate::patch::line;

/// One list, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// What the last comparison of the mirror with the source found, without what was repaired.
    Mirror,
    One {
        kind: Kind,
        system: Option<String>,
    },
}

impl Wanted {
    /// As the address has it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Wanted::All => "all",
            Wanted::Mirror => "mirror",
            Wanted::One { kind, .. } => kind.as_str(),
        }
    }
}

/// A list and a page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub wanted: Wanted,
    /// 1 and up.
    pub page: i64,
    /// 1 to 100.
    pub limit: i64,
}

impl Query {
    /// Reads an address; every parameter must be known.
    pub fn read(mut params: Params) -> Result<Query, Fault> {
        let (page, limit) = params.page()?;
        let kind = params.text("type")?;
        let system = params.text("system")?;
        params.end()?;
        let refuse =
            || Fault::new("type", "expected unaugmented, missing-integration, stale-integrations, mirror or all");
        let mirror = kind.as_deref() == Some("mirror");
        let kind = match kind.as_deref() {
            Some("all" | "mirror") => None,
            Some(text) => Some(Kind::parse(text).ok_or_else(refuse)?),
            None => return Err(refuse()),
        };
        let system = match system {
            Some(text) => line("system", &text, 60)?.map(|text| system_name(&text)),
            None => None,
        };
        let wanted = match (kind, system) {
            (None | Some(Kind::Unaugmented), Some(_)) => {
                return Err(Fault::new("system", "narrows missing-integration and stale-integrations only"));
            }
            (Some(Kind::MissingIntegration), None) => {
                return Err(Fault::new("system", "is missing: the name of a system, such as Xero"));
            }
            (None, None) if mirror => Wanted::Mirror,
            (None, None) => Wanted::All,
            (Some(kind), system) => Wanted::One { kind, system },
        };
        Ok(Query { wanted, page, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_names_its_field() {
        for (query, field) in [
            ("", "type"),
            ("type=", "type"),
            ("type=missing", "type"),
            ("type=ALL", "type"),
            ("type=missing-integration", "system"),
            ("type=missing-integration&system=", "system"),
            ("type=unaugmented&system=Xero", "system"),
            ("type=all&system=Xero", "system"),
            ("type=mirror&system=Xero", "system"),
            ("type=all&page=0", "page"),
            ("type=all&sort=id", "sort"),
        ] {
            assert_eq!(Query::read(Params::parse(query)).unwrap_err().field, field, "{query}");
        }
        let long = format!("type=stale-integrations&system={}", "x".repeat(61));
        assert_eq!(Query::read(Params::parse(&long)).unwrap_err().field, "system");
    }

    #[test]
    fn a_known_system_is_one_in_any_case() {
        let query = Query::read(Params::parse("type=missing-integration&system=xero&limit=5")).unwrap();
        let wanted = Wanted::One { kind: Kind::MissingIntegration, system: Some("Xero".into()) };
        assert_eq!(query, Query { wanted, page: 1, limit: 5 });
    }
}
