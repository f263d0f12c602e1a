//! Putting a reminder off, and taking that back.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, journal::Entry, on};
use todo_sdk::model::{EventKind, Id, ReminderRow, ReminderState};

use super::{
    Row,
    follow::{New, queue},
    get,
    restore::LEASE,
    rows_of_task,
    settle::{End, settle_row},
};
use crate::store::tasks;

/// Puts a reminder off: it is settled as snoozed, and another one comes then. The task stays as it is. The caller has
/// locked the person's row.
///
/// # Errors
///
/// 404, and 409 if its task is done, has another reminder to come, or this one was put off and told since.
pub async fn snooze(
    conn: &mut Conn<'_>,
    user: Id,
    id: Id,
    until: DateTime<Utc>,
) -> Result<(ReminderRow, Vec<Entry>), Error> {
    let row = get(conn, user, id).await?;
    let task = tasks::get(conn, user, row.task_id).await?;
    if task.completed {
        let detail = format!("task {} is done; reopen it first", task.id);
        return Err(Error::Conflict { code: "task_completed", detail });
    }
    let rows = rows_of_task(conn, user, task.id).await?;
    if let Some(newer) = rows.iter().find(|other| is_set_since(other, &row)) {
        let at = newer.due_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let detail =
            format!("task {} has a reminder of its own at {at} by now; put that one off ({})", task.id, newer.id);
        return Err(Error::Conflict { code: "newer_reminder", detail });
    }
    let mut entries = Vec::new();
    for row in rows.into_iter().filter(|other| other.is_pending() || other.id == id) {
        if row.state() != ReminderState::Snoozed {
            entries.push(settle_row(conn, row, &End::of(ReminderState::Snoozed)).await?);
        }
    }
    if entries.is_empty() {
        let detail = "this reminder was put off before, and the one that came instead was told".to_owned();
        return Err(Error::Conflict { code: "snoozed_before", detail });
    }
    let made = queue(conn, user, New { task: task.id, at: until, snoozed: true, nags: 0 }).await?;
    entries.extend(made);
    let new = rows_of_task(conn, user, task.id).await?.pop().ok_or(Error::NotFound("reminder"))?;
    Ok((new.into(), entries))
}

/// Whether the person set another time for the task since.
fn is_set_since(other: &Row, row: &Row) -> bool {
    other.is_pending() && !other.snoozed && other.nags == 0 && other.due_at != row.due_at && other.id > row.id
}

/// Whether the entry of the journal tells that a reminder was put off, or that this was taken back.
pub fn is_snooze(before: &ReminderRow, after: &ReminderRow) -> bool {
    (before.state == ReminderState::Snoozed) != (after.state == ReminderState::Snoozed)
}

/// Takes back the reminder that was to come instead.
///
/// # Errors
///
/// 409 if it was told, or its task was changed since.
pub async fn undo_made(conn: &mut Conn<'_>, user: Id, made: &ReminderRow) -> Result<Entry, Error> {
    let row = get(conn, user, made.id).await.map_err(|_| newer("is gone by now"))?;
    if row.state() != ReminderState::Queued {
        return Err(newer("was told by now"));
    }
    on!(conn, |c| sqlx::query("DELETE FROM reminders WHERE id = $1").bind(row.id).execute(&mut *c).await.map(|_| ()))?;
    Entry::deleted(EventKind::ReminderDeleted, row.id, &ReminderRow::from(row))
}

/// Sets a reminder back to what it was before it was put off, or before that was taken back.
///
/// # Errors
///
/// 409 if something happened to it since.
pub async fn take_back(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    before: &ReminderRow,
    after: &ReminderRow,
) -> Result<Entry, Error> {
    let row = get(conn, user, before.id).await.map_err(|_| newer("is gone by now"))?;
    let is_done = tasks::get(conn, user, row.task_id).await.is_ok_and(|task| task.completed);
    if row.state() != after.state || is_done {
        return Err(newer("has changed by now"));
    }
    let next_at = match before.state {
        ReminderState::Queued => Some(row.due_at),
        ReminderState::Failed => Some(now),
        ReminderState::Leased => Some(now + LEASE),
        _ => None,
    };
    settle_row(conn, row, &End { next_at, ..End::of(before.state) }).await
}

fn newer(what: &str) -> Error {
    Error::NewerChange { field: "reminder", detail: format!("the reminder {what}") }
}
