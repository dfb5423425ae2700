//! The file itself: its encoding, its columns, its rows. What is wrong with it as a whole is told before anything is kept.

use std::collections::HashSet;

use crate::params::Fault;

/// Bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
pub const MOST_ROWS: usize = 100_000;
const MOST_COLUMNS: usize = 100;
/// Characters of a column's name.
const LONGEST_NAME: usize = 200;

/// A file that can be read.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    delimiter: u8,
    pub columns: Vec<String>,
    /// Below the columns.
    pub rows: usize,
}

/// A row, with the line where it begins.
#[derive(Debug, Clone)]
pub struct Row {
    pub line: u64,
    pub cells: Vec<String>,
}

impl Sheet {
    /// Reads a file to its end.
    pub fn read(bytes: &[u8]) -> Result<Sheet, Fault> {
        let text = decode(bytes)?;
        let delimiter = delimiter(&text);
        let mut sheet = Sheet { text, delimiter, columns: Vec::new(), rows: 0 };
        let mut records = sheet.records();
        let columns = records.next().map(|row| row.cells).unwrap_or_default();
        let rows = records.take(MOST_ROWS + 1).count();
        sheet.columns = named(columns)?;
        match rows {
            0 => Err(bad("has the names of its columns and no rows")),
            rows if rows > MOST_ROWS => Err(bad(format!("has more than {MOST_ROWS} rows: split it"))),
            rows => Ok(Sheet { rows, ..sheet }),
        }
    }

    /// The rows below the columns; blank lines are none.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.records().skip(1)
    }

    fn records(&self) -> impl Iterator<Item = Row> + use<> {
        let text = self.text.clone().into_bytes();
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(self.delimiter);
        // The text is UTF-8 and rows may differ in length: nothing is left to go wrong.
        let records = reader.from_reader(std::io::Cursor::new(text.clone())).into_records().map_while(Result::ok);
        records.map(move |record| {
            let (line, byte) = record.position().map_or((0, 0), |at| (at.line(), at.byte()));
            // The place of a row begins with the blank lines before it.
            let before = text.iter().skip(usize::try_from(byte).unwrap_or(usize::MAX));
            let blank = before.take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
            Row { line: line + blank as u64, cells: record.iter().map(str::to_owned).collect() }
        })
    }
}

fn bad(reason: impl Into<String>) -> Fault {
    Fault::new("file", reason)
}

/// UTF-8, with its mark or without.
fn decode(bytes: &[u8]) -> Result<String, Fault> {
    if bytes.len() > LARGEST {
        return Err(bad(format!("is larger than {} MB", LARGEST / 1024 / 1024)));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(bad("is UTF-16, not UTF-8: save it as “CSV UTF-8”"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(bad("is a workbook, not CSV: save it as “CSV UTF-8”"));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let line = |end: usize| 1 + bytes[..end].iter().filter(|byte| **byte == b'\n').count();
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line(error.valid_up_to());
        bad(format!("is not UTF-8 (line {line}): save it as “CSV UTF-8”"))
    })?;
    if let Some(at) = text.find('\0') {
        return Err(bad(format!("contains U+0000 (line {})", line(at))));
    }
    if text.trim().is_empty() {
        return Err(bad("is empty"));
    }
    Ok(text.to_owned())
}

/// What stands most often in the first line outside of quotes: a comma, a semicolon or a tabulator.
fn delimiter(text: &str) -> u8 {
    let first = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
    let bare: Vec<u8> = first.split('"').step_by(2).flat_map(str::bytes).collect();
    let count = |sign: u8| bare.iter().filter(|byte| **byte == sign).count();
    // Of equals the last wins.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

fn named(columns: Vec<String>) -> Result<Vec<String>, Fault> {
    if columns.len() > MOST_COLUMNS {
        return Err(bad(format!("has more than {MOST_COLUMNS} columns")));
    }
    let columns: Vec<String> = columns.iter().map(|name| name.trim().to_owned()).collect();
    let mut seen = HashSet::new();
    for (at, name) in columns.iter().enumerate() {
        if name.is_empty() {
            return Err(bad(format!("column {} has no name", at + 1)));
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(bad(format!("the name of column {} is longer than {LONGEST_NAME} characters", at + 1)));
        }
        if !seen.insert(name.to_lowercase()) {
            return Err(bad(format!("has the column “{name}” more than once")));
        }
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> String {
        Sheet::read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_file_that_cannot_be_taken_says_why() {
        assert_eq!(fault(b""), "file: is empty");
        assert_eq!(fault(b"\xef\xbb\xbf \r\n"), "file: is empty");
        assert_eq!(fault(b"name\r\n\r\n"), "file: has the names of its columns and no rows");
        assert_eq!(fault(b"name\nAnn\nRen\xe9\n"), "file: is not UTF-8 (line 3): save it as “CSV UTF-8”");
        assert!(fault(b"\xff\xfen\0a\0").contains("UTF-16"));
        assert!(fault(b"PK\x03\x04zip").contains("workbook"));
        assert_eq!(fault(b"name\nA\0n\n"), "file: contains U+0000 (line 2)");
        assert_eq!(fault(b"Name,name \nA,B\n"), "file: has the column “name” more than once");
        assert_eq!(fault(b"name,\nA,B\n"), "file: column 2 has no name");
        assert!(fault("a\n".repeat(MOST_ROWS + 2).as_bytes()).contains("more than 100000 rows"));
    }

    #[test]
    fn a_mark_other_delimiters_and_quotes_are_read() {
        let sheet = Sheet::read("\u{feff}name;\"e;mail\"\r\n\"Ann\nLee\";a@b\r\n\r\nBo;c@d\r\n".as_bytes()).unwrap();
        assert_eq!(sheet.columns, ["name", "e;mail"]);
        let rows: Vec<(u64, Vec<String>)> = sheet.rows().map(|row| (row.line, row.cells)).collect();
        let expected = [(2, ["Ann\nLee", "a@b"]), (5, ["Bo", "c@d"])];
        assert_eq!(rows, expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec())));
        assert_eq!(Sheet::read(b"name\temail\nA\tB\n").unwrap().columns, ["name", "email"]);
        assert_eq!(Sheet::read(b"only\nA\n").unwrap().columns, ["only"]);
    }
}
