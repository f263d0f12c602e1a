//! Whether the quotes of a CSV are sound. A reader of CSV takes all that follows an open quote for one cell, up to the next
//! quote or to the end of the file.

use std::io::{self, BufRead, Read};

use csv::Position;

/// Reads on, and watches the quotes meanwhile.
pub(super) struct Quotes<R> {
    from: R,
    place: Place,
    line: u64,
    byte: u64,
    /// Where the last quote opened.
    opened: Opened,
    fault: Option<Opened>,
    over: bool,
}

#[derive(Clone, Copy, Default)]
struct Opened {
    line: u64,
    byte: u64,
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
        let (opened, fault) = (Opened::default(), None);
        Self { from, place: Place::Before, line: 1, byte: 0, opened, fault, over: false }
    }

    /// The line of the first quote that is not closed where its cell ends, if what was parsed up to `parsed` holds it.
    pub(super) fn fault(&self, parsed: &Position) -> Option<u64> {
        self.fault.filter(|opened| self.over || opened.byte < parsed.byte()).map(|opened| opened.line)
    }

    fn watch(&mut self, byte: u8) {
        self.place = match (self.place, byte) {
            (Place::Before, b'"') => {
                self.opened = Opened { line: self.line, byte: self.byte };
                Place::Quoted
            }
            (Place::Quoted, b'"') => Place::BehindQuote,
            (Place::Quoted, _) | (Place::BehindQuote, b'"') => Place::Quoted,
            (_, b',' | b'\n') => Place::Before,
            // A line feed follows.
            (Place::BehindQuote, b'\r') => Place::BehindQuote,
            (Place::BehindQuote, _) => {
                self.fault.get_or_insert(self.opened);
                Place::Bare
            }
            (Place::Before | Place::Bare, _) => Place::Bare,
        };
        self.line += u64::from(byte == b'\n');
        self.byte += 1;
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
