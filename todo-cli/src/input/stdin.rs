//! What comes in by a pipe: as a whole, by lines, or in pieces of a length.
//!
//! Nothing in it is an order: bytes that are no UTF-8 become U+FFFD, so does NUL, which the servers take in no text, and the
//! rest is kept as it is.

use std::{
    io::{self, BufRead, IsTerminal, Read},
    str, thread,
};

use tokio::sync::mpsc;

use crate::error::Error;

/// The longest line that is read, in bytes: more than any task holds.
const LINE_MAX: usize = 64 * 1024;
/// Lines that wait until they are taken.
const LINES_AHEAD: usize = 1000;
/// Bytes that are asked for at once.
const BLOCK: usize = 64 * 1024;

/// Whether standard input is a pipe or a file, and nobody types.
pub(crate) fn is_piped() -> bool {
    !io::stdin().is_terminal()
}

/// All of standard input.
pub(crate) fn text() -> Result<String, Error> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(Error::input)?;
    Ok(lossy(&bytes))
}

/// All of standard input without the new lines at its end, as a shell's `$(…)` takes it.
pub(crate) fn paragraph() -> Result<String, Error> {
    Ok(without_end(text()?))
}

fn without_end(mut text: String) -> String {
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    text
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "\u{FFFD}")
}

/// A line that has something in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: u64,
    /// Without its end; `None` where it is too long to be read.
    pub(crate) text: Option<String>,
}

/// The lines of standard input, as they come. What can't be read ends them.
pub(crate) fn lines() -> mpsc::Receiver<io::Result<Line>> {
    // A thread of its own and none of the runtime's, which would wait for it at the end: it may hang on a pipe for ever.
    let (sender, receiver) = mpsc::channel(LINES_AHEAD);
    thread::spawn(move || read_lines(io::stdin().lock(), |line| sender.blocking_send(line).is_ok()));
    receiver
}

/// Standard input in pieces of at most `most` characters, cut behind a line where there is one near the end. Together they
/// are the whole text, but for new lines at its end.
pub(crate) fn pieces(most: usize) -> mpsc::Receiver<io::Result<String>> {
    let (sender, receiver) = mpsc::channel(1);
    thread::spawn(move || read_pieces(io::stdin().lock(), most, |piece| sender.blocking_send(piece).is_ok()));
    receiver
}

fn read_lines(mut from: impl BufRead, mut take: impl FnMut(io::Result<Line>) -> bool) {
    for number in 1.. {
        let line = match read_line(&mut from) {
            Ok(Some(text)) => Ok(Line { number, text }),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let is_last = line.is_err();
        let is_blank = |line: &Line| line.text.as_ref().is_some_and(|text| text.trim().is_empty());
        if !line.as_ref().is_ok_and(is_blank) && !take(line) || is_last {
            return;
        }
    }
}

/// A line; `Some(None)` where it is too long.
fn read_line(from: &mut impl BufRead) -> io::Result<Option<Option<String>>> {
    let mut line = Vec::new();
    if from.by_ref().take(LINE_MAX as u64 + 1).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() > LINE_MAX && !line.ends_with(b"\n") {
        from.skip_until(b'\n')?;
        return Ok(Some(None));
    }
    let text = without_end(lossy(&line));
    Ok(Some(Some(text.trim_start_matches('\u{feff}').to_owned())))
}

fn read_pieces(mut from: impl Read, most: usize, mut take: impl FnMut(io::Result<String>) -> bool) {
    let mut pieces = Pieces::new(most);
    let mut block = vec![0; BLOCK];
    loop {
        match from.read(&mut block) {
            Ok(0) => break,
            Ok(count) => pieces.push(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                // Nobody may be left to be told.
                let _ = take(Err(error));
                return;
            }
        }
        while let Some(piece) = pieces.cut() {
            if !take(Ok(piece)) {
                return;
            }
        }
    }
    for piece in pieces.rest() {
        if !take(Ok(piece)) {
            return;
        }
    }
}

/// Cuts text that comes as bytes.
struct Pieces {
    most: usize,
    text: String,
    /// The beginning of a character whose end has not come.
    open: Vec<u8>,
}

impl Pieces {
    fn new(most: usize) -> Self {
        Self { most, text: String::new(), open: Vec::new() }
    }

    fn push(&mut self, bytes: &[u8]) {
        let mut bytes = [std::mem::take(&mut self.open).as_slice(), bytes].concat();
        if let Some(last) = bytes.utf8_chunks().last().map(|chunk| chunk.invalid().len()) {
            let is_open = |bytes: &[u8]| str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
            let begin = bytes.len() - last;
            if is_open(&bytes[begin..]) {
                self.open = bytes.split_off(begin);
            }
        }
        self.text.push_str(&lossy(&bytes));
    }

    /// A piece, if there is more than one.
    fn cut(&mut self) -> Option<String> {
        let (end, _) = self.text.char_indices().nth(self.most)?;
        let line_end = self.text[..end].rfind('\n').map(|at| at + 1).filter(|at| *at >= end / 2);
        let rest = self.text.split_off(line_end.unwrap_or(end));
        Some(std::mem::replace(&mut self.text, rest))
    }

    /// What is left when nothing more comes.
    fn rest(mut self) -> Vec<String> {
        if !self.open.is_empty() {
            self.text.push('\u{FFFD}');
        }
        self.text = without_end(self.text);
        let mut rest: Vec<String> = std::iter::from_fn(|| self.cut()).collect();
        rest.extend(Some(self.text).filter(|text| !text.is_empty()));
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: &[u8]) -> Vec<(u64, Option<String>)> {
        let mut lines = Vec::new();
        read_lines(bytes, |line| {
            let line = line.unwrap();
            lines.push((line.number, line.text));
            true
        });
        lines
    }

    fn pieces_of(bytes: &[u8], most: usize, block: usize) -> Vec<String> {
        let mut pieces = Pieces::new(most);
        let mut all = Vec::new();
        for block in bytes.chunks(block) {
            pieces.push(block);
            all.extend(std::iter::from_fn(|| pieces.cut()));
        }
        all.extend(pieces.rest());
        all
    }

    #[test]
    fn lines_keep_their_numbers_and_blank_ones_are_passed_over() {
        let some = |text: &str| Some(text.to_owned());
        let read = lines_of(b"\xEF\xBB\xBFone\r\n\n  \t\ntwo \xFF\0\x1b[2J");
        assert_eq!(read, [(1, some("one")), (4, some("two \u{FFFD}\u{FFFD}\u{1b}[2J"))]);
        assert!(lines_of(b"").is_empty() && lines_of(b"\n\n").is_empty());
    }

    #[test]
    fn a_line_without_end_takes_no_memory_and_the_next_is_read() {
        let mut bytes = vec![b'x'; 3 * LINE_MAX];
        bytes.extend(b"\nnext\n");
        assert_eq!(lines_of(&bytes), [(1, None), (2, Some("next".to_owned()))]);
        let whole = vec![b'x'; LINE_MAX];
        assert_eq!(lines_of(&whole)[0].1.as_ref().map(String::len), Some(LINE_MAX));
    }

    #[test]
    fn pieces_are_cut_behind_lines_and_are_the_whole_text() {
        assert_eq!(pieces_of(b"one\ntwo\nthree\n", 8, 99), ["one\ntwo\n", "three"]);
        assert_eq!(
            pieces_of(b"a\nbbbbbbbbbbbbb", 8, 99),
            ["a\nbbbbbb", "bbbbbbb"],
            "a line end that is far away is none"
        );
        assert_eq!(pieces_of(b"exactly8", 8, 3), ["exactly8"]);
        assert!(pieces_of(b"\n\n", 8, 1).is_empty() && pieces_of(b"", 8, 1).is_empty());
        let text = "ж 👍 \u{1b}[31m\r\n日本語\tüber\n".repeat(40);
        for (most, block) in [(1, 1), (7, 3), (50, 2), (1000, 5)] {
            let pieces = pieces_of(text.as_bytes(), most, block);
            assert!(pieces.iter().all(|piece| piece.chars().count() <= most));
            assert_eq!(pieces.concat(), text.trim_end_matches('\n'), "{most} {block}");
        }
    }

    #[test]
    fn what_is_no_text_is_replaced_wherever_a_block_ends() {
        for block in 1..9 {
            assert_eq!(
                pieces_of(b"a\xE2\x82b\xFF\0\xE2\x82\xACc\xF0\x9F", 99, block),
                ["a\u{FFFD}b\u{FFFD}\u{FFFD}€c\u{FFFD}"]
            );
        }
    }
}
