//! Writing a report's file, on a thread of its own and row by row: neither the list nor the file is in memory as a whole.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use rust_xlsxwriter::{Format as Look, Workbook, XlsxError};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use super::Format;
use crate::export::{self, Cell};

/// Batches that wait for the disk.
const AHEAD: usize = 2;
/// What a cell of a workbook holds at most.
const LONGEST_CELL: usize = 32_767;
/// What a sheet of a workbook holds at most, the head included.
pub const MOST_LINES: usize = 1_048_576;

type Line = Vec<Cell>;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error("the file could not be written: {0}")]
    Io(#[from] std::io::Error),
    #[error("the workbook could not be written: {0}")]
    Xlsx(#[from] XlsxError),
    #[error("the file could not be written")]
    Thread,
}

/// A file under way.
pub struct Book {
    lines: Sender<Vec<Line>>,
    writer: JoinHandle<Result<File, BookError>>,
}

impl Book {
    pub fn begin(format: Format) -> Book {
        let (lines, batches) = mpsc::channel(AHEAD);
        let writer = tokio::task::spawn_blocking(move || match format {
            Format::Csv => csv(batches),
            Format::Xlsx => xlsx(batches),
        });
        Book { lines, writer }
    }

    /// Waits when the disk is slower than the list. A writer that failed says why at the end.
    pub async fn add(&self, batch: Vec<Line>) {
        let _ = self.lines.send(batch).await;
    }

    /// The file, from its beginning. It has no name and goes when it is closed.
    pub async fn end(self) -> Result<File, BookError> {
        drop(self.lines);
        self.writer.await.map_err(|_| BookError::Thread)?
    }
}

fn csv(mut batches: Receiver<Vec<Line>>) -> Result<File, BookError> {
    let mut out = BufWriter::new(tempfile::tempfile()?);
    while let Some(batch) = batches.blocking_recv() {
        out.write_all(&export::write(&batch))?;
    }
    let mut file = out.into_inner().map_err(|error| error.into_error())?;
    file.rewind()?;
    Ok(file)
}

fn xlsx(mut batches: Receiver<Vec<Line>>) -> Result<File, BookError> {
    let mut book = Workbook::new();
    let money = Look::new().set_num_format("#,##0.00");
    let sheet = book.add_worksheet_with_constant_memory()?;
    let mut row: u32 = 0;
    while let Some(batch) = batches.blocking_recv() {
        for line in batch {
            for (column, cell) in (0u16..).zip(&line) {
                match cell {
                    Cell::Amount(text) if text.parse::<f64>().is_ok() => {
                        let amount = text.parse::<f64>().unwrap_or_default();
                        sheet.write_number_with_format(row, column, amount, &money)?;
                    }
                    // As a text, whatever it looks like: nothing in it is run.
                    Cell::Text(text) | Cell::Amount(text) | Cell::Plain(text) if !text.is_empty() => {
                        sheet.write_string(row, column, fitting(text))?;
                    }
                    _ => {}
                }
            }
            row += 1;
        }
    }
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(BufWriter::new(&file))?;
    file.rewind()?;
    Ok(file)
}

fn fitting(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CELL - 1) {
        Some((end, _)) if text.chars().nth(LONGEST_CELL).is_some() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}
