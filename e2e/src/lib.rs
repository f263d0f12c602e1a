//! Starts what the tests that cross crates need: private databases ([`services`]) and the built programs ([`servers`]).
//!
//! Whatever is started here stops when its value is dropped, and at the latest when the process that started it ends,
//! however that ends.

pub mod balancer;
#[cfg(feature = "bot-api")]
pub mod bot_api;
pub mod figures;
pub mod process;
mod relay;
pub mod servers;
pub mod services;
mod stack;
#[cfg(feature = "harness")]
pub mod terminal;

pub use stack::Stack;

use std::{fs::Permissions, io, os::unix::fs::PermissionsExt};

use tempfile::TempDir;

/// A new directory that only its owner can enter, gone when dropped.
///
/// # Errors
///
/// As the system says.
pub fn private_dir(prefix: &str) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(prefix).permissions(Permissions::from_mode(0o700)).tempdir()
}
