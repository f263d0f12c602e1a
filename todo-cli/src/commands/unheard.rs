//! Whether anybody still reads standard output, for commands that go on for ever and seldom write, or leave that to others.

use crate::error::Error;

/// What it comes to where nobody does: a command ends of that, and it is no failure.
pub(super) fn error() -> Error {
    Error::Output(std::io::ErrorKind::BrokenPipe.into())
}

/// Whether standard output is a pipe that nobody reads any more.
#[cfg(unix)]
pub(super) fn is_unheard() -> bool {
    use rustix::event::{PollFlags, Timespec};
    look(Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|found| found.contains(PollFlags::ERR))
}

/// Ends when that comes about.
#[cfg(unix)]
pub(super) async fn unheard() {
    use rustix::{event::PollFlags, io::Errno};
    let (tell, told) = tokio::sync::oneshot::channel();
    // A thread of its own and none of the runtime's, which would wait for it at the end.
    std::thread::spawn(move || {
        loop {
            match look(None) {
                Err(Errno::INTR) => {}
                Ok(found) if found.contains(PollFlags::ERR) => return tell.send(()),
                // It can't be told, so it is never told.
                _ => return Ok(()),
            }
        }
    });
    if told.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits until something is wrong with standard output, at most so long.
#[cfg(unix)]
fn look(patience: Option<&rustix::event::Timespec>) -> rustix::io::Result<rustix::event::PollFlags> {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdout = std::io::stdout();
    // Errors are told whatever is asked for.
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    poll(&mut watched, patience)?;
    let [watched] = watched;
    Ok(watched.revents())
}

#[cfg(not(unix))]
pub(super) fn is_unheard() -> bool {
    false
}

#[cfg(not(unix))]
pub(super) async fn unheard() {
    std::future::pending().await
}
