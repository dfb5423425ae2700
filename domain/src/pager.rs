//! Where a page lies in its list.

use serde::{Deserialize, Serialize};

/// The place of a page in words, and the links to those beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pager {
    /// "1–50 of 245".
    pub place: String,
    pub previous: Option<String>,
    pub next: Option<String>,
}

#[cfg(feature = "ssr")]
impl Pager {
    /// The last page of a list: the one that is shown for every page behind it.
    pub fn last(total: i64, limit: i64) -> i64 {
        ((total + limit - 1) / limit).max(1)
    }

    /// `page` is at most the last; the links are the address with another page.
    pub fn new(
        page: i64,
        limit: i64,
        total: i64,
        address: &crate::opportunities::address::Address,
        path: &str,
    ) -> Pager {
        let number = |count: i64| crate::money::grouped(count.unsigned_abs());
        let link = |page: i64| address.with("page", &page.to_string()).href(path);
        let (first, end) = ((page - 1) * limit, (page * limit).min(total));
        Pager {
            place: if total == 0 {
                "0 of 0".into()
            } else {
                format!("{}–{} of {}", number(first + 1), number(end), number(total))
            },
            previous: (page > 1).then(|| link(page - 1)),
            next: (page < Pager::last(total, limit)).then(|| link(page + 1)),
        }
    }
}
