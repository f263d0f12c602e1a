//! What a change of a task does to its reminders.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, journal::Entry, on};
use todo_sdk::model::{EventKind, Id, ReminderRow, ReminderState, Task};

use super::{
    Row,
    channels::of_user,
    columns, of_task, rows_of_task,
    settle::{End, NAGS_MAX, settle_row},
};

/// What the ledger tells of one that was to be delivered, or was being delivered, when its task no longer wanted it.
pub(super) const WITHDRAWN: &str = "the task was changed";

/// When a task wants to remind.
fn wish(task: &Task) -> Option<DateTime<Utc>> {
    task.remind_time.filter(|_| !task.completed)
}

/// When a task that was just made is to remind for the first time; see [`follow`].
pub fn first(task: &Task, now: DateTime<Utc>, asked: bool) -> Option<DateTime<Utc>> {
    wish(task).filter(|at| asked || *at > now)
}

/// Whether a change of a task leaves its reminders alone, as long as it has none where it is completed.
pub fn undisturbed(before: &Task, after: &Task) -> bool {
    wish(before) == wish(after) && before.nag_seconds == after.nag_seconds && after.completed >= before.completed
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
    if had == wants && !completes {
        return match before {
            Some(before) if before.nag_seconds != task.nag_seconds => follow_nag(conn, user, now, task).await,
            _ => Ok(Vec::new()),
        };
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

/// Has a reminder that was told already come again as its task now wants it, or no more.
async fn follow_nag(conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>, task: &Task) -> Result<Vec<Entry>, Error> {
    let rows = rows_of_task(conn, user, task.id).await?;
    let mut entries = withdraw(conn, user, task.id, false, |row| row.nags > 0).await?;
    if !rows.iter().any(|row| row.nags == 0 && row.is_pending()) {
        // What a deletion took along is told by nothing but what was to come.
        let pending = rows.iter().find(|row| row.is_pending()).map(|row| (now, row.nags, row.snoozed));
        entries.extend(nag_after(conn, user, now, task, last_told(&rows, now).or(pending)).await?);
    }
    Ok(entries)
}

/// When a task's reminder was told last, which of its repetitions comes next, and whether it was put off.
type Told = (DateTime<Utc>, i64, bool);

/// Of these rows of one task, the one that was told last.
fn last_told(rows: &[Row], now: DateTime<Utc>) -> Option<Told> {
    let told = |row: &&Row| matches!(row.state(), ReminderState::Sent | ReminderState::Acknowledged);
    rows.iter().rev().find(told).map(|row| (row.sent_at.unwrap_or(now), row.nags + 1, row.snoozed))
}

/// Has a reminder that was told come again after the pause that its task wants.
async fn nag_after(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    task: &Task,
    told: Option<Told>,
) -> Result<Vec<Entry>, Error> {
    let pause = task.nag_seconds.filter(|_| wish(task).is_some());
    let (Some(pause), Some((told_at, nags, snoozed))) = (pause, told.filter(|(_, nags, _)| *nags <= NAGS_MAX)) else {
        return Ok(Vec::new());
    };
    let at = (told_at + TimeDelta::seconds(pause)).max(now);
    queue(conn, user, New { task: task.id, at, snoozed, nags }).await
}

/// Has a task that is open again remind until it is done, where it wants that and its time has passed.
///
/// # Errors
///
/// As the database says.
pub(super) async fn nag_again(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    task: &Task,
) -> Result<Vec<Entry>, Error> {
    if wish(task).is_none_or(|at| at > now) {
        return Ok(Vec::new());
    }
    let rows = rows_of_task(conn, user, task.id).await?;
    if rows.iter().any(Row::is_pending) {
        return Ok(Vec::new());
    }
    // One that fell due meanwhile comes after a pause as well, and only as long as the task wants that.
    let told = last_told(&rows, now).map_or((now, 1, false), |(_, nags, snoozed)| (now, nags, snoozed));
    nag_after(conn, user, now, task, Some(told)).await
}

/// A reminder to come.
#[derive(Clone, Copy)]
pub(super) struct New {
    pub(super) task: Id,
    pub(super) at: DateTime<Utc>,
    pub(super) snoozed: bool,
    pub(super) nags: i64,
}

/// Queues a reminder for each channel that the person has.
pub(super) async fn queue(conn: &mut Conn<'_>, user: Id, new: New) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for channel in of_user(conn, user).await? {
        entries.push(queue_for(conn, user, new, channel).await?);
    }
    Ok(entries)
}

/// Queues a reminder for one channel, or for whichever comes.
pub(super) async fn queue_for(conn: &mut Conn<'_>, user: Id, new: New, channel: Option<&str>) -> Result<Entry, Error> {
    let New { task, at, snoozed, nags } = new;
    let row: Row = on!(conn, |c| sqlx::query_as(concat!(
        "INSERT INTO reminders (user_id, task_id, due_at, next_at, state, snoozed, nags, channel) \
         VALUES ($1, $2, $3, $3, 'queued', $4, $5, $6) RETURNING ",
        columns!()
    ))
    .bind(user)
    .bind(task)
    .bind(at)
    .bind(snoozed)
    .bind(nags)
    .bind(channel)
    .fetch_one(&mut *c)
    .await?);
    Entry::created(EventKind::ReminderCreated, row.id, &ReminderRow::from(row))
}

/// Takes back what is pending of a task; a completion answers what was sent.
pub(super) async fn withdraw(
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
            state @ (ReminderState::Leased | ReminderState::Failed) if row.is_pending() => {
                let state = if state == ReminderState::Failed { ReminderState::Dead } else { state };
                let end = End { reason: Some(WITHDRAWN), ..End::of(state) };
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
