//! `undo`.

use todo_sdk::model::{Change, EventKind, LIMIT_MAX, Resource, Task, Undone};

use super::import::counted;
use crate::{cli::UndoArgs, context::Context, error::Error, output::text};

/// Tasks that are named where several were undone.
const NAMED: usize = 3;

pub(super) async fn undo(ctx: &Context, args: &UndoArgs) -> Result<(), Error> {
    let changes = ctx.client.changes();
    if args.list {
        let changes = changes.list().newest_first().limit(args.limit).send().await?;
        return ctx.printer.list(
            &changes,
            |change| change.seq,
            || ctx.look().changes(&changes),
            "Nothing has changed yet.",
        );
    }
    let undone = match args.seq {
        Some(seq) => changes.undo_change(seq).await,
        None => changes.undo().await,
    };
    let undone = undone.map_err(|error| match args.seq {
        Some(seq) => Error::from(error).about(format!("change {seq}")),
        None => error.into(),
    })?;
    // It is there for the words alone: that it can't be had is no failure.
    let back = if ctx.in_words() { reversal(ctx, &undone).await.unwrap_or_default() } else { Vec::new() };
    let one = || ctx.look().change_line(&undone.undone);
    ctx.printer
        .item(&undone, undone.seq, || format!("Undone: {}", of_several(&undone.undone, &back).unwrap_or_else(one)))
}

/// What the undo did, call and all: the changes of one call bear one time.
async fn reversal(ctx: &Context, undone: &Undone) -> Result<Vec<Change>, Error> {
    let mut back: Vec<Change> = Vec::new();
    let mut before = undone.seq + 1;
    loop {
        let list = ctx.client.changes().list().newest_first().before(before).limit(LIMIT_MAX);
        let page = list.send().await?;
        let Some(oldest) = page.last().map(|change| change.seq) else { return Ok(back) };
        before = oldest;
        for change in page {
            if back.first().is_some_and(|first| (first.at, &first.client) != (change.at, &change.client)) {
                return Ok(back);
            }
            back.push(change);
        }
    }
}

/// `3 tasks made: 1 a, 2 b, 3 c`, told by what undoing that did; `None` where it was about one thing.
fn of_several(undone: &Change, back: &[Change]) -> Option<String> {
    let tasks = |kind: EventKind| back.iter().filter(move |change| change.event == kind).filter_map(task_of);
    let by_kind = [
        (EventKind::TaskCreated, "deleted"),
        // Before what was made: a repeating task that is done makes the next one.
        (EventKind::TaskUpdated, changing(undone, back)),
        (EventKind::TaskDeleted, "made"),
    ];
    let (kind, what) = by_kind.into_iter().find(|(kind, _)| tasks(*kind).next().is_some())?;
    let mut tasks: Vec<&Task> = tasks(kind).collect();
    if tasks.len() < 2 || back.iter().any(|change| matches!(change.resource, Resource::Tag(_))) {
        return None;
    }
    tasks.sort_by_key(|task| task.id);
    let named: Vec<String> =
        tasks.iter().take(NAMED).map(|task| format!("{} {}", task.id, text::line(&task.title))).collect();
    let more = tasks.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{} {what}: {}{more}", counted(tasks.len() as u64, "task"), named.join(", ")))
}

/// What was done to tasks that are back as they were: told by one of them.
fn changing(undone: &Change, back: &[Change]) -> &'static str {
    let Some(after) = task_of(undone) else { return "changed" };
    let before = back.iter().filter_map(task_of).find(|task| task.id == after.id);
    match before.map(|before| (before.completed, after.completed)) {
        Some((false, true)) => "completed",
        Some((true, false)) => "reopened",
        _ => "changed",
    }
}

fn task_of(change: &Change) -> Option<&Task> {
    if let Resource::Task(task) = &change.resource { Some(task) } else { None }
}
