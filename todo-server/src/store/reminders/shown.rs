//! Messages that show a person a task: which of them no longer say how it stands.
//!
//! What a message says and how far the person's journal was then are kept with it, and compared. So no write of a task knows
//! of messages, and none is missed, whoever was down meanwhile.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::{AssertSqlSafe, FromRow};
use todo_sdk::model::{Id, ReminderState, SettleShown, ShownReminder};

use super::settle::{ids, json_of};
use crate::store::{tasks, users::language_of};

/// How long a message is kept true.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Most messages that one claim compares.
const COMPARED: i64 = 1000;

/// What those have in common that may have to be changed.
macro_rules! behind {
    () => {
        "shown_reminders s JOIN users u ON u.id = s.user_id AND u.seq > s.seq \
         WHERE (s.leased_until IS NULL OR s.leased_until <= $1)"
    };
}

#[derive(FromRow)]
struct Behind {
    reminder_id: Id,
    user_id: Id,
    task_id: Id,
    chat_id: i64,
    message_id: String,
    shown: String,
    seq: i64,
    timezone: String,
    language: Option<String>,
    version: Option<i64>,
    state: Option<String>,
    snoozed_until: Option<DateTime<Utc>>,
}

impl Behind {
    /// What the message should say.
    fn truth(&self) -> String {
        match self.version {
            Some(version) => says(version, self.state.as_deref().unwrap_or_default(), self.snoozed_until),
            None => "gone".to_owned(),
        }
    }
}

fn says(version: i64, state: &str, snoozed_until: Option<DateTime<Utc>>) -> String {
    let until = snoozed_until.map(|until| until.timestamp().to_string()).unwrap_or_default();
    format!("{version} {state} {until}").trim_end().to_owned()
}

/// A message that shows a reminder.
pub(super) struct Message<'m> {
    pub(super) reminder: Id,
    pub(super) id: &'m str,
    /// Of the task, as it was shown; as it is now if absent.
    pub(super) version: Option<i64>,
}

/// Remembers a message that shows a reminder, if the person has a chat.
pub(super) async fn remember(conn: &mut Conn<'_>, now: DateTime<Utc>, message: &Message<'_>) -> Result<(), Error> {
    let sent = ReminderState::Sent.as_str();
    on!(conn, |c| sqlx::query(
        "INSERT INTO shown_reminders (reminder_id, user_id, task_id, chat_id, message_id, sent_at, shown) \
         SELECT r.id, r.user_id, r.task_id, g.chat_id, $2, $3, CAST(coalesce($4, t.version) AS TEXT) || $5 \
         FROM reminders r JOIN tasks t ON t.user_id = r.user_id AND t.id = r.task_id \
         JOIN telegram_users g ON g.id = \
         (SELECT min(x.id) FROM telegram_users x WHERE x.user_id = r.user_id AND x.blocked_at IS NULL) \
         WHERE r.id = $1 ON CONFLICT (reminder_id) DO UPDATE \
         SET chat_id = excluded.chat_id, message_id = excluded.message_id, shown = excluded.shown, seq = 0",
    )
    .bind(message.reminder)
    .bind(message.id)
    .bind(now)
    .bind(message.version)
    .bind(format!(" {sent}"))
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(())
}

/// Whether there may be something to claim.
///
/// # Errors
///
/// As the database says.
pub async fn any_behind(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Result<bool, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar(concat!("SELECT EXISTS (SELECT 1 FROM ", behind!(), ")"))
        .bind(now)
        .fetch_one(&mut *c)
        .await?))
}

/// The messages that no longer say how their tasks stand, to be changed by then.
///
/// # Errors
///
/// As the database says.
pub async fn claim(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    limit: i64,
    until: DateTime<Utc>,
) -> Result<Vec<ShownReminder>, Error> {
    let (changed, same): (Vec<_>, Vec<_>) =
        behind(conn, now).await?.into_iter().partition(|row| row.truth() != row.shown);
    for row in same {
        set(conn, row.reminder_id, &row.shown, row.seq).await?;
    }
    let mut claimed = Vec::new();
    for row in changed.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)) {
        let shown = row.truth();
        let task = match row.version {
            Some(_) => Some(tasks::get(conn, row.user_id, row.task_id).await?),
            None => None,
        };
        let state = row.state.as_deref();
        let state = ReminderState::ALL.into_iter().find(|known| Some(known.as_str()) == state);
        claimed.push(ShownReminder {
            id: row.reminder_id,
            chat_id: row.chat_id,
            message_id: row.message_id,
            task_id: row.task_id,
            task,
            state,
            snoozed_until: row.snoozed_until.filter(|_| state == Some(ReminderState::Snoozed)),
            language: row.language.as_deref().and_then(language_of),
            timezone: row.timezone,
            shown,
            seq: row.seq,
        });
    }
    lease(conn, &claimed, until).await?;
    Ok(claimed)
}

async fn behind(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Result<Vec<Behind>, Error> {
    // SQLite has one writer.
    let lock = match conn {
        Conn::Postgres(_) => "FOR UPDATE OF s SKIP LOCKED",
        Conn::Sqlite(_) => "",
    };
    let select = format!(
        "SELECT s.reminder_id, s.user_id, s.task_id, s.chat_id, s.message_id, s.shown, u.seq, u.timezone, \
         coalesce((SELECT g.language FROM telegram_users g WHERE g.chat_id = s.chat_id), u.language) AS language, \
         (SELECT t.version FROM tasks t WHERE t.user_id = s.user_id AND t.id = s.task_id) AS version, \
         (SELECT r.state FROM reminders r WHERE r.id = s.reminder_id) AS state, \
         (SELECT min(p.due_at) FROM reminders p WHERE p.user_id = s.user_id AND p.task_id = s.task_id AND p.snoozed \
          AND p.next_at IS NOT NULL) AS snoozed_until \
         FROM {} ORDER BY s.reminder_id LIMIT {COMPARED} {lock}",
        behind!()
    );
    Ok(on!(conn, |c| sqlx::query_as(AssertSqlSafe(select.as_str())).bind(now).fetch_all(&mut *c).await?))
}

async fn lease(conn: &mut Conn<'_>, claimed: &[ShownReminder], until: DateTime<Utc>) -> Result<(), Error> {
    let list = json_of(claimed.iter().map(|shown| shown.id));
    let update = format!("UPDATE shown_reminders SET leased_until = $2 WHERE reminder_id IN {}", ids(conn));
    on!(conn, |c| sqlx::query(AssertSqlSafe(update.as_str()))
        .bind(&list)
        .bind(until)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}

async fn set(conn: &mut Conn<'_>, id: Id, shown: &str, seq: i64) -> Result<(), Error> {
    on!(conn, |c| sqlx::query(
        "UPDATE shown_reminders SET shown = $2, seq = $3, leased_until = NULL WHERE reminder_id = $1",
    )
    .bind(id)
    .bind(shown)
    .bind(seq)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(())
}

/// Messages were changed, or can't be any more.
///
/// # Errors
///
/// As the database says.
pub async fn settle(conn: &mut Conn<'_>, settle: &SettleShown) -> Result<(), Error> {
    for message in &settle.changed {
        set(conn, message.id, &message.shown, message.seq).await?;
    }
    let list = json_of(settle.gone.iter().copied());
    let delete = format!("DELETE FROM shown_reminders WHERE reminder_id IN {}", ids(conn));
    on!(conn, |c| sqlx::query(AssertSqlSafe(delete.as_str())).bind(&list).execute(&mut *c).await.map(|_| ()))?;
    Ok(())
}

/// Forgets messages of long ago.
///
/// # Errors
///
/// As the database says.
pub async fn purge(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("DELETE FROM shown_reminders WHERE sent_at < $1")
        .bind(now - KEPT)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}
