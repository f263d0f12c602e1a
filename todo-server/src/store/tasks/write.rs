//! Making, changing and deleting tasks. The caller has locked the person's row; each function tells what it changed,
//! for the journal of the call.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
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
            .bind(task.remind_before_seconds)
            .bind(task.nag_seconds)
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
    let zone = time::zone(&owner.timezone)?;
    let (mut task, asked) = new_task(owner, zone, now, new)?;
    let columns = Columns::of(&task, zone);
    task.id = on!(conn, |c| {
        bind!(columns, sqlx::query_scalar(
            "INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, completed_at, \
             priority, due_at, due_day, remind_time, repeat_rrule, repeat_from, date_updated, version, remind_before, nag, \
             date_created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id",
        )
        .bind(user))
        .bind(task.date_created)
        .fetch_one(&mut *c)
        .await?
    });
    tagging::attach(conn, user, task.id, &task.tags).await?;
    let mut entries = vec![Entry::created(EventKind::TaskCreated, task.id, &task)?];
    entries.extend(reminders::follow(conn, user, now, None, &task, asked).await?);
    Ok(Outcome { task, entries })
}

/// The task to be made, without its id, and whether it reminds even of what is past.
///
/// # Errors
///
/// 422 for dates out of range or a rule that is none.
pub(super) fn new_task(owner: &Owner, zone: Tz, now: DateTime<Utc>, new: CreateTask) -> Result<(Task, bool), Error> {
    let blank = Task {
        id: 0,
        title: String::new(),
        description: String::new(),
        completed: false,
        completed_at: None,
        priority: PRIORITY_NONE,
        due: None,
        remind_time: None,
        remind_before_seconds: None,
        nag_seconds: None,
        repeat: None,
        tags: Vec::new(),
        telegram_user: owner.telegram_user,
        date_created: now,
        date_updated: now,
        version: 1,
    };
    // What comes from elsewhere does not remind of what is past.
    let asked = new.date_created.is_none();
    let (made, done) = (past("date_created", new.date_created, now)?, past("completed_at", new.completed_at, now)?);
    let mut task = apply(blank, new.into(), zone, now)?;
    task.date_created = made.unwrap_or(now);
    task.completed_at = task.completed_at.map(|now| done.unwrap_or(now));
    Ok((task, asked))
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
    let after = apply(before.clone(), changes, time::zone(&owner.timezone)?, now)?;
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
    if before.completed && !after.completed && !asked {
        entries.extend(reminders::reopened(conn, user, now, &before, &after).await?);
    }
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
        remind_before_seconds: task.remind_before_seconds.filter(|_| next.due.is_some()),
        nag_seconds: task.nag_seconds,
        repeat: Some(next.repeat),
        tags: task.tags.clone(),
        // As of one that comes from elsewhere, what has passed already is not told, unless it is told until it is done.
        date_created: task.nag_seconds.is_none().then_some(now),
        completed_at: None,
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

/// Moves the moments of what is due all day into the person's new zone, and the reminders that are reckoned from them; the
/// days stay what they were.
///
/// # Errors
///
/// As the database says.
pub async fn move_all_day(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
) -> Result<Vec<Entry>, Error> {
    let zone = time::zone(&owner.timezone)?;
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
    move_reminders(conn, user, owner, now).await
}

async fn move_reminders(conn: &mut Conn<'_>, user: Id, owner: &Owner, now: DateTime<Utc>) -> Result<Vec<Entry>, Error> {
    let zone = time::zone(&owner.timezone)?;
    let tasks: Vec<Id> = on!(conn, |c| sqlx::query_scalar(
        "SELECT id FROM tasks WHERE user_id = $1 AND due_day IS NOT NULL AND remind_before IS NOT NULL ORDER BY id",
    )
    .bind(user)
    .fetch_all(&mut *c)
    .await?);
    let mut entries = Vec::new();
    for id in tasks {
        let before = get(conn, user, id).await?;
        let mut after = before.clone();
        apply_reminder(&mut after, None, None, zone)?;
        if after != before {
            let after = Task { version: before.version + 1, date_updated: now, ..after };
            save(conn, user, owner, &after).await?;
            entries.push(Entry::updated(EventKind::TaskUpdated, id, &before, &after)?);
            // One that was still to come is not forgotten for having moved into the past.
            let asked = before.remind_time.is_some_and(|at| at > now);
            entries.extend(reminders::follow(conn, user, now, Some(&before), &after, asked).await?);
        }
    }
    Ok(entries)
}

pub(super) async fn save(conn: &mut Conn<'_>, user: Id, owner: &Owner, task: &Task) -> Result<(), Error> {
    let columns = Columns::of(task, time::zone(&owner.timezone)?);
    on!(conn, |c| {
        bind!(columns, sqlx::query(
            "UPDATE tasks SET title = $2, title_folded = $3, description = $4, description_folded = $5, completed = $6, \
             completed_at = $7, priority = $8, due_at = $9, due_day = $10, remind_time = $11, repeat_rrule = $12, \
             repeat_from = $13, date_updated = $14, version = $15, remind_before = $16, nag = $17 \
             WHERE user_id = $1 AND id = $18",
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
pub(super) fn apply(mut task: Task, changes: UpdateTask, zone: Tz, now: DateTime<Utc>) -> Result<Task, Error> {
    let changed_when = changes.due.is_some() || changes.repeat.is_some();
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
        let due = due.map(|due| checked("due", due)).transpose()?;
        if due != task.due {
            task.repeat = repeat::with_due_set(&task, zone);
        }
        task.due = due;
    }
    apply_reminder(&mut task, changes.remind_time, changes.remind_before_seconds, zone)?;
    if let Some(nag) = changes.nag_seconds {
        task.nag_seconds = nag;
    }
    if let Some(repeat) = changes.repeat {
        if let Some(repeat) = &repeat {
            repeat::check(repeat, now)?;
        }
        task.repeat = repeat;
    }
    if changed_when {
        repeat::check_due(&task)?;
    }
    if let Some(tags) = changes.tags {
        task.tags = tags.unwrap_or_default();
        task.tags.sort_unstable();
        task.tags.dedup();
    }
    Ok(task)
}

/// Sets the reminder, once the due date is as it will be: one that is reckoned from the due date follows it.
pub(super) fn apply_reminder(
    task: &mut Task,
    at: Option<Option<DateTime<Utc>>>,
    before: Option<Option<i64>>,
    zone: Tz,
) -> Result<(), Error> {
    if let Some(at) = at.map(|at| at.map(micros))
        && at != task.remind_time
    {
        task.remind_before_seconds = None;
        task.remind_time = at;
    }
    if let Some(before) = before {
        task.remind_before_seconds = before;
    }
    match (task.remind_before_seconds, task.due) {
        (Some(before), Some(due)) => {
            task.remind_time = time::bound(due, zone).checked_sub_signed(TimeDelta::seconds(before));
        }
        (Some(_), None) if before.is_some() => {
            let message = "needs a due date to be reckoned from; set due, or remind_time instead";
            return Err(Error::invalid("remind_before_seconds", "needs_due", message));
        }
        // Nothing is left that it could be before.
        (Some(_), None) => (task.remind_time, task.remind_before_seconds) = (None, None),
        (None, _) => {}
    }
    task.remind_time.map_or(Ok(()), |at| time::check_range("remind_time", Due::At(at)))
}

/// A moment that somebody remembers.
fn past(field: &str, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(at) = at.map(micros) else { return Ok(None) };
    time::check_past(field, at, now)?;
    Ok(Some(at))
}

fn checked(field: &str, due: Due) -> Result<Due, Error> {
    time::check_range(field, due)?;
    Ok(match due {
        Due::At(at) => Due::At(micros(at)),
        day @ Due::Day(_) => day,
    })
}

/// A task's columns, `$2` to `$17`.
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
