//! What of the documented query language an account accepts. Some reject date filters, some ignore Ransack's `id_gt` or sort
//! (contract sections 2 and 6); the scan steps down until the account answers, and checks what it answers.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::scope::Window;

/// How lists are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// By key: `q[id_gt]` with `sort id asc`. Rows cannot move between pages then.
    pub keyed: bool,
    /// With filters on dates.
    pub dates: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { keyed: true, dates: true }
    }
}

impl Dialect {
    /// What to try after this was rejected; none when there is nothing simpler.
    pub fn simpler(self) -> Option<Dialect> {
        match (self.keyed, self.dates) {
            (true, true) => Some(Dialect { keyed: true, dates: false }),
            (true, false) => Some(Dialect { keyed: false, dates: true }),
            (false, true) => Some(Dialect { keyed: false, dates: false }),
            (false, false) => None,
        }
    }
}

/// Which records a list asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// Those that begin inside the window.
    Window(Window),
    /// Those without a date.
    Undated,
    /// Those changed at or after an instant.
    Updated(DateTime<Utc>),
}

/// Which part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    After(Option<i64>),
    Page(i64),
}

/// The query of one list request.
pub fn query(listing: &Listing, dialect: Dialect, part: Part, per_page: i64) -> Vec<(String, String)> {
    let mut query: Vec<(String, String)> = Vec::with_capacity(8);
    let mut add = |key: &str, value: String| query.push((key.to_owned(), value));
    // Without it the list hides cancelled and dead records.
    add("filtermode", "all".into());
    add("per_page", per_page.to_string());
    add("q[s][]", "id asc".into());
    match part {
        Part::After(after) => {
            add("page", "1".into());
            if let Some(id) = after {
                add("q[id_gt]", id.to_string());
            }
        }
        Part::Page(page) => add("page", page.to_string()),
    }
    if dialect.dates {
        match listing {
            Listing::Window(window) => {
                add("q[starts_at_gteq]", instant(window.from));
                add("q[starts_at_lteq]", instant(window.to - chrono::Duration::milliseconds(1)));
            }
            Listing::Undated => add("q[starts_at_null]", "true".into()),
            Listing::Updated(since) => add("q[updated_at_gteq]", instant(*since)),
        }
    }
    query
}

/// As the source writes instants: UTC with milliseconds.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_steps_down_until_nothing_is_left() {
        let steps = std::iter::successors(Some(Dialect::default()), |dialect| dialect.simpler());
        assert_eq!(steps.count(), 4);
    }

    #[test]
    fn a_keyed_request_names_the_last_id() {
        let since = Listing::Updated("2026-11-21T10:00:00.5Z".parse().unwrap());
        let query = query(&since, Dialect::default(), Part::After(Some(7)), 100);
        let get = |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        assert_eq!(get("q[id_gt]"), Some("7"));
        assert_eq!(get("q[updated_at_gteq]"), Some("2026-11-21T10:00:00.500Z"));
        assert_eq!(get("filtermode"), Some("all"));
    }
}
