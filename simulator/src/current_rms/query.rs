//! A list request's query string, decoded and understood.

use super::facets::{Attribute, Facets};
use super::lifecycle::is_hidden;
use super::ransack::Condition;

/// Rows in a page when the client does not say.
const DEFAULT_PER_PAGE: usize = 20;
/// Rows in a page at most; the real account's limit is not known, `clamp` sets a lower one.
const MOST_PER_PAGE: usize = 1_000;

/// What a list request asks for.
pub(crate) struct ListQuery {
    pub(crate) page: usize,
    pub(crate) per_page: usize,
    /// The names in `include[]`; once there is one, only these associations are embedded.
    pub(crate) include: Option<Vec<String>>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) sort: Vec<Sort>,
    any: bool,
    modes: Vec<String>,
    /// Tells selections apart; equal keys select the same rows in the same order.
    pub(crate) selection: String,
    /// Rows up to this id are skipped after the selection, when the order is by id.
    pub(crate) id_floor: Option<i64>,
}

/// A column to sort by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) attribute: Attribute,
    pub(crate) descending: bool,
}

impl ListQuery {
    /// Reads the pairs; with `no_key` ranges on the id and sorts are ignored.
    pub(crate) fn read(pairs: &[(String, String)], clamp: Option<usize>, no_key: bool) -> Self {
        let last = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let number = |name: &str| last(name).and_then(|text| text.parse::<usize>().ok()).filter(|number| *number > 0);
        let per_page = number("per_page").unwrap_or(DEFAULT_PER_PAGE).min(clamp.unwrap_or(MOST_PER_PAGE));
        let mut query = Self {
            page: number("page").unwrap_or(1),
            per_page: per_page.min(MOST_PER_PAGE),
            include: None,
            conditions: Vec::new(),
            sort: Vec::new(),
            any: last("q[m]") == Some("or"),
            modes: Vec::new(),
            selection: String::new(),
            id_floor: None,
        };
        query.read_lists(pairs);
        for (name, values) in conditions(pairs) {
            query.conditions.extend(Condition::parse(name, &values));
        }
        if no_key {
            query.conditions.retain(|condition| !condition.is_id_range());
            query.sort = vec![Sort { attribute: Attribute::UpdatedAt, descending: true }];
        }
        query.lift_floor();
        query.selection = format!("{:?} {} {:?}", query.modes, query.any, query.conditions);
        for sort in &query.sort {
            query.selection += &format!(" {:?} {}", sort.attribute, sort.descending);
        }
        query
    }

    fn read_lists(&mut self, pairs: &[(String, String)]) {
        for (key, value) in pairs {
            match key.as_str() {
                "filtermode" | "filtermode[]" => self.modes.push(value.clone()),
                "include[]" => self.include.get_or_insert_default().push(value.clone()),
                "q[s]" | "q[s][]" => self.sort.extend(Sort::parse(value)),
                _ => {}
            }
        }
    }

    /// In the order of the ids, `id_gt` is a place in the selection rather than part of it, so that every page of a
    /// keyset scan shares one selection.
    fn lift_floor(&mut self) {
        let by_id = self.sort.first().is_none_or(|sort| sort.attribute == Attribute::Id && !sort.descending);
        if by_id && !self.any {
            self.id_floor = self.conditions.iter().filter_map(Condition::id_floor).max();
            self.conditions.retain(|condition| condition.id_floor().is_none());
        }
    }

    /// Whether the row is in the scope that `filtermode` names and passes the conditions.
    pub(crate) fn matches(&self, facets: &Facets) -> bool {
        let in_scope = match self.modes.as_slice() {
            [] => !is_hidden(facets.status),
            modes => modes.iter().all(|mode| in_mode(mode, facets)),
        };
        let passes = |condition: &Condition| condition.matches(facets);
        in_scope
            && (self.conditions.is_empty()
                || if self.any { self.conditions.iter().any(passes) } else { self.conditions.iter().all(passes) })
    }
}

impl Sort {
    fn parse(text: &str) -> Option<Self> {
        let (column, direction) = text.trim().split_once(' ').unwrap_or((text.trim(), "asc"));
        Some(Self { attribute: Attribute::parse(column)?, descending: direction.trim().eq_ignore_ascii_case("desc") })
    }
}

fn in_mode(mode: &str, facets: &Facets) -> bool {
    match mode {
        "all" => true,
        "enquiries" => facets.state == Some(0),
        "drafts" => facets.state == Some(1),
        "quotations" => facets.state == Some(2),
        "orders" => facets.state == Some(3),
        "not_cancelled" => facets.status != Some(50),
        "inactive" => is_hidden(facets.status),
        "user" | "organisation" | "contact" | "venue" => {
            facets.membership.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(mode))
        }
        _ => !is_hidden(facets.status),
    }
}

/// The conditions by name. As Rack reads a query: `[]` collects, a repeated scalar keeps its last value.
fn conditions(pairs: &[(String, String)]) -> Vec<(&str, Vec<String>)> {
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    for (key, value) in pairs {
        let Some(inner) = key.strip_prefix("q[") else { continue };
        let Some((name, array)) = inner
            .strip_suffix("][]")
            .map(|name| (name, true))
            .or_else(|| inner.strip_suffix(']').map(|name| (name, false)))
        else {
            continue;
        };
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) if array => values.push(value.clone()),
            Some((_, values)) => *values = vec![value.clone()],
            None => found.push((name, vec![value.clone()])),
        }
    }
    found
}

/// The pairs of a query string, `%XX` and `+` decoded; bytes that are no UTF-8 are replaced.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_spaces_may_be_escaped_or_plain() {
        let plain = pairs("q[s][]=id+asc&q[subject_cont]=a%20b");
        assert_eq!(plain, pairs("q%5Bs%5D%5B%5D=id%20asc&q%5bsubject_cont%5d=a+b"));
        assert_eq!(plain[0], ("q[s][]".to_owned(), "id asc".to_owned()));
    }

    #[test]
    fn numeric_indexes_do_not_make_an_array() {
        let query = ListQuery::read(&pairs("q[id_in][0]=7"), None, false);
        assert!(query.conditions.is_empty());
    }

    #[test]
    fn a_keyset_scan_shares_one_selection() {
        let page = |floor: i64| ListQuery::read(&pairs(&format!("q[id_gt]={floor}&q[s][]=id asc")), None, false);
        assert_eq!(page(1).selection, page(900).selection);
        assert_eq!(page(900).id_floor, Some(900));
    }
}
