//! Reminders: rows that follow their task, are claimed when they are due, and tell what became of them.
//!
//! A task has at most one row that may still be claimed. Whatever changes the task calls [`follow`] in its transaction.

mod claim;

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, journal::Entry, on};
use sqlx::FromRow;
use todo_sdk::model::{EventKind, Id, ReminderRow, ReminderState, Task};

pub use claim::{Claim, claim, next_due};

use super::tasks;

/// Deliveries that are tried before a reminder is given up.
const ATTEMPTS_MAX: i64 = 10;
/// How long to wait after the first failure; twice as long after each further one.
const BACKOFF: TimeDelta = TimeDelta::seconds(15);
/// The longest that is waited.
const BACKOFF_MAX: TimeDelta = TimeDelta::hours(1);

#[derive(Debug, FromRow)]
struct Row {
    id: Id,
    task_id: Id,
    due_at: DateTime<Utc>,
    state: String,
    channel: Option<String>,
    lease: Option<String>,
    attempts: i64,
    sent_at: Option<DateTime<Utc>>,
    message_id: Option<String>,
    reason: Option<String>,
    next_at: Option<DateTime<Utc>>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, due_at, state, channel, lease, attempts, sent_at, message_id, reason, next_at \
             FROM reminders ",
            $rest
        )
    };
}

fn state(name: &str) -> ReminderState {
    ReminderState::ALL.into_iter().find(|state| state.as_str() == name).unwrap_or(ReminderState::Queued)
}

impl From<Row> for ReminderRow {
    fn from(row: Row) -> Self {
        let late = |at: DateTime<Utc>| (at - row.due_at).num_seconds().max(0);
        Self {
            id: row.id,
            task_id: row.task_id,
            late_by_seconds: row.sent_at.map(late),
            state: state(&row.state),
            channel: row.channel,
            due_at: row.due_at,
            sent_at: row.sent_at,
            message_id: row.message_id,
            attempts: row.attempts,
            reason: row.reason,
        }
    }
}

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
    if had == wants && !completes {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    if before.is_some() {
        entries = withdraw(conn, user, task.id, completes).await?;
    }
    if let Some(at) = wants.filter(|at| had != wants && (asked || *at > now)) {
        entries.push(queue(conn, user, task.id, at, false).await?);
    }
    Ok(entries)
}

async fn queue(conn: &mut Conn<'_>, user: Id, task: Id, at: DateTime<Utc>, snoozed: bool) -> Result<Entry, Error> {
    let id: Id = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO reminders (user_id, task_id, due_at, next_at, state, snoozed) \
         VALUES ($1, $2, $3, $3, 'queued', $4) RETURNING id",
    )
    .bind(user)
    .bind(task)
    .bind(at)
    .bind(snoozed)
    .fetch_one(&mut *c)
    .await?);
    let row = get(conn, user, id).await?;
    Entry::created(EventKind::ReminderCreated, id, &ReminderRow::from(row))
}

/// Takes back what is pending of a task; a completion answers what was sent.
async fn withdraw(conn: &mut Conn<'_>, user: Id, task: Id, completes: bool) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Row> = on!(conn, |c| sqlx::query_as(select!("WHERE user_id = $1 AND task_id = $2 ORDER BY id"))
        .bind(user)
        .bind(task)
        .fetch_all(&mut *c)
        .await?);
    let mut entries = Vec::new();
    for row in rows {
        let (id, pending) = (row.id, row.next_at.is_some());
        match state(&row.state) {
            ReminderState::Queued => {
                on!(conn, |c| sqlx::query("DELETE FROM reminders WHERE id = $1")
                    .bind(id)
                    .execute(&mut *c)
                    .await
                    .map(|_| ()))?;
                entries.push(Entry::deleted(EventKind::ReminderDeleted, id, &ReminderRow::from(row))?);
            }
            // Whoever has it may still say that it was sent; it does not come back to the queue.
            ReminderState::Leased if pending => {
                settle(conn, id, &Settled::of(ReminderState::Leased)).await?;
            }
            ReminderState::Failed if pending => {
                let after = Settled { reason: Some("the task was changed"), ..Settled::of(ReminderState::Dead) };
                entries.push(settle_row(conn, user, row, &after).await?);
            }
            ReminderState::Sent if completes => {
                entries.push(settle_row(conn, user, row, &Settled::of(ReminderState::Acknowledged)).await?);
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

/// How a row is left. What is absent stays.
struct Settled<'s> {
    state: ReminderState,
    next_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    message_id: Option<&'s str>,
    reason: Option<&'s str>,
}

impl Settled<'_> {
    fn of(state: ReminderState) -> Self {
        Self { state, next_at: None, sent_at: None, message_id: None, reason: None }
    }
}

async fn settle(conn: &mut Conn<'_>, id: Id, to: &Settled<'_>) -> Result<(), Error> {
    on!(conn, |c| sqlx::query(
        "UPDATE reminders SET state = $2, next_at = $3, sent_at = coalesce($4, sent_at), \
         message_id = coalesce($5, message_id), reason = coalesce($6, reason) WHERE id = $1",
    )
    .bind(id)
    .bind(to.state.as_str())
    .bind(to.next_at)
    .bind(to.sent_at)
    .bind(to.message_id)
    .bind(to.reason)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(())
}

async fn settle_row(conn: &mut Conn<'_>, user: Id, before: Row, to: &Settled<'_>) -> Result<Entry, Error> {
    let id = before.id;
    settle(conn, id, to).await?;
    let after = ReminderRow::from(get(conn, user, id).await?);
    Entry::updated(EventKind::ReminderUpdated, id, &ReminderRow::from(before), &after)
}

async fn get(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Row, Error> {
    let row = on!(conn, |c| sqlx::query_as(select!("WHERE user_id = $1 AND id = $2"))
        .bind(user)
        .bind(id)
        .fetch_optional(&mut *c)
        .await?);
    row.ok_or(Error::NotFound("reminder"))
}

/// The ledger of a task, the oldest first.
///
/// # Errors
///
/// As the database says.
pub async fn of_task(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<Vec<ReminderRow>, Error> {
    let rows: Vec<Row> = on!(conn, |c| sqlx::query_as(select!("WHERE user_id = $1 AND task_id = $2 ORDER BY id"))
        .bind(user)
        .bind(task)
        .fetch_all(&mut *c)
        .await?);
    Ok(rows.into_iter().map(ReminderRow::from).collect())
}

/// What is still to come of a person's reminders, the next first.
///
/// # Errors
///
/// As the database says.
pub async fn pending(conn: &mut Conn<'_>, user: Id, limit: i64) -> Result<Vec<ReminderRow>, Error> {
    let rows: Vec<Row> = on!(conn, |c| sqlx::query_as(select!(
        "WHERE user_id = $1 AND next_at IS NOT NULL ORDER BY due_at, id LIMIT $2"
    ))
    .bind(user)
    .bind(limit)
    .fetch_all(&mut *c)
    .await?);
    Ok(rows.into_iter().map(ReminderRow::from).collect())
}

/// Whose reminder it is.
///
/// # Errors
///
/// 404 if there is none.
pub async fn owner(conn: &mut Conn<'_>, id: Id) -> Result<Id, Error> {
    let user = on!(conn, |c| sqlx::query_scalar("SELECT user_id FROM reminders WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *c)
        .await?);
    user.ok_or(Error::NotFound("reminder"))
}

/// The reminder, if it was claimed last with this lease.
async fn claimed_with(conn: &mut Conn<'_>, user: Id, id: Id, lease: &str) -> Result<Row, Error> {
    let row = get(conn, user, id).await?;
    if row.lease.as_deref() == Some(lease) {
        return Ok(row);
    }
    let detail = "another claim has taken this reminder since, or its task was changed".to_owned();
    Err(Error::Conflict { code: "lease_lost", detail })
}

/// A leased reminder was delivered. Said twice it is as if said once. The caller has locked the person's row.
///
/// # Errors
///
/// 404, and 409 if the lease is another's by now.
pub async fn sent(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    id: Id,
    lease: &str,
    message_id: Option<&str>,
) -> Result<(ReminderRow, Vec<Entry>), Error> {
    let row = claimed_with(conn, user, id, lease).await?;
    if state(&row.state) != ReminderState::Leased {
        return Ok((row.into(), Vec::new()));
    }
    let to = Settled { sent_at: Some(now), message_id, ..Settled::of(ReminderState::Sent) };
    let entry = settle_row(conn, user, row, &to).await?;
    Ok((get(conn, user, id).await?.into(), vec![entry]))
}

/// A leased reminder could not be delivered: it is tried again later, or given up. The caller has locked the person's
/// row.
///
/// # Errors
///
/// 404, and 409 if the lease is another's by now.
pub async fn failed(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    id: Id,
    lease: &str,
    reason: &str,
    retry_after: Option<TimeDelta>,
) -> Result<(ReminderRow, Vec<Entry>), Error> {
    let row = claimed_with(conn, user, id, lease).await?;
    if state(&row.state) != ReminderState::Leased {
        return Ok((row.into(), Vec::new()));
    }
    // One that was withdrawn meanwhile is not tried again.
    let again = row.next_at.is_some() && row.attempts < ATTEMPTS_MAX;
    let pause = retry_after.unwrap_or_else(|| backoff(row.attempts));
    let to = match again {
        true => Settled { next_at: Some(now + pause), reason: Some(reason), ..Settled::of(ReminderState::Failed) },
        false => Settled { reason: Some(reason), ..Settled::of(ReminderState::Dead) },
    };
    let entry = settle_row(conn, user, row, &to).await?;
    Ok((get(conn, user, id).await?.into(), vec![entry]))
}

fn backoff(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    BACKOFF.checked_mul(1 << doublings).unwrap_or(BACKOFF_MAX).min(BACKOFF_MAX)
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
    let mut entries = withdraw(conn, user, task.id, false).await?;
    // One that was never sent is gone now.
    if let Ok(row) = get(conn, user, id).await {
        entries.push(settle_row(conn, user, row, &Settled::of(ReminderState::Snoozed)).await?);
    }
    entries.push(queue(conn, user, task.id, until, true).await?);
    let new = of_task(conn, user, task.id).await?.pop().ok_or(Error::NotFound("reminder"))?;
    Ok((new, entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_tried_again_later_and_later() {
        let pauses: Vec<i64> = (1..=10).map(|attempts| backoff(attempts).num_seconds()).collect();
        assert_eq!(pauses, [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(backoff(1000), BACKOFF_MAX);
    }
}
