//! Reminders: rows that follow their task, are claimed when they are due, and tell what became of them.
//!
//! A task has at most one row for each channel that may still be claimed. Whatever changes the task calls [`follow`] in its
//! transaction.

mod channels;
mod claim;
mod fail;
mod follow;
mod gather;
mod restore;
mod settle;
pub mod shown;
pub mod snooze;

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::FromRow;
use todo_sdk::model::{Id, ReminderRow, ReminderState};

pub use channels::{TELEGRAM, WEBHOOK, adopt, of_owner};
pub use claim::{Claim, Claimed, Leased, Turns, claim, next_due};
pub use fail::failed;
pub use follow::{first, follow, gone_with, undisturbed};
pub use restore::{reopened, restore, take_up};
pub use settle::{Lost, Settled, sent, shown};

/// A reminder as the database keeps it.
#[derive(Debug, Clone, FromRow)]
struct Row {
    id: Id,
    user_id: Id,
    task_id: Id,
    due_at: DateTime<Utc>,
    state: String,
    snoozed: bool,
    channel: Option<String>,
    lease: Option<String>,
    attempts: i64,
    sent_at: Option<DateTime<Utc>>,
    message_id: Option<String>,
    reason: Option<String>,
    next_at: Option<DateTime<Utc>>,
    nags: i64,
    gathered_in: Option<Id>,
}

/// Its columns, for a `SELECT` or a `RETURNING`.
macro_rules! columns {
    () => {
        "id, user_id, task_id, due_at, state, snoozed, channel, lease, attempts, sent_at, message_id, reason, next_at, \
         nags, gathered_in"
    };
}
use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", $crate::store::reminders::columns!(), " FROM reminders ", $rest)
    };
}
use select;

impl Row {
    fn state(&self) -> ReminderState {
        let name = &self.state;
        ReminderState::ALL.into_iter().find(|state| state.as_str() == name).unwrap_or(ReminderState::Queued)
    }

    fn is_pending(&self) -> bool {
        self.next_at.is_some()
    }
}

impl From<Row> for ReminderRow {
    fn from(row: Row) -> Self {
        let late = |at: DateTime<Utc>| (at - row.due_at).num_seconds().max(0);
        Self {
            id: row.id,
            task_id: row.task_id,
            late_by_seconds: row.sent_at.map(late),
            state: row.state(),
            channel: row.channel,
            due_at: row.due_at,
            sent_at: row.sent_at,
            message_id: row.message_id,
            attempts: row.attempts,
            reason: row.reason,
            snoozed: row.snoozed,
            nags: row.nags,
        }
    }
}

async fn get(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Row, Error> {
    let row = on!(conn, |c| sqlx::query_as(select!("WHERE user_id = $1 AND id = $2"))
        .bind(user)
        .bind(id)
        .fetch_optional(&mut *c)
        .await?);
    row.ok_or(Error::NotFound("reminder"))
}

async fn rows_of_task(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<Vec<Row>, Error> {
    Ok(on!(conn, |c| sqlx::query_as(select!("WHERE user_id = $1 AND task_id = $2 ORDER BY id"))
        .bind(user)
        .bind(task)
        .fetch_all(&mut *c)
        .await?))
}

/// The ledger of a task, the oldest first.
///
/// # Errors
///
/// As the database says.
pub async fn of_task(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<Vec<ReminderRow>, Error> {
    Ok(rows_of_task(conn, user, task).await?.into_iter().map(ReminderRow::from).collect())
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
