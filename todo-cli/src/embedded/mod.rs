//! The servers inside this program: local mode, and `todo up`.

mod local;
mod up;

pub(crate) use local::Local;
pub(crate) use up::up;

use crate::{error::Error, zone::machine_zone};

/// The zone of new accounts: this machine's, where the servers know it.
fn default_zone() -> String {
    machine_zone().filter(|zone| server_kit::time::zone(zone).is_ok()).unwrap_or_else(|| "UTC".to_owned())
}

/// An error of the servers, with its causes.
fn failed(error: impl std::error::Error) -> Error {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    Error::Local(text)
}
