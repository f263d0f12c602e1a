//! What can go wrong with an outbox.

use std::{io, path::PathBuf};

use crate::client;

/// Why an outbox could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Its file can't be read, written or locked. A write that fails with this is not queued.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its file holds something that no version of this crate has written there, or a newer one.
    #[error("{}, line {line}: {reason}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// There is no entry of this number.
    #[error("nothing with the number {0} waits or is set aside")]
    NoSuchEntry(u64),
    /// An entry that waits can't be sent over what the server has: nothing was set aside yet.
    #[error("{0} is not set aside: it goes out by itself")]
    StillWaits(u64),
    /// What the change was made on is gone from the server.
    #[error("what {0} changes was deleted at the server; it can only be dropped")]
    Gone(u64),
    /// A write was answered at once, with an error.
    #[error(transparent)]
    Call(#[from] client::Error),
}
