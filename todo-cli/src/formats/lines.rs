//! Lines of text, numbered.

use std::io::BufRead;

use crate::error::Error;

/// A line without what ends it.
pub(super) struct Line {
    /// From 1 on.
    pub(super) number: u64,
    pub(super) text: String,
    /// Whether something ends it: of a file that was cut off, the last one mostly lacks that.
    pub(super) ended: bool,
}

/// The lines of `from`; the first that is no UTF-8 is the last.
pub(super) fn lines(mut from: impl BufRead) -> impl Iterator<Item = Result<Line, Error>> {
    let mut number = 0;
    std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        match from.read_until(b'\n', &mut bytes) {
            Err(error) => return Some(Err(Error::input(error))),
            Ok(0) => return None,
            Ok(_) => number += 1,
        }
        let ended = bytes.pop_if(|last| *last == b'\n').is_some();
        bytes.pop_if(|last| ended && *last == b'\r');
        Some(match String::from_utf8(bytes) {
            Ok(text) => Ok(Line { number, text: text.trim_start_matches('\u{feff}').to_owned(), ended }),
            Err(error) => Err(Error::usage(format!("line {number} is no UTF-8: {}", error.utf8_error()))),
        })
    })
}
