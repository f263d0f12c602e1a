//! Where it is read from, and how far.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{cli::ImportArgs, context::Context, error::Error};

pub(super) struct Source {
    from: Box<dyn Read + Send>,
    /// In bytes, where it is known.
    pub(super) size: Option<u64>,
    /// Bytes that were read.
    pub(super) seen: Arc<AtomicU64>,
}

impl ImportArgs {
    pub(super) fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }
}

impl Source {
    pub(super) fn open(args: &ImportArgs) -> Result<Self, Error> {
        let path = &args.file;
        let (from, size): (Box<dyn Read + Send>, _) = if args.is_stdin() {
            (Box::new(io::stdin()), None)
        } else {
            let fault = |source| Error::File { path: path.to_owned(), source };
            let file = File::open(path).map_err(fault)?;
            let size = file.metadata().map_err(fault)?;
            if size.is_dir() {
                return Err(fault(io::ErrorKind::IsADirectory.into()));
            }
            let size = size.is_file().then_some(size.len());
            (Box::new(file), size)
        };
        Ok(Self { from, size, seen: Arc::default() })
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.seen.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// On a terminal, how far it is.
pub(super) fn progress(ctx: &Context, size: Option<u64>) -> ProgressBar {
    if !ctx.in_words() || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, form) = match size {
        Some(size) => (ProgressBar::new(size), "{bar:30} {percent:>3} %  {msg}  {eta} left"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}  {elapsed}"),
    };
    bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
