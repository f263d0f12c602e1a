//! Whether the quotes of a CSV are sound. A reader of CSV takes all that follows an open quote for one cell, up to the next
//! quote or to the end of the file.

use std::io::{self, BufRead, Read};

/// Reads on, and watches the quotes meanwhile.
pub(super) struct Quotes<R> {
    from: R,
    place: Place,
    line: u64,
    /// Where the last quote opened.
    opened: u64,
    fault: Option<u64>,
    over: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a cell.
    Before,
    /// In a cell without quotes.
    Bare,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first of two that stand for one.
    BehindQuote,
}

impl<R: BufRead> Quotes<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, place: Place::Before, line: 1, opened: 0, fault: None, over: false }
    }

    /// The line of the first quote that is not closed where its cell ends, if what was parsed up to the line `parsed` holds it.
    pub(super) fn fault(&self, parsed: u64) -> Option<u64> {
        self.fault.filter(|line| self.over || *line < parsed)
    }

    fn watch(&mut self, byte: u8) {
        self.place = match (self.place, byte) {
            (Place::Before, b'"') => {
                self.opened = self.line;
                Place::Quoted
            }
            (Place::Quoted, b'"') => Place::BehindQuote,
            (Place::Quoted, _) | (Place::BehindQuote, b'"') => Place::Quoted,
            (_, b',' | b'\n' | b'\r') => Place::Before,
            (Place::BehindQuote, _) => {
                self.fault.get_or_insert(self.opened);
                Place::Bare
            }
            (Place::Before | Place::Bare, _) => Place::Bare,
        };
        self.line += u64::from(byte == b'\n');
    }

    fn end(&mut self) {
        self.over = true;
        if self.place == Place::Quoted {
            self.fault.get_or_insert(self.opened);
        }
    }
}

impl<R: BufRead> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        buffer.iter().take(count).for_each(|byte| self.watch(*byte));
        if count == 0 && !buffer.is_empty() {
            self.end();
        }
        Ok(count)
    }
}
