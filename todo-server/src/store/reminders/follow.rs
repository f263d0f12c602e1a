//! What a change of a task does to its reminders.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, journal::Entry, on};
use todo_sdk::model::{EventKind, Id, ReminderRow, ReminderState, Task};

use super::{
    Row,
    channels::channels_of_user,
    columns, get, of_task, rows_of_task,
    settle::{End, settle_row},
};
use crate::store::tasks;

/// When a task wants to remind.
fn wish(task: &Task) -> Option<DateTime<Utc>> {
    task.remind_time.filter(|_| !task.completed)
}

/// Leaves exactly the reminder pending that the task asks for. One whose time has passed is queued only where somebody
/// set that time (`asked`), not where it comes back with the task.
///
/// # Errors
///
/// As the database says.
pub async fn follow(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    before: Option<&Task>,
    task: &Task,
    asked: bool,
) -> Result<Vec<Entry>, Error> {
    let (had, wants) = (before.and_then(wish), wish(task));
    let completes = task.completed && before.is_some_and(|before| !before.completed);
    let calms = task.nag_seconds.is_none() && before.is_some_and(|before| before.nag_seconds.is_some());
    if had == wants && !completes && !calms {
        return Ok(Vec::new());
    }
    if had == wants && !completes {
        return withdraw(conn, user, task.id, false, |row| row.nags > 0).await;
    }
    let mut entries = Vec::new();
    if before.is_some() {
        entries = withdraw(conn, user, task.id, completes, |_| true).await?;
    }
    if let Some(at) = wants.filter(|at| had != wants && (asked || *at > now)) {
        entries.extend(queue(conn, user, New { task: task.id, at, snoozed: false, nags: 0 }).await?);
    }
    Ok(entries)
}

/// A reminder to come.
pub(super) struct New {
    pub(super) task: Id,
    pub(super) at: DateTime<Utc>,
    pub(super) snoozed: bool,
    pub(super) nags: i64,
}

/// Queues a reminder for each channel that the person has.
pub(super) async fn queue(conn: &mut Conn<'_>, user: Id, new: New) -> Result<Vec<Entry>, Error> {
    let New { task, at, snoozed, nags } = new;
    let rows: Vec<Row> = on!(conn, |c| sqlx::query_as(concat!(
        "INSERT INTO reminders (user_id, task_id, due_at, next_at, state, snoozed, nags, channel) \
         SELECT $1, $2, $3, $3, 'queued', $4, $5, c.channel FROM ",
        channels_of_user!(),
        " RETURNING ",
        columns!()
    ))
    .bind(user)
    .bind(task)
    .bind(at)
    .bind(snoozed)
    .bind(nags)
    .fetch_all(&mut *c)
    .await?);
    rows.into_iter().map(|row| Entry::created(EventKind::ReminderCreated, row.id, &ReminderRow::from(row))).collect()
}

/// Takes back what is pending of a task; a completion answers what was sent.
async fn withdraw(
    conn: &mut Conn<'_>,
    user: Id,
    task: Id,
    completes: bool,
    which: impl Fn(&Row) -> bool,
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for row in rows_of_task(conn, user, task).await?.into_iter().filter(which) {
        let id = row.id;
        match row.state() {
            ReminderState::Queued => {
                on!(conn, |c| sqlx::query("DELETE FROM reminders WHERE id = $1")
                    .bind(id)
                    .execute(&mut *c)
                    .await
                    .map(|_| ()))?;
                entries.push(Entry::deleted(EventKind::ReminderDeleted, id, &ReminderRow::from(row))?);
            }
            // Whoever has it may still say that it was sent; it does not come back to the queue.
            ReminderState::Leased if row.is_pending() => {
                settle_row(conn, row, &End::of(ReminderState::Leased)).await?;
            }
            ReminderState::Failed if row.is_pending() => {
                let end = End { reason: Some("the task was changed"), ..End::of(ReminderState::Dead) };
                entries.push(settle_row(conn, row, &end).await?);
            }
            ReminderState::Sent if completes => {
                entries.push(settle_row(conn, row, &End::of(ReminderState::Acknowledged)).await?);
            }
            _ => {}
        }
    }
    Ok(entries)
}

/// The rows of a task that is about to be deleted with it.
///
/// # Errors
///
/// As the database says.
pub async fn gone_with(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<Vec<Entry>, Error> {
    let rows = of_task(conn, user, task).await?;
    rows.iter().map(|row| Entry::deleted(EventKind::ReminderDeleted, row.id, row)).collect()
}

/// Puts a reminder off: this one is settled as snoozed, and another one comes then. The task stays as it is. The caller
/// has locked the person's row.
///
/// # Errors
///
/// 404, and 409 if its task is done.
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
    let mut entries = withdraw(conn, user, task.id, false, |_| true).await?;
    // One that was never sent is gone now.
    if let Ok(row) = get(conn, user, id).await {
        entries.push(settle_row(conn, row, &End::of(ReminderState::Snoozed)).await?);
    }
    entries.extend(queue(conn, user, New { task: task.id, at: until, snoozed: true, nags: 0 }).await?);
    let new = of_task(conn, user, task.id).await?.pop().ok_or(Error::NotFound("reminder"))?;
    Ok((new, entries))
}

/// Brings back, along with its task, a reminder that had been put off and is still to come.
///
/// # Errors
///
/// As the database says.
pub async fn restore(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    had: &ReminderRow,
) -> Result<Vec<Entry>, Error> {
    let (task, at) = (had.task_id, had.due_at);
    let wants_another = match tasks::get(conn, user, task).await {
        Ok(task) => !task.completed && task.remind_time != Some(at),
        Err(Error::NotFound(_)) => false,
        Err(error) => return Err(error),
    };
    let rows = rows_of_task(conn, user, task).await?;
    let is_back = rows.iter().any(|row| row.is_pending() && row.due_at == at);
    if at <= now || !wants_another || is_back || had.state != ReminderState::Queued {
        return Ok(Vec::new());
    }
    let mut entries = withdraw(conn, user, task, false, |_| true).await?;
    entries.extend(queue(conn, user, New { task, at, snoozed: true, nags: 0 }).await?);
    Ok(entries)
}
