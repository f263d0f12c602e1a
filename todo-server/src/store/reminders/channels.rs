//! Who delivers what: the channels that a person has, and what becomes of reminders when these change.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use server_kit::{
    Error,
    db::Conn,
    journal::{self, Owner},
    on,
};
use todo_sdk::model::{Id, ReminderState};

use super::{Row, select};

/// The channel of those who have a chat with the bot.
pub const TELEGRAM: &str = "telegram";
/// The channel of those who have a webhook.
pub const WEBHOOK: &str = "webhook";

/// A channel, or whichever deliverer comes.
type Channel = Option<&'static str>;

/// The channels of a person, or one that is whichever deliverer comes.
#[must_use]
pub fn of_owner(owner: &Owner) -> Vec<Channel> {
    let has = [(owner.to_telegram, TELEGRAM), (owner.to_webhook, WEBHOOK)];
    let has: Vec<Channel> = has.into_iter().filter_map(|(has, channel)| has.then_some(Some(channel))).collect();
    if has.is_empty() { vec![None] } else { has }
}

/// The same, of a person whose row the caller has locked.
pub(super) async fn of_user(conn: &mut Conn<'_>, user: Id) -> Result<Vec<Channel>, Error> {
    Ok(of_owner(&journal::lock(conn, user).await?))
}

/// Hands what is still to come over to the channels that the person has now. The caller has locked the person's row.
///
/// # Errors
///
/// As the database says.
pub async fn adopt(conn: &mut Conn<'_>, user: Id) -> Result<(), Error> {
    let has = of_user(conn, user).await?;
    let rows: Vec<Row> = on!(&mut *conn, |c| sqlx::query_as(select!(
        "WHERE user_id = $1 AND task_id IN (SELECT p.task_id FROM reminders p WHERE p.user_id = $1 \
         AND p.next_at IS NOT NULL) ORDER BY id"
    ))
    .bind(user)
    .fetch_all(&mut *c)
    .await?);
    // One reminder is a row for each channel.
    let mut reminders: BTreeMap<(Id, DateTime<Utc>, i64, bool), Vec<Row>> = BTreeMap::new();
    for row in rows {
        reminders.entry((row.task_id, row.due_at, row.nags, row.snoozed)).or_default().push(row);
    }
    for rows in reminders.values() {
        hand_over(conn, rows, &has).await?;
    }
    Ok(())
}

async fn hand_over(conn: &mut Conn<'_>, rows: &[Row], has: &[Channel]) -> Result<(), Error> {
    let movable = |row: &&Row| row.is_pending() && row.state() != ReminderState::Leased && is_ours(row);
    let Some(example) = rows.iter().find(movable) else { return Ok(()) };
    let lacks = |channel: &&Channel| !rows.iter().any(|row| row.channel.as_deref() == **channel && tells(row));
    let mut missing: Vec<&Channel> = has.iter().filter(lacks).collect();
    // Somebody has told it, or will: it need not wait for whoever comes.
    if rows.iter().any(|row| tells(row) && (!movable(&row) || has.contains(&row.channel.as_deref()))) {
        missing.retain(|channel| channel.is_some());
    }
    for row in rows.iter().filter(movable).filter(|row| !has.contains(&row.channel.as_deref())) {
        match missing.pop() {
            Some(channel) => set_channel(conn, row.id, *channel).await?,
            None => delete(conn, row.id).await?,
        }
    }
    for channel in missing {
        copy(conn, example.id, *channel).await?;
    }
    Ok(())
}

/// Whether the channel is one that comes and goes with the person's settings.
fn is_ours(row: &Row) -> bool {
    row.channel.as_deref().is_none_or(|channel| channel == TELEGRAM || channel == WEBHOOK)
}

/// Whether it is told by this row, or will be.
pub(super) fn tells(row: &Row) -> bool {
    row.is_pending() || matches!(row.state(), ReminderState::Sent | ReminderState::Acknowledged | ReminderState::Leased)
}

async fn set_channel(conn: &mut Conn<'_>, id: Id, channel: Channel) -> Result<(), Error> {
    // What the other channel said about it is of no interest here; it is tried at once.
    on!(conn, |c| {
        sqlx::query(
        "UPDATE reminders SET channel = $2, state = 'queued', next_at = due_at, attempts = 0, reason = NULL WHERE id = $1",
    )
    .bind(id)
    .bind(channel)
    .execute(&mut *c)
    .await
    .map(|_| ())
    })?;
    Ok(())
}

async fn delete(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("DELETE FROM reminders WHERE id = $1").bind(id).execute(&mut *c).await.map(|_| ()))?;
    Ok(())
}

async fn copy(conn: &mut Conn<'_>, id: Id, channel: Channel) -> Result<(), Error> {
    on!(conn, |c| {
        sqlx::query(
        "INSERT INTO reminders (user_id, task_id, due_at, next_at, state, snoozed, nags, channel) \
         SELECT user_id, task_id, due_at, due_at, 'queued', snoozed, nags, CAST($2 AS TEXT) FROM reminders WHERE id = $1",
    )
    .bind(id)
    .bind(channel)
    .execute(&mut *c)
    .await
    .map(|_| ())
    })?;
    Ok(())
}
