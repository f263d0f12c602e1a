//! Ctrl-C ends the program at the next pause, so that whatever it started is stopped in order.

use std::{
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

/// Hears signals from here on.
pub(crate) struct Interrupts(Receiver<i32>);

impl Interrupts {
    pub(crate) fn listen() -> io::Result<Self> {
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || signals.forever().try_for_each(|signal| sender.send(signal)));
        Ok(Self(receiver))
    }

    /// Lets time pass.
    ///
    /// # Errors
    ///
    /// If the program was asked to end.
    pub(crate) fn pass(&self, time: Duration) -> io::Result<()> {
        match self.0.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted")),
        }
    }
}
