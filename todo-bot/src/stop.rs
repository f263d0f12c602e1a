//! SIGINT and SIGTERM.

use tokio::signal::unix::{SignalKind, signal};

use crate::error::StartError;

/// Resolves when the program is asked to stop.
///
/// # Errors
///
/// The system does not tell of signals.
pub(crate) async fn asked() -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
