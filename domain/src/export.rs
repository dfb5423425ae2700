//! A list as CSV (RFC 4180): the columns of the screen, all of its rows, and first what was asked for and when.
//!
//! Texts that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV Injection").

use std::future::Future;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::db::TenantTx;
use crate::opportunities::Chip;

/// Rows that are read at once.
const CHUNK: usize = 1000;

/// How a list's rows become lines.
pub trait Lines: Send + Sync {
    /// What names a row.
    type Key: Send + Sync;

    /// The cells of these rows, in their order.
    fn lines(
        &self,
        tx: &mut TenantTx,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<Vec<String>>, sqlx::Error>> + Send;
}

/// What the three lines before the first row say.
pub struct Head<'a> {
    /// "Opportunities".
    pub what: &'a str,
    pub tenant: &'a str,
    pub at: DateTime<Tz>,
    pub filters: &'a [Chip],
    pub sorted_by: &'a str,
    pub labels: Vec<String>,
}

/// An export under way: its keys are fixed at the beginning, so that its order is that of the list and its head is true.
pub struct Export<L: Lines> {
    lines: L,
    keys: std::vec::IntoIter<L::Key>,
    head: Option<Vec<u8>>,
}

impl<L: Lines> Export<L> {
    pub fn new(lines: L, keys: Vec<L::Key>, head: Head<'_>) -> Export<L> {
        let head = head.write(keys.len());
        Export { lines, keys: keys.into_iter(), head: Some(head) }
    }

    /// The next piece; none at the end.
    pub async fn next(&mut self, tx: &mut TenantTx) -> Result<Option<Vec<u8>>, sqlx::Error> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let keys: Vec<L::Key> = self.keys.by_ref().take(CHUNK).collect();
        if keys.is_empty() {
            return Ok(None);
        }
        Ok(Some(write(self.lines.lines(tx, &keys).await?.into_iter())))
    }
}

impl Head<'_> {
    fn write(self, rows: usize) -> Vec<u8> {
        let filters: Vec<String> = self.filters.iter().map(|chip| format!("{}: {}", chip.label, chip.value)).collect();
        let filters = if filters.is_empty() { "none".into() } else { filters.join("; ") };
        let at = self.at.format("%Y-%m-%d %H:%M:%S %:z");
        let what = format!("# {} of {}, {rows} rows, {at}", self.what, self.tenant);
        let asked = format!("# Filters: {filters}. Sorted by {}.", self.sorted_by);
        write([vec![what], vec![asked], self.labels].into_iter())
    }
}

/// A text that no spreadsheet takes for a formula; a dash is how the screen shows nothing.
pub fn text(text: String) -> String {
    if text == "—" {
        return String::new();
    }
    let risky = text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
        || text.starts_with(['\t', '\r', '\n']);
    if risky { format!("'{text}") } else { text }
}

fn write(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing into memory does not fail.
        let _ = out.write_record(&row);
    }
    out.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\u{ff1d}1"] {
            assert!(text(formula.into()).starts_with('\''), "{formula:?}");
        }
        assert_eq!(text("Summer = fun".into()), "Summer = fun");
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cell() {
        let written = write([vec!["a,\"b\"".into(), "two\nlines".into()]].into_iter());
        assert_eq!(String::from_utf8(written).unwrap(), "\"a,\"\"b\"\"\",\"two\nlines\"\r\n");
    }
}
