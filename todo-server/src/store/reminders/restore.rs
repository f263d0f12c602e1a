//! Bringing back what was withdrawn along with a task.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, journal::Entry};
use todo_sdk::model::{Id, ReminderRow, ReminderState, Task};

use super::{
    Row, adopt,
    channels::tells,
    follow::{New, WITHDRAWN, nag_again, queue_for, withdraw},
    get, rows_of_task,
    settle::{End, settle_row},
};
use crate::store::{changes, tasks};

/// How long to wait for whoever has one that is wanted again: as long as a lease that nobody asked to be longer.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Brings back a reminder that went when its task was changed or deleted, which is undone now. One that was due by then
/// was not delivered, and is late.
///
/// # Errors
///
/// As the database says.
pub async fn restore(conn: &mut Conn<'_>, user: Id, had: &ReminderRow) -> Result<Vec<Entry>, Error> {
    let was_to_come = matches!(had.state, ReminderState::Queued | ReminderState::Leased | ReminderState::Failed);
    let task = match tasks::get(conn, user, had.task_id).await {
        Ok(task) if was_to_come && wants(&task, had) => task,
        Ok(_) | Err(Error::NotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let is_same = |row: &Row| (row.due_at, row.nags, row.snoozed) == (had.due_at, had.nags, had.snoozed);
    let rows = rows_of_task(conn, user, task.id).await?;
    if rows.iter().any(|row| is_same(row) && row.channel == had.channel && tells(row)) {
        return Ok(Vec::new());
    }
    let mut entries = withdraw(conn, user, task.id, false, |row| !is_same(row)).await?;
    let new = New { task: task.id, at: had.due_at, snoozed: had.snoozed, nags: had.nags };
    entries.push(queue_for(conn, user, new, had.channel.as_deref()).await?);
    // The person may have other channels by now.
    adopt(conn, user).await?;
    Ok(entries)
}

/// Whether the task still asks for it.
fn wants(task: &Task, had: &ReminderRow) -> bool {
    let repeats = had.nags > 0 && task.nag_seconds.is_some();
    !task.completed && (had.snoozed || repeats || task.remind_time == Some(had.due_at))
}

/// Takes up again what was being delivered, or tried again, when it was withdrawn.
///
/// # Errors
///
/// As the database says.
pub async fn take_up(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    before: &ReminderRow,
    after: &ReminderRow,
) -> Result<Vec<Entry>, Error> {
    if after.reason.as_deref() != Some(WITHDRAWN) {
        return Ok(Vec::new());
    }
    let row = match get(conn, user, before.id).await {
        Ok(row) => row,
        Err(Error::NotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    match row.state() {
        // Whoever has it may yet say what became of it.
        ReminderState::Leased if !row.is_pending() => {
            let task = tasks::get(conn, user, row.task_id).await?;
            if !wants(&task, before) {
                return Ok(Vec::new());
            }
            let end = End { next_at: Some(now + LEASE), ..End::of(ReminderState::Leased) };
            settle_row(conn, row, &end).await?;
            Ok(Vec::new())
        }
        ReminderState::Dead => restore(conn, user, before).await,
        _ => Ok(Vec::new()),
    }
}

/// Brings back what had been put off, and is still to come, of a task that is open again (`after`), and reminds again of one
/// that wants that until it is done.
///
/// # Errors
///
/// As the database says.
pub async fn reopened(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    before: &Task,
    after: &Task,
) -> Result<Vec<Entry>, Error> {
    let Some(completed_at) = before.completed_at else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    for had in changes::reminders_deleted_at(conn, user, completed_at).await? {
        if had.task_id == before.id && had.snoozed && had.due_at > now {
            entries.extend(restore(conn, user, &had).await?);
        }
    }
    entries.extend(nag_again(conn, user, now, after).await?);
    Ok(entries)
}
