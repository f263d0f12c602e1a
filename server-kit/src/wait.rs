//! Waiting for what a program needs, so that all can be started in any order.

use std::{fmt::Display, time::Duration};

/// Bounds of the growing pause between two attempts.
const PAUSE: std::ops::Range<Duration> = Duration::from_millis(200)..Duration::from_secs(5);

/// Pause between two attempts of what somebody waits for.
const MOMENT: Duration = Duration::from_millis(50);

/// Repeats `attempt` while it fails in a way that passes. The caller bounds the time.
///
/// # Errors
///
/// The first failure that does not pass.
pub(crate) async fn briefly<T, E, F: Future<Output = Result<T, E>>>(
    passes: impl Fn(&E) -> bool,
    attempt: impl Fn() -> F,
) -> Result<T, E> {
    loop {
        match attempt().await {
            Err(error) if passes(&error) => tokio::time::sleep(MOMENT).await,
            result => return result,
        }
    }
}

/// Repeats `attempt` while it fails in a way that passes, and says in the log what it waits for.
///
/// # Errors
///
/// The first failure that does not pass.
pub async fn until_there<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    passes: impl Fn(&E) -> bool,
    attempt: impl Fn() -> F,
) -> Result<T, E> {
    let mut pause = PAUSE.start;
    loop {
        match attempt().await {
            Err(error) if passes(&error) => {
                let seconds = pause.as_secs_f32();
                tracing::warn!(%error, "waiting for {what}; trying again in {seconds:.1} s");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE.end);
            }
            result => return result,
        }
    }
}
