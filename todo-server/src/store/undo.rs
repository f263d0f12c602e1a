//! Reverting what a call did, entry by entry, the last one first. The caller has locked the person's row.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use server_kit::{
    Error,
    auth::Caller,
    comments,
    db::Conn,
    extract::IfMatch,
    journal::{self, Entry, Owner},
};
use todo_sdk::model::{Change, Comment, EventKind, Id, Tag, Task, Undone};

use super::{
    changes::{self, Row},
    reminders::{self, snooze},
    repeats, tags, tasks,
};

/// What was undone.
#[derive(Debug)]
pub struct Outcome {
    /// What the caller is told.
    pub answer: Undone,
    /// Tasks that are gone now.
    pub deleted: Vec<Id>,
}

/// Reverts the call to which the entry `seq` belongs, or the last one.
///
/// # Errors
///
/// 404 if there is no such entry, 409 if there is nothing to undo or something newer stands on a field.
pub async fn undo(
    conn: &mut Conn<'_>,
    caller: &Caller,
    owner: &Owner,
    now: DateTime<Utc>,
    seq: Option<i64>,
) -> Result<Outcome, Error> {
    let rows = match seq {
        Some(seq) => changes::action(conn, caller.user, seq).await?,
        None => last_of_person(conn, caller.user).await?,
    };
    if rows.is_empty() {
        return Err(match seq {
            Some(_) => Error::NotFound("change"),
            None => Error::Conflict { code: "nothing_to_undo", detail: "there is nothing to undo".to_owned() },
        });
    }
    let mut entries = Vec::new();
    let mut deleted = Vec::new();
    let of_task = rows.iter().any(|row| rank(row) > 0);
    for row in rows.iter().rev().filter(|_| !of_task) {
        entries.extend(revert_snooze(conn, caller.user, now, row).await?);
    }
    for row in rows.iter().rev() {
        entries.extend(revert(conn, caller.user, owner, now, row).await?);
        if row.event == EventKind::TaskCreated.as_str() {
            deleted.push(row.resource_id);
        }
    }
    note_repeats(conn, caller.user, &rows).await?;
    entries.extend(restore_reminders(conn, caller.user, now, &rows).await?);
    if entries.is_empty() {
        let detail = "this happened by itself and can't be undone".to_owned();
        return Err(Error::Conflict { code: "not_undoable", detail });
    }
    journal::append(conn, caller, now, entries).await?;
    let seq = changes::reach(conn, caller.user).await?.last;
    let main = rows.iter().max_by_key(|row| (rank(row), row.seq)).ok_or(Error::NotFound("change"))?;
    let undone: Change =
        serde_json::to_value(main.wire()?).and_then(serde_json::from_value).map_err(Error::internal)?;
    Ok(Outcome { answer: Undone { undone, seq }, deleted })
}

/// The rows of the last call that did more than move reminders along with their due dates, as another zone does.
async fn last_of_person(conn: &mut Conn<'_>, user: Id) -> Result<Vec<Row>, Error> {
    let mut before = None;
    loop {
        let rows = changes::last_action(conn, user, before).await?;
        let Some(first) = rows.first() else { return Ok(rows) };
        before = Some(first.seq);
        for row in &rows {
            if !follows_by_itself(row)? {
                return Ok(rows);
            }
        }
    }
}

/// Whether a row tells of nothing that anybody asked for.
fn follows_by_itself(row: &Row) -> Result<bool, Error> {
    match row.event.as_str() {
        "task.updated" => Ok(tasks::undo::follows_by_itself(&read(row.before.as_ref())?, &read(row.after.as_ref())?)),
        event => Ok(event.starts_with("reminder.") && event != "reminder.updated"),
    }
}

/// A task that comes back, or is open again, brings its own reminder; what else was to come, or overdue, comes back here.
async fn restore_reminders(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    rows: &[Row],
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for row in rows {
        entries.extend(match row.event.as_str() {
            "reminder.deleted" => reminders::restore(conn, user, &read(row.before.as_ref())?).await?,
            "reminder.updated" => {
                let (before, after) = (read(row.before.as_ref())?, read(row.after.as_ref())?);
                reminders::take_up(conn, user, now, &before, &after).await?
            }
            _ => Vec::new(),
        });
    }
    Ok(entries)
}

/// Where a call put a reminder off, or took that back, and did nothing else.
async fn revert_snooze(conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>, row: &Row) -> Result<Option<Entry>, Error> {
    Ok(match row.event.as_str() {
        "reminder.created" => Some(snooze::undo_made(conn, user, &read(row.after.as_ref())?).await?),
        "reminder.updated" => {
            let (before, after) = (read(row.before.as_ref())?, read(row.after.as_ref())?);
            if !snooze::is_snooze(&before, &after) {
                return Ok(None);
            }
            Some(snooze::take_back(conn, user, now, &before, &after).await?)
        }
        _ => None,
    })
}

/// Where the call completed a task and made its next occurrence, or undid both, the task may, or may not, make it anew.
async fn note_repeats(conn: &mut Conn<'_>, user: Id, rows: &[Row]) -> Result<(), Error> {
    for next in rows {
        let undone = match next.event.as_str() {
            "task.created" => true,
            "task.deleted" => false,
            _ => continue,
        };
        for task in rows.iter().filter(|row| row.event == EventKind::TaskUpdated.as_str()) {
            repeats::set_undone(conn, user, task.resource_id, next.resource_id, undone).await?;
        }
    }
    Ok(())
}

/// What a call was about: a tag rather than the tasks that lost it, a task rather than the comments that went with it.
fn rank(row: &Row) -> u8 {
    match row.event.split('.').next() {
        Some("tag") => 3,
        Some("task") => 2,
        Some("comment") => 1,
        _ => 0,
    }
}

fn kind_of(row: &Row) -> &'static str {
    match rank(row) {
        3 => "tag",
        2 => "task",
        1 => "comment",
        _ => "reminder",
    }
}

fn read<T: DeserializeOwned>(json: Option<&String>) -> Result<T, Error> {
    let json = json.ok_or_else(|| Error::internal("an entry of the journal lacks its resource"))?;
    serde_json::from_str(json).map_err(Error::internal)
}

/// Reverts one entry and answers those of the reversal. Reminders follow their task by themselves.
async fn revert(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    row: &Row,
) -> Result<Vec<Entry>, Error> {
    let (before, after, id) = (row.before.as_ref(), row.after.as_ref(), row.resource_id);
    if row.after.is_none() && changes::has_newer(conn, user, row).await? {
        // It came back meanwhile, and is gone again with all that happened to it.
        let (kind, detail) = (kind_of(row), format!("{} {id} has changed since it was deleted here", kind_of(row)));
        return Err(Error::NewerChange { field: kind, detail });
    }
    Ok(match row.event.as_str() {
        "task.created" => {
            // Comments on it are newer, and stop us; so none goes along.
            tasks::undo::check_unchanged(conn, user, &read(after)?).await?;
            tasks::delete(conn, user, id, &IfMatch::any()).await?
        }
        "task.updated" => tasks::undo::take_back(conn, user, owner, now, &read(before)?, &read(after)?).await?,
        "task.deleted" => tasks::undo::bring_back(conn, user, owner, now, read::<Task>(before)?).await?,
        "tag.created" => vec![tags::undo_creation(conn, user, &read::<Tag>(after)?).await?],
        "tag.updated" => tags::undo_change(conn, user, &read(before)?, &read(after)?).await?.into_iter().collect(),
        "tag.deleted" => vec![tags::undo_deletion(conn, user, read::<Tag>(before)?).await?],
        "comment.created" => vec![comments::undo_creation(conn, user, &read::<Comment>(after)?).await?],
        "comment.updated" => {
            comments::undo_change(conn, user, &read(before)?, &read(after)?).await?.into_iter().collect()
        }
        "comment.deleted" => vec![comments::undo_deletion(conn, user, read::<Comment>(before)?).await?],
        _ => Vec::new(),
    })
}
