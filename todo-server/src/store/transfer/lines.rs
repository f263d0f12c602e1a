//! Reading: lines become rows, ahead of the database.

use std::{collections::BTreeMap, io::BufRead};

use serde::{Deserialize, de::DeserializeOwned};
use server_kit::Error;
use tokio::sync::mpsc;

use super::{
    Begin, End, FORMAT, Frame, TransferError, VERSION,
    tables::{CHUNK, Line, Numbered},
};

/// Bytes after which a batch is full, so that long lines take no more memory than short ones.
const BATCH_BYTES: usize = 1024 * 1024;
/// No line of ours is longer: a task with the longest description, or what the journal kept of one, twice.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// What is read, in order.
pub(super) enum Batch {
    /// The last id that each table handed out.
    Begin(BTreeMap<String, i64>),
    /// Some rows.
    Rows(Vec<Numbered<Line>>),
    /// All was there; without it nothing is kept.
    End,
}

/// Hands over what it reads; answers how many lines there were.
///
/// # Errors
///
/// At the first line that is none of ours, or where lines are missing.
pub(super) fn read_all(from: impl BufRead, batches: &mpsc::Sender<Batch>) -> Result<u64, TransferError> {
    let hand_over = |batch| {
        // Then the database's side has failed, and says why.
        let gone = |_| TransferError::Database(Error::Unavailable("the database", None));
        batches.blocking_send(batch).map_err(gone)
    };
    let mut lines = Lines { from, text: Vec::new(), read: 0 };
    hand_over(Batch::Begin(lines.begin()?.last_ids))?;
    loop {
        let rows = lines.rows()?;
        if rows.is_empty() {
            break;
        }
        hand_over(Batch::Rows(rows))?;
    }
    lines.end()?;
    hand_over(Batch::End)?;
    Ok(lines.read)
}

/// Lines with their numbers.
struct Lines<R> {
    from: R,
    text: Vec<u8>,
    read: u64,
}

/// What the first line of every version says.
#[derive(Deserialize)]
struct Head {
    begin: Format,
}

#[derive(Deserialize)]
struct Format {
    format: String,
    version: u32,
}

impl<R: BufRead> Lines<R> {
    fn begin(&mut self) -> Result<Begin, TransferError> {
        self.fill()?;
        match serde_json::from_slice(&self.text) {
            Ok(Head { begin: Format { format, version } }) if format == FORMAT => {
                if version > VERSION {
                    return Err(TransferError::Newer(version));
                }
            }
            _ => return Err(self.fault("expected the first line of an export of todo-server")),
        }
        match self.parse()? {
            Frame::Begin(begin) => Ok(begin),
            Frame::End(_) => Err(self.fault("expected the first line of an export of todo-server")),
        }
    }

    /// The next rows: none before the last line.
    fn rows(&mut self) -> Result<Vec<Numbered<Line>>, TransferError> {
        let mut rows = Vec::new();
        let mut bytes = 0;
        while rows.len() < CHUNK && bytes < BATCH_BYTES {
            // The last line may have been found by the batch before.
            if !self.at_end() {
                self.fill()?;
            }
            if self.at_end() {
                break;
            }
            bytes += self.text.len();
            rows.push(Numbered { line: self.read, value: self.parse()? });
        }
        Ok(rows)
    }

    /// Nothing else begins like this: the kinds of lines are ours.
    fn at_end(&self) -> bool {
        self.text.starts_with(br#"{"end""#)
    }

    fn end(&mut self) -> Result<(), TransferError> {
        let found = self.read - 2;
        match self.parse()? {
            Frame::End(End { lines }) if lines == found => {}
            Frame::End(End { lines }) => {
                return Err(self.fault(&format!("the end speaks of {lines} lines, there are {found}")));
            }
            Frame::Begin(_) => return Err(self.fault("expected the end")),
        }
        match self.fill() {
            Err(TransferError::Truncated { .. }) if self.text.is_empty() => Ok(()),
            Err(error @ TransferError::Io(_)) => Err(error),
            _ => Err(self.fault("there is something after the end")),
        }
    }

    /// Reads the next line.
    fn fill(&mut self) -> Result<(), TransferError> {
        self.text.clear();
        std::io::Read::take(&mut self.from, LINE_MAX).read_until(b'\n', &mut self.text)?;
        if self.text.is_empty() {
            return Err(TransferError::Truncated { lines: self.read });
        }
        self.read += 1;
        if self.text.last() == Some(&b'\n') {
            Ok(())
        } else if self.text.len() as u64 == LINE_MAX {
            Err(self.fault("it is longer than any line of ours"))
        } else {
            Err(TransferError::Truncated { lines: self.read })
        }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, TransferError> {
        serde_json::from_slice(&self.text).map_err(|_| {
            // Once more, now noting the way to the fault.
            let mut json = serde_json::Deserializer::from_slice(&self.text);
            match serde_path_to_error::deserialize::<_, T>(&mut json) {
                Err(error) => self.fault(&describe(&error)),
                Ok(_) => self.fault("there is something after the object"),
            }
        })
    }

    fn fault(&self, fault: &str) -> TransferError {
        TransferError::Line { line: self.read, fault: fault.to_owned() }
    }
}

/// `task.priority: must be from 1 to 4 (column 40)`.
fn describe(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let (path, fault) = (error.path().to_string(), error.inner());
    // To the parser every line is the first one.
    let place = format!(" at line {} column {}", fault.line(), fault.column());
    let text = fault.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text);
    let column = fault.column();
    if path == "." { format!("{text} (column {column})") } else { format!("{path}: {text} (column {column})") }
}
