//! A terminal of our own: programs run in it as they do for people, and its screen can be read.

use std::{
    fs::File,
    io::{self, Read, Write},
    num::NonZeroU16,
    process::{Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

pub use ptyprocess::Signal;
use ptyprocess::{PtyProcess, WaitStatus};
use vt100::{Parser, Screen};

/// How long anything may take until it shows, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that draws nothing for this long is done with what it was about.
const QUIET: Duration = Duration::from_millis(600);

/// What the program has written so far.
struct Written {
    parser: Parser,
    /// Everything, as it was written.
    raw: Vec<u8>,
    over: bool,
}

/// A program in a terminal; killed when dropped.
pub struct Terminal {
    process: PtyProcess,
    keyboard: File,
    shared: Arc<(Mutex<Written>, Condvar)>,
}

impl Terminal {
    /// Starts a program in a terminal of this size.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn start(mut command: Command, columns: u16, rows: u16) -> io::Result<Self> {
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let mut process = PtyProcess::spawn(command).map_err(io::Error::from)?;
        process.set_window_size(columns, rows).map_err(io::Error::from)?;
        process.set_terminate_delay(Duration::ZERO);
        let keyboard = process.get_raw_handle().map_err(io::Error::from)?;
        let mut output = keyboard.try_clone()?;
        let written =
            Written { parser: Parser::new(at_least_one(rows), at_least_one(columns), 0), raw: Vec::new(), over: false };
        let shared = Arc::new((Mutex::new(written), Condvar::new()));
        let reader = Arc::clone(&shared);
        thread::spawn(move || {
            let mut bytes = [0; 1 << 16];
            loop {
                // The end of a terminal is an error on Linux.
                let count = output.read(&mut bytes).unwrap_or(0);
                let mut written = lock(&reader.0);
                written.parser.process(&bytes[..count]);
                written.raw.extend_from_slice(&bytes[..count]);
                written.over = count == 0;
                reader.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Ok(Self { process, keyboard, shared })
    }

    /// Types this; keys without letters are their escape sequences.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn types(&mut self, keys: &str) -> io::Result<()> {
        self.keyboard.write_all(keys.as_bytes())?;
        self.keyboard.flush()
    }

    /// Presses Escape, and waits until the program has drawn after it: with a letter right behind it would be Alt.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn escapes(&mut self) -> io::Result<()> {
        self.types("\x1b")?;
        let _ = self.settled();
        Ok(())
    }

    /// Changes the size of the terminal.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn resize(&mut self, columns: u16, rows: u16) -> io::Result<()> {
        lock(&self.shared.0).parser.screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        self.process.set_window_size(columns, rows).map_err(io::Error::from)
    }

    /// Waits until the screen is so, and answers what `holds` answers.
    ///
    /// # Panics
    ///
    /// If it does not come to be.
    pub fn wait_for<T>(&self, what: &str, holds: impl Fn(&Screen) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let mut written = lock(&self.shared.0);
        loop {
            if let Some(found) = holds(written.parser.screen()) {
                return found;
            }
            let left = until.saturating_duration_since(Instant::now());
            let screen = written.parser.screen().contents();
            assert!(!written.over && !left.is_zero(), "{what} did not show:\n{screen}");
            written = self.shared.1.wait_timeout(written, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until this text is on the screen.
    ///
    /// # Panics
    ///
    /// If it does not come to be.
    pub fn sees(&self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text).then_some(()));
    }

    /// Waits until this text is gone from the screen.
    ///
    /// # Panics
    ///
    /// If it stays.
    pub fn sees_no_more(&self, text: &str) {
        self.wait_for(&format!("a screen without {text}"), |screen| (!screen.contents().contains(text)).then_some(()));
    }

    /// The screen, once nothing has been written for a while.
    #[must_use]
    pub fn settled(&self) -> Screen {
        let mut written = lock(&self.shared.0);
        loop {
            let waited = self.shared.1.wait_timeout(written, QUIET).unwrap_or_else(PoisonError::into_inner);
            written = waited.0;
            if waited.1.timed_out() {
                return written.parser.screen().clone();
            }
        }
    }

    /// The screen as it is.
    #[must_use]
    pub fn screen(&self) -> Screen {
        lock(&self.shared.0).parser.screen().clone()
    }

    /// Everything that was written so far.
    #[must_use]
    pub fn raw(&self) -> Vec<u8> {
        lock(&self.shared.0).raw.clone()
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn raw_len(&self) -> usize {
        lock(&self.shared.0).raw.len()
    }

    /// Whether these bytes were written behind the first `seen` ones.
    #[must_use]
    pub fn has_since(&self, seen: usize, bytes: &[u8]) -> bool {
        lock(&self.shared.0).raw[seen..].windows(bytes.len()).any(|window| window == bytes)
    }

    /// Waits until there is more than `seen` bytes, and answers how many there are.
    ///
    /// # Panics
    ///
    /// If nothing comes.
    #[must_use]
    pub fn more_than(&self, seen: usize) -> usize {
        let until = Instant::now() + PATIENCE;
        let mut written = lock(&self.shared.0);
        while written.raw.len() <= seen {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!written.over && !left.is_zero(), "nothing was drawn");
            written = self.shared.1.wait_timeout(written, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        written.raw.len()
    }

    /// The process in the terminal.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.process.pid().as_raw()
    }

    /// Sends a signal.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn signal(&mut self, signal: Signal) -> io::Result<()> {
        self.process.signal(signal).map_err(io::Error::from)
    }

    /// Waits until the program has ended, and answers its exit code; `None` if a signal ended it.
    ///
    /// # Panics
    ///
    /// If it does not end.
    #[must_use]
    pub fn ends(&self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        let mut written = lock(&self.shared.0);
        while !written.over {
            let left = until.saturating_duration_since(Instant::now());
            let screen = written.parser.screen().contents();
            assert!(!left.is_zero(), "the program did not end:\n{screen}");
            written = self.shared.1.wait_timeout(written, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(written);
        match self.process.wait() {
            Ok(WaitStatus::Exited(_, code)) => Some(code),
            _ => None,
        }
    }
}

fn at_least_one(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

fn lock(written: &Mutex<Written>) -> MutexGuard<'_, Written> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}
