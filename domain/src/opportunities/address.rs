//! Addresses of lists: the pairs of the one that was asked for, with some of them set or left out.

use crate::reports::{Format, List};

/// The pairs behind the question mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address(Vec<(String, String)>);

impl Address {
    /// Pairs without a value mean nothing and are left out.
    pub fn parse(query: &str) -> Address {
        let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).into_owned();
        Address(pairs.filter(|(_, value)| !value.trim().is_empty()).collect())
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// With one value for this name, on the first page.
    pub fn with(&self, name: &str, value: &str) -> Address {
        let mut address = self.without(&[name, "page"]);
        address.0.push((name.into(), value.into()));
        address
    }

    pub fn without(&self, names: &[&str]) -> Address {
        Address(self.0.iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned().collect())
    }

    pub fn pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// Whether both ask for the same rows, whatever their order and page.
    pub fn asks_as(&self, other: &Address) -> bool {
        let rows = |address: &Address| {
            let mut pairs = address.without(&["page", "limit", "sort", "columns"]).0;
            pairs.sort();
            pairs
        };
        rows(self) == rows(other)
    }

    /// The link to a page with these pairs.
    pub fn href(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.into();
        }
        format!("{path}?{}", self.query())
    }

    /// The page that makes a workbook of this list with these pairs.
    pub fn workbook(&self, list: List) -> String {
        let pairs = [("list", list.as_str()), ("query", &self.query()), ("format", Format::Xlsx.as_str())];
        format!("/reports?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// What stands behind the question mark.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_changes_one_pair_and_goes_back_to_the_first_page() {
        let address = Address::parse("?status=1&q=a%26b&page=3&owner=");
        assert_eq!(address.with("sort", "-id").href("/x"), "/x?status=1&q=a%26b&sort=-id");
        assert_eq!(address.without(&["status", "q", "page"]).href("/x"), "/x");
        assert_eq!(
            address.workbook(List::Changes),
            "/reports?list=changes&query=status%3D1%26q%3Da%2526b%26page%3D3&format=xlsx"
        );
        assert!(address.asks_as(&Address::parse("q=a%26b&status=1&sort=id")));
    }
}
