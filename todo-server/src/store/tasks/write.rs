//! Making, changing and deleting tasks. The caller has locked the person's row; each function tells what it changed,
//! for the journal of the call.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use server_kit::{
    Error,
    clock::micros,
    comments,
    db::Conn,
    extract::IfMatch,
    journal::{Entry, Owner},
    on, time,
};
use todo_sdk::model::{CreateTask, Due, EventKind, Id, PRIORITY_NONE, Task, UpdateTask};

use super::{repeat, row::get, tagging};
use crate::store::{reminders, repeats};

/// Binds [`Columns`] to a statement of either database.
macro_rules! bind {
    ($columns:expr, $query:expr) => {{
        let $crate::store::tasks::write::Columns { task, due_at, due_day } = &$columns;
        $query
            .bind(&task.title)
            .bind(task.title.to_lowercase())
            .bind(&task.description)
            .bind(task.description.to_lowercase())
            .bind(task.completed)
            .bind(task.completed_at)
            .bind(task.priority)
            .bind(*due_at)
            .bind(*due_day)
            .bind(task.remind_time)
            .bind(task.repeat.as_ref().map(|repeat| repeat.rrule.as_str()))
            .bind(task.repeat.as_ref().map(|repeat| $crate::store::tasks::repeat_from(repeat.from)))
            .bind(task.date_updated)
            .bind(task.version)
    }};
}
pub(super) use bind;

/// What a change came to.
#[derive(Debug)]
pub struct Outcome {
    /// The task as it is now.
    pub task: Task,
    /// For the journal; nothing where nothing changed.
    pub entries: Vec<Entry>,
}

/// Makes a task.
///
/// # Errors
///
/// 422 for unknown tags, dates out of range or a rule that is none.
pub async fn create(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    new: CreateTask,
) -> Result<Outcome, Error> {
    let blank = Task {
        id: 0,
        title: String::new(),
        description: String::new(),
        completed: false,
        completed_at: None,
        priority: PRIORITY_NONE,
        due: None,
        remind_time: None,
        repeat: None,
        tags: Vec::new(),
        telegram_user: owner.telegram_user,
        date_created: now,
        date_updated: now,
        version: 1,
    };
    let mut task = apply(blank, new.into(), now)?;
    let columns = Columns::of(&task, time::zone(&owner.timezone)?);
    task.id = on!(conn, |c| {
        bind!(columns, sqlx::query_scalar(
            "INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, completed_at, \
             priority, due_at, due_day, remind_time, repeat_rrule, repeat_from, date_updated, version, date_created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14) RETURNING id",
        )
        .bind(user))
        .fetch_one(&mut *c)
        .await?
    });
    tagging::attach(conn, user, task.id, &task.tags).await?;
    let mut entries = vec![Entry::created(EventKind::TaskCreated, task.id, &task)?];
    entries.extend(reminders::follow(conn, user, now, None, &task, true).await?);
    Ok(Outcome { task, entries })
}

/// Changes a task. What asks for nothing new changes nothing, not even the version.
///
/// # Errors
///
/// 404, 412, and 422 as [`create`].
pub async fn update(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    id: Id,
    if_match: &IfMatch,
    changes: UpdateTask,
) -> Result<Outcome, Error> {
    let before = get(conn, user, id).await?;
    if_match.check(before.version)?;
    let after = apply(before.clone(), changes, now)?;
    if after == before {
        return Ok(Outcome { task: before, entries: Vec::new() });
    }
    let after = Task { version: before.version + 1, date_updated: now, ..after };
    save(conn, user, owner, &after).await?;
    if after.tags != before.tags {
        tagging::clear(conn, user, id).await?;
        tagging::attach(conn, user, id, &after.tags).await?;
    }
    let mut entries = vec![Entry::updated(EventKind::TaskUpdated, id, &before, &after)?];
    let asked = after.remind_time != before.remind_time;
    entries.extend(reminders::follow(conn, user, now, Some(&before), &after, asked).await?);
    if after.completed && !before.completed {
        entries.extend(repeat_once(conn, user, owner, now, &after).await?);
    }
    Ok(Outcome { task: after, entries })
}

/// Makes the next occurrence of a task that was completed, if it repeats and has not made one before.
async fn repeat_once(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    task: &Task,
) -> Result<Vec<Entry>, Error> {
    let Some(next) = repeat::next(task, time::zone(&owner.timezone)?, now) else { return Ok(Vec::new()) };
    if repeats::was_made(conn, user, task.id).await? {
        return Ok(Vec::new());
    }
    let new = CreateTask {
        title: task.title.clone(),
        description: task.description.clone(),
        completed: false,
        priority: Some(task.priority),
        due: next.due,
        remind_time: next.remind_time,
        repeat: Some(next.repeat),
        tags: task.tags.clone(),
    };
    // Boxed: the future of a change would be twice as large for what seldom happens.
    let made = Box::pin(create(conn, user, owner, now, new)).await?;
    repeats::note(conn, user, task.id, made.task.id).await?;
    Ok(made.entries)
}

/// Deletes a task and its comments.
///
/// # Errors
///
/// 404, 412.
pub async fn delete(conn: &mut Conn<'_>, user: Id, id: Id, if_match: &IfMatch) -> Result<Vec<Entry>, Error> {
    let before = get(conn, user, id).await?;
    if_match.check(before.version)?;
    let comments = comments::of_task(conn, user, id).await?;
    let mut entries = comments
        .iter()
        .map(|comment| Entry::deleted(EventKind::CommentDeleted, comment.id, comment))
        .collect::<Result<Vec<_>, _>>()?;
    entries.extend(reminders::gone_with(conn, user, id).await?);
    entries.push(Entry::deleted(EventKind::TaskDeleted, id, &before)?);
    on!(conn, |c| sqlx::query("DELETE FROM tasks WHERE user_id = $1 AND id = $2")
        .bind(user)
        .bind(id)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(entries)
}

/// Moves the moments of what is due all day into the person's new zone; the days stay what they were.
///
/// # Errors
///
/// As the database says.
pub async fn move_all_day(conn: &mut Conn<'_>, user: Id, zone: Tz) -> Result<(), Error> {
    let days: Vec<NaiveDate> = on!(conn, |c| sqlx::query_scalar(
        "SELECT DISTINCT due_day FROM tasks WHERE user_id = $1 AND due_day IS NOT NULL",
    )
    .bind(user)
    .fetch_all(&mut *c)
    .await?);
    for day in days {
        on!(conn, |c| sqlx::query("UPDATE tasks SET due_at = $3 WHERE user_id = $1 AND due_day = $2")
            .bind(user)
            .bind(day)
            .bind(time::end_of_day(day, zone))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

pub(super) async fn save(conn: &mut Conn<'_>, user: Id, owner: &Owner, task: &Task) -> Result<(), Error> {
    let columns = Columns::of(task, time::zone(&owner.timezone)?);
    on!(conn, |c| {
        bind!(columns, sqlx::query(
            "UPDATE tasks SET title = $2, title_folded = $3, description = $4, description_folded = $5, completed = $6, \
             completed_at = $7, priority = $8, due_at = $9, due_day = $10, remind_time = $11, repeat_rrule = $12, \
             repeat_from = $13, date_updated = $14, version = $15 WHERE user_id = $1 AND id = $16",
        )
        .bind(user))
        .bind(task.id)
        .execute(&mut *c)
        .await
        .map(|_| ())
    })?;
    Ok(())
}

/// The task after the changes, as it will be read back.
fn apply(mut task: Task, changes: UpdateTask, now: DateTime<Utc>) -> Result<Task, Error> {
    if let Some(title) = changes.title {
        task.title = title;
    }
    if let Some(description) = changes.description {
        task.description = description.unwrap_or_default();
    }
    if let Some(completed) = changes.completed
        && completed != task.completed
    {
        task.completed = completed;
        task.completed_at = completed.then_some(now);
    }
    if let Some(priority) = changes.priority {
        task.priority = priority.unwrap_or(PRIORITY_NONE);
    }
    if let Some(due) = changes.due {
        task.due = due.map(|due| checked("due", due)).transpose()?;
    }
    if let Some(remind_time) = changes.remind_time {
        if let Some(at) = remind_time {
            time::check_range("remind_time", Due::At(at))?;
        }
        task.remind_time = remind_time.map(micros);
    }
    if let Some(repeat) = changes.repeat {
        if let Some(repeat) = &repeat {
            repeat::check(repeat, now)?;
        }
        task.repeat = repeat;
    }
    if let Some(tags) = changes.tags {
        task.tags = tags.unwrap_or_default();
        task.tags.sort_unstable();
        task.tags.dedup();
    }
    Ok(task)
}

fn checked(field: &str, due: Due) -> Result<Due, Error> {
    time::check_range(field, due)?;
    Ok(match due {
        Due::At(at) => Due::At(micros(at)),
        day @ Due::Day(_) => day,
    })
}

/// A task's columns, `$2` to `$15`.
pub(super) struct Columns<'t> {
    pub(super) task: &'t Task,
    pub(super) due_at: Option<DateTime<Utc>>,
    pub(super) due_day: Option<NaiveDate>,
}

impl<'t> Columns<'t> {
    pub(super) fn of(task: &'t Task, zone: Tz) -> Self {
        let (due_at, due_day) = match task.due {
            None => (None, None),
            Some(Due::At(at)) => (Some(at), None),
            Some(Due::Day(day)) => (Some(time::end_of_day(day, zone)), Some(day)),
        };
        Self { task, due_at, due_day }
    }
}
