//! The file: a line for each record, on disk before anybody hears of it.
//!
//! Only who holds the lock reads or writes. A line counts once it ends: what a crash leaves behind the last line's end was
//! never acknowledged, and is cut off. A whole line that can't be read is moved to a file beside it, and holds up no other.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{
    Error,
    book::{Book, FORMAT, Record},
};

/// So many lines more than needed are left in place before the file is written anew.
const SLACK: usize = 64;

/// What the name of the file ends with that has the lines which can't be read.
pub(super) const UNREADABLE: &str = ".bad";

/// Where an outbox is kept.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    /// Lines that could not be read, so far.
    unreadable: AtomicUsize,
}

/// What the file holds.
#[derive(Default)]
struct Content {
    book: Book,
    /// Bytes in the whole lines.
    length: usize,
    lines: usize,
    /// The lines that can't be read.
    unreadable: Vec<Vec<u8>>,
}

/// The outbox as it is while the lock is held.
pub(super) struct Locked<'a> {
    journal: &'a Journal,
    pub(super) book: Book,
    file: File,
    /// Bytes in the whole lines.
    length: u64,
    // Last, so that it is let go when all the rest is closed.
    _lock: File,
}

impl Journal {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, unreadable: AtomicUsize::new(0) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many lines were found that can't be read.
    pub(super) fn unreadable(&self) -> usize {
        self.unreadable.load(Ordering::Relaxed)
    }

    pub(super) fn beside(&self, extension: &str) -> PathBuf {
        let mut name = OsString::from(self.path.as_os_str());
        name.push(extension);
        name.into()
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::File { path: self.path.clone(), source }
    }

    /// A file that is locked while it is open; the system lets go of it however the process ends.
    pub(super) fn lock_file(&self, extension: &str) -> Result<File, Error> {
        open(&self.beside(extension)).map_err(|error| self.failed(error))
    }

    /// Waits for the lock: whoever has it only reads and writes this file.
    pub(super) fn lock(&self) -> Result<Locked<'_>, Error> {
        let lock = self.lock_file(".lock")?;
        lock.lock().map_err(|error| self.failed(error))?;
        let mut file = open(&self.path).map_err(|error| self.failed(error))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        let Content { book, length, lines, unreadable } = self.read(&bytes)?;
        let length = length as u64;
        let mut locked = Locked { journal: self, book, file, length, _lock: lock };
        if bytes.len() as u64 > length {
            locked.cut().map_err(|error| self.failed(error))?;
        }
        if !unreadable.is_empty() {
            locked.set_aside(&unreadable).map_err(|error| self.failed(error))?;
        } else if lines == 0 {
            locked.append(&Book::default().records())?;
            sync_folder_of(&self.path).map_err(|error| self.failed(error))?;
        } else if lines > SLACK + 4 * locked.book.entries.len() {
            // It is only longer than it has to be; where there is no room for a new one, that does no harm.
            let _ = locked.rewrite();
        }
        Ok(locked)
    }

    /// Whether nothing was ever kept. Asking takes so little that no thread is needed for it.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.path.try_exists(), Ok(false))
    }

    /// What is on disk, without making anything.
    pub(super) fn look(&self) -> Result<Book, Error> {
        if self.is_missing() {
            return Ok(Book::default());
        }
        Ok(self.lock()?.book)
    }

    /// What the whole lines come to. The first one says of which form the others are: without it nothing is known of them.
    fn read(&self, bytes: &[u8]) -> Result<Content, Error> {
        let Content { mut book, mut length, mut lines, mut unreadable } = Content::default();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            // After a loss of power, blocks that were never written read as zeros.
            let is_torn = !line.ends_with(b"\n") || (line.contains(&0) && length + line.len() == bytes.len());
            if is_torn {
                break;
            }
            match self.parse(line, lines) {
                Ok(record) => book.apply(record),
                Err(error) if lines == 0 => return Err(error),
                Err(_) => {
                    unreadable.push(line.to_vec());
                    // It may have given a number.
                    book.last += 1;
                }
            }
            length += line.len();
            lines += 1;
        }
        Ok(Content { book, length, lines, unreadable })
    }

    fn parse(&self, line: &[u8], before: usize) -> Result<Record, Error> {
        let malformed = |reason| Error::Malformed { path: self.path.clone(), line: before + 1, reason };
        let record = serde_json::from_slice(line).map_err(|error| malformed(error.to_string()))?;
        match (&record, before) {
            (Record::Outbox { format, .. }, 0) if *format <= FORMAT => Ok(record),
            (Record::Outbox { .. }, 0) => Err(malformed("a newer version has written it".to_owned())),
            (Record::Outbox { .. }, _) | (_, 0) => Err(malformed("this is no outbox".to_owned())),
            _ => Ok(record),
        }
    }
}

impl Locked<'_> {
    /// When this returns, the record survives whatever happens.
    pub(super) fn write(&mut self, record: Record) -> Result<(), Error> {
        self.append(&[record])
    }

    /// The same for several at once.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<(), Error> {
        let text = encode(records).map_err(|error| self.journal.failed(error))?;
        if let Err(error) = self.file.write_all(&text).and_then(|()| self.file.sync_data()) {
            // What may be half there was not acknowledged; if it can't be cut off now, the next one to open does it.
            let _ = self.cut();
            return Err(self.journal.failed(error));
        }
        self.length += text.len() as u64;
        records.iter().for_each(|record| self.book.apply(record.clone()));
        Ok(())
    }

    /// Moves lines to the file beside this one: first they are there, then they are no longer here.
    fn set_aside(&mut self, lines: &[Vec<u8>]) -> io::Result<()> {
        let mut beside = open(&self.journal.beside(UNREADABLE))?;
        beside.seek(SeekFrom::End(0))?;
        beside.write_all(&lines.concat())?;
        beside.sync_all()?;
        self.rewrite()?;
        self.journal.unreadable.fetch_add(lines.len(), Ordering::Relaxed);
        Ok(())
    }

    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.sync_data()
    }

    /// The same without its history, put in place whole or not at all.
    fn rewrite(&mut self) -> io::Result<()> {
        let text = encode(&self.book.records())?;
        let new = self.journal.beside(".new");
        // One that a crash has left behind.
        let _ = fs::remove_file(&new);
        let mut file = open(&new)?;
        file.write_all(&text)?;
        file.sync_data()?;
        fs::rename(&new, &self.journal.path)?;
        (self.file, self.length) = (file, text.len() as u64);
        sync_folder_of(&self.journal.path)
    }
}

fn encode(records: &[Record]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for record in records {
        serde_json::to_writer(&mut text, record)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Opens a file to read and write, and makes it if need be: readable by its owner alone. Not in append mode, in which
/// Windows cuts nothing off.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new name survives a loss of power too.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests;
