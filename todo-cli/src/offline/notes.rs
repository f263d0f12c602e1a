//! What is said beside a command about what waits.

use todo_sdk::outbox::{Entry, Stopped};

use crate::{
    context::Context,
    error::{Error, exit},
};

/// Sends what waits before a command begins, and says what came of it. That the server takes nothing fails no command: it
/// says itself what it can't do.
///
/// # Errors
///
/// If the queue can't be read or written.
pub(crate) async fn flush(ctx: &Context) -> Result<(), Error> {
    let Some(offline) = &ctx.offline else { return Ok(()) };
    let replay = offline.replay(&ctx.client).await;
    let replay = replay.map_err(|error| error.about("the queue of changes (`--no-queue` does without it)"))?;
    tell_unreadable(ctx);
    if !replay.done.is_empty() {
        ctx.printer.warn(&format!("{} that waited went out", changes(replay.done.len())));
    }
    if !replay.aside.is_empty() {
        let kept = format!("the server did not take {}; `todo status` shows why", changes(replay.aside.len()));
        ctx.printer.warn(&kept);
    }
    if let Some(Stopped::Busy) = replay.stopped {
        ctx.printer.warn("another `todo` is sending what waits");
    }
    Ok(())
}

/// Says that something in the queue could not be read.
pub(crate) fn tell_unreadable(ctx: &Context) {
    let Some(outbox) = ctx.offline.as_ref().map(|offline| &offline.outbox).filter(|outbox| outbox.unreadable() > 0)
    else {
        return;
    };
    let count = outbox.unreadable();
    let (lines, are) = if count == 1 { ("1 line".to_owned(), "is") } else { (format!("{count} lines"), "are") };
    let kept = outbox.unreadable_path();
    ctx.printer
        .warn(&format!("{lines} of the queue can't be read and {are} kept in {}; the others go on", kept.display()));
}

/// Says how much waits where a command found nobody to ask.
pub(crate) fn mention(ctx: &Context, error: &Error) {
    let Some(offline) = ctx.offline.as_ref().filter(|_| error.exit_code() == exit::OUT_OF_REACH) else { return };
    let waiting = offline.outbox.entries().map(|entries| entries.iter().filter(|entry| entry.waits()).count());
    if let Some(count) = waiting.ok().filter(|count| *count > 0) {
        let (wait, them) = if count == 1 { ("waits", "it") } else { ("wait", "them") };
        ctx.printer.warn(&format!("{} {wait} on this machine; `todo status` shows {them}", changes(count)));
    }
}

/// Says what waits on where somebody signs out.
pub(crate) fn left_behind(ctx: &Context) {
    let Some(entries) = ctx.offline.as_ref().and_then(|offline| offline.outbox.entries().ok()) else { return };
    if !entries.is_empty() {
        let wait = if entries.len() == 1 { "waits" } else { "wait" };
        ctx.printer.warn(&format!("{} {wait} until this account signs in again", changes(entries.len())));
    }
}

pub(crate) fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

/// Those that wait, and those that were set aside.
pub(crate) fn parted(entries: &[Entry]) -> (Vec<&Entry>, Vec<&Entry>) {
    entries.iter().partition(|entry| entry.waits())
}
