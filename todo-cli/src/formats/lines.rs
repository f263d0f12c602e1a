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

/// The lines of `from`, which is UTF-8; what can't be read is the last.
pub(super) fn lines(mut from: impl BufRead) -> impl Iterator<Item = Result<Line, Error>> {
    let mut number = 0;
    std::iter::from_fn(move || {
        let mut text = String::new();
        match from.read_line(&mut text) {
            Err(error) => return Some(Err(Error::input(error))),
            Ok(0) => return None,
            Ok(_) => number += 1,
        }
        let ended = text.ends_with('\n');
        let whole = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).unwrap_or(&text);
        Some(Ok(Line { number, text: whole.trim_start_matches('\u{feff}').to_owned(), ended }))
    })
}
