//! A list as CSV (RFC 4180): the columns of the screen, all of its rows, and first what was asked for and when.
//!
//! Texts that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV Injection").

use std::borrow::Cow;
use std::future::Future;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::db::TenantTx;
use crate::opportunities::Chip;

/// Rows that are read at once.
const CHUNK: usize = 1000;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words that may come from anywhere.
    Text(String),
    /// A decimal, for sums.
    Amount(String),
    /// What we wrote ourselves: a time, an id, a count.
    Plain(String),
}

/// How a list's rows become lines.
pub trait Lines: Send + Sync {
    /// What names a row.
    type Key: Send + Sync;

    /// The cells of these rows, in their order.
    fn lines(
        &self,
        tx: &mut TenantTx,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<Vec<Cell>>, sqlx::Error>> + Send;
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
    head: Option<Vec<Vec<Cell>>>,
}

impl<L: Lines> Export<L> {
    pub fn new(lines: L, keys: Vec<L::Key>, head: Head<'_>) -> Export<L> {
        let head = head.lines(keys.len());
        Export { lines, keys: keys.into_iter(), head: Some(head) }
    }

    /// Rows that are to come, without the head.
    pub fn left(&self) -> usize {
        self.keys.len()
    }

    /// The next piece of the file as CSV; none at the end.
    pub async fn next(&mut self, tx: &mut TenantTx) -> Result<Option<Vec<u8>>, sqlx::Error> {
        Ok(self.rows(tx).await?.map(|rows| write(&rows)))
    }

    /// The next rows, the head's first; none at the end.
    pub async fn rows(&mut self, tx: &mut TenantTx) -> Result<Option<Vec<Vec<Cell>>>, sqlx::Error> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let keys: Vec<L::Key> = self.keys.by_ref().take(CHUNK).collect();
        if keys.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.lines.lines(tx, &keys).await?))
    }
}

impl Head<'_> {
    fn lines(self, rows: usize) -> Vec<Vec<Cell>> {
        let filters: Vec<String> = self.filters.iter().map(|chip| format!("{}: {}", chip.label, chip.value)).collect();
        let filters = if filters.is_empty() { "none".into() } else { filters.join("; ") };
        let at = self.at.format("%Y-%m-%d %H:%M:%S %:z");
        let what = format!("# {} of {}, {rows} rows, {at}", self.what, self.tenant);
        let asked = format!("# Filters: {filters}. Sorted by {}.", self.sorted_by);
        [vec![what], vec![asked], self.labels].map(|line| line.into_iter().map(Cell::Plain).collect()).into()
    }
}

/// A text of the list; a dash is how the screen shows nothing.
pub fn text(text: String) -> Cell {
    Cell::Text(if text == "—" { String::new() } else { text })
}

/// Whether a spreadsheet would run it.
pub fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
        || text.starts_with(['\t', '\r', '\n'])
}

/// Lines as CSV, no text of which is a formula.
pub fn write(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) if is_formula(text) => Cow::Owned(format!("'{text}")),
            Cell::Text(text) | Cell::Amount(text) | Cell::Plain(text) => Cow::Borrowed(text.as_str()),
        });
        // Writing into memory does not fail.
        let _ = out.write_record(cells.map(Cow::into_owned));
    }
    out.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(row: Vec<Cell>) -> String {
        String::from_utf8(write(&[row])).unwrap()
    }

    #[test]
    fn no_text_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\u{ff1d}1"] {
            assert_eq!(written(vec![text(formula.into())]).trim_matches(['"', '\r', '\n']), format!("'{formula}"));
        }
        assert_eq!(written(vec![text("Summer = fun".into()), Cell::Amount("-1.50".into())]), "Summer = fun,-1.50\r\n");
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cell() {
        let row = vec![text("a,\"b\"".into()), text("two\nlines".into())];
        assert_eq!(written(row), "\"a,\"\"b\"\"\",\"two\nlines\"\r\n");
    }
}
