//! Text, of bytes that may be none.

use std::{
    cell::RefCell,
    io::{self, BufRead, Read},
    str,
};

use super::Losses;

const REPLACED: &str = "bytes that are no UTF-8 (each became U+FFFD)";

/// Puts U+FFFD in the place of what is no UTF-8, and notes the lines in which that was.
pub(super) struct Utf8<'l, R> {
    from: R,
    losses: &'l RefCell<Losses>,
    /// What is to be read next, from `at` on.
    ready: Vec<u8>,
    at: usize,
    /// The beginning of a character whose end has not come.
    open: Vec<u8>,
    line: u64,
    /// The last line that was noted.
    noted: u64,
}

impl<'l, R: BufRead> Utf8<'l, R> {
    pub(super) fn new(from: R, losses: &'l RefCell<Losses>) -> Self {
        Self { from, losses, ready: Vec::new(), at: 0, open: Vec::new(), line: 1, noted: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        (self.at, self.ready) = (0, Vec::new());
        while self.ready.is_empty() {
            let block = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                block => block?,
            };
            let (count, mut bytes) = (block.len(), std::mem::take(&mut self.open));
            bytes.extend_from_slice(block);
            self.from.consume(count);
            self.take(&bytes, count == 0);
            if count == 0 {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], is_last: bool) {
        let mut behind = bytes.len();
        for chunk in bytes.utf8_chunks() {
            let (valid, invalid) = (chunk.valid(), chunk.invalid());
            behind -= valid.len() + invalid.len();
            self.ready.extend_from_slice(valid.as_bytes());
            self.line += valid.bytes().map(|byte| u64::from(byte == b'\n')).sum::<u64>();
            let goes_on = behind == 0 && str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if goes_on && !is_last {
                self.open = invalid.to_vec();
            } else if !invalid.is_empty() {
                self.ready.extend_from_slice("\u{FFFD}".as_bytes());
                if std::mem::replace(&mut self.noted, self.line) != self.line {
                    self.losses.borrow_mut().note(REPLACED, self.line);
                }
            }
        }
    }
}

impl<R: BufRead> Read for Utf8<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() && !buffer.is_empty() {
            self.fill()?;
        }
        let count = self.ready.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn what_is_no_text_is_replaced_wherever_a_block_ends() {
        let bytes = b"\xE2\x82\xACone\n\xFFtwo\xE2\x82\nthree\nfour\xF0\x9F";
        for block in 1..bytes.len() {
            let losses = RefCell::default();
            let mut text = String::new();
            Utf8::new(BufReader::with_capacity(block, &bytes[..]), &losses).read_to_string(&mut text).unwrap();
            assert_eq!(text, "€one\n\u{FFFD}two\u{FFFD}\nthree\nfour\u{FFFD}", "{block}");
            let losses = losses.into_inner();
            let noted: Vec<_> = losses.iter().map(|(_, loss)| (loss.count, loss.first)).collect();
            assert_eq!(noted, [(2, 2)], "line 2 and line 4");
        }
    }
}
