//! Reverting what was done to a task, field by field.

use chrono::{DateTime, Utc};
use server_kit::{
    Error, comments,
    db::Conn,
    journal::{Entry, Owner},
    on, time,
};
use todo_sdk::model::{EventKind, Id, TASK_TAGS_MAX, Task};

use super::{
    row::get,
    tagging,
    write::{Columns, apply_reminder, bind, save},
};
use crate::store::reminders;

fn newer(field: &'static str, detail: impl Into<String>) -> Error {
    Error::NewerChange { field, detail: detail.into() }
}

fn reminder_of(task: &Task) -> (Option<DateTime<Utc>>, Option<i64>) {
    (task.remind_time, task.remind_before_seconds)
}

/// Whether they want other reminders. One that is reckoned from the due date is the same wherever that lies.
fn differ_in_reminder(one: &Task, other: &Task) -> bool {
    match (one.remind_before_seconds, other.remind_before_seconds) {
        (Some(one), Some(other)) => one != other,
        _ => reminder_of(one) != reminder_of(other),
    }
}

/// Whether nothing differs but what follows from something else: the moment of a reminder that is reckoned from its due
/// date, after the person moved to another zone.
#[must_use]
pub fn follows_by_itself(before: &Task, after: &Task) -> bool {
    difference(before, after).is_empty()
}

/// The fields that differ. What goes together is one of them.
fn difference(one: &Task, other: &Task) -> Vec<&'static str> {
    let differs = [
        ("title", one.title != other.title),
        ("description", one.description != other.description),
        ("completed", (one.completed, one.completed_at) != (other.completed, other.completed_at)),
        ("priority", one.priority != other.priority),
        ("due", one.due != other.due),
        ("remind_time", differ_in_reminder(one, other)),
        ("nag_seconds", one.nag_seconds != other.nag_seconds),
        ("repeat", one.repeat != other.repeat),
        ("tags", one.tags != other.tags),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

async fn current(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Task, Error> {
    get(conn, user, id).await.map_err(|error| match error {
        Error::NotFound(_) => newer("task", format!("task {id} is deleted")),
        error => error,
    })
}

/// Refuses to delete a task that is not as it was made.
///
/// # Errors
///
/// 409 that names what is newer.
pub async fn check_unchanged(conn: &mut Conn<'_>, user: Id, made: &Task) -> Result<(), Error> {
    let task = current(conn, user, made.id).await?;
    if let Some(field) = difference(&task, made).first() {
        return Err(newer(field, format!("task {} is not as it was made any more", made.id)));
    }
    match comments::of_task(conn, user, made.id).await?.len() {
        0 => Ok(()),
        count => Err(newer("comments", format!("task {} has {count} by now", made.id))),
    }
}

/// Sets the fields back that a change set; nothing if they are so already.
///
/// # Errors
///
/// 409 that names the field which was changed again.
pub async fn take_back(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    before: &Task,
    after: &Task,
) -> Result<Vec<Entry>, Error> {
    let task = current(conn, user, after.id).await?;
    let changed = difference(before, after);
    let moved = difference(&task, after);
    let mut back = task.clone();
    for field in &changed {
        if *field != "tags" && moved.contains(field) {
            return Err(newer(field, format!("task {} has another {field} by now", task.id)));
        }
        match *field {
            "title" => back.title.clone_from(&before.title),
            "description" => back.description.clone_from(&before.description),
            "completed" => (back.completed, back.completed_at) = (before.completed, before.completed_at),
            "priority" => back.priority = before.priority,
            "due" => back.due = before.due,
            "remind_time" => {
                (back.remind_time, back.remind_before_seconds) = reminder_of(before);
            }
            "nag_seconds" => back.nag_seconds = before.nag_seconds,
            "repeat" => back.repeat.clone_from(&before.repeat),
            _ => back.tags = tags_back(&task, before, after)?,
        }
    }
    apply_reminder(&mut back, None, None, time::zone(&owner.timezone)?)?;
    if back == task {
        return Ok(Vec::new());
    }
    let back = Task { version: task.version + 1, date_updated: now, ..back };
    save(conn, user, owner, &back).await?;
    if back.tags != task.tags {
        tagging::clear(conn, user, back.id).await?;
        attach(conn, user, &back).await?;
    }
    let mut entries = vec![Entry::updated(EventKind::TaskUpdated, back.id, &task, &back)?];
    entries.extend(reminders::follow(conn, user, now, Some(&task), &back, false).await?);
    Ok(entries)
}

/// Each tag is a field of its own: others that came or went meanwhile stay as they are.
fn tags_back(task: &Task, before: &Task, after: &Task) -> Result<Vec<Id>, Error> {
    let only_in = |one: &Task, other: &Task| -> Vec<Id> {
        one.tags.iter().copied().filter(|tag| !other.tags.contains(tag)).collect()
    };
    let (added, removed) = (only_in(after, before), only_in(before, after));
    if added.iter().any(|tag| !task.tags.contains(tag)) || removed.iter().any(|tag| task.tags.contains(tag)) {
        return Err(newer("tags", format!("task {} has other tags by now", task.id)));
    }
    let mut tags: Vec<Id> = task.tags.iter().copied().filter(|tag| !added.contains(tag)).chain(removed).collect();
    if tags.len() > TASK_TAGS_MAX {
        return Err(newer(
            "tags",
            format!("task {} has so many by now that there is no room for the old ones", task.id),
        ));
    }
    tags.sort_unstable();
    Ok(tags)
}

async fn attach(conn: &mut Conn<'_>, user: Id, task: &Task) -> Result<(), Error> {
    tagging::attach(conn, user, task.id, &task.tags).await.map_err(|error| match error {
        Error::Invalid(_) => newer("tags", format!("a tag of task {} is deleted; undo that first", task.id)),
        error => error,
    })
}

/// Makes a deleted task again, with its id, its tags and one version more.
///
/// # Errors
///
/// 409 if it is there, or a tag of it isn't.
pub async fn bring_back(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    before: Task,
) -> Result<Vec<Entry>, Error> {
    if get(conn, user, before.id).await.is_ok() {
        return Err(newer("task", format!("task {} is back already", before.id)));
    }
    let telegram_user = owner.telegram_user;
    let task = Task { version: before.version + 1, date_updated: now, telegram_user, ..before };
    let columns = Columns::of(&task, time::zone(&owner.timezone)?);
    on!(conn, |c| {
        bind!(columns, sqlx::query(
            "INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, completed_at, \
             priority, due_at, due_day, remind_time, repeat_rrule, repeat_from, date_updated, version, remind_before, nag, \
             date_created, id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        )
        .bind(user))
        .bind(task.date_created)
        .bind(task.id)
        .execute(&mut *c)
        .await
        .map(|_| ())
    })?;
    attach(conn, user, &task).await?;
    let mut entries = vec![Entry::created(EventKind::TaskCreated, task.id, &task)?];
    entries.extend(reminders::follow(conn, user, now, None, &task, false).await?);
    Ok(entries)
}
