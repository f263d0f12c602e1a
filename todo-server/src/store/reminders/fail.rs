//! Reminders that could not be delivered.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, journal, journal::Entry, on};
use todo_sdk::model::{Id, ReminderFailed, ReminderState};

use super::{
    Row, TELEGRAM, WEBHOOK, adopt,
    follow::{New, queue},
    get, select,
    settle::{End, Lost, Settled, claimed_with, json_of, load, lock_owners, settle_row},
};
use crate::store::{telegram, webhooks};

/// Deliveries that are tried before a reminder is given up.
pub(super) const ATTEMPTS_MAX: i64 = 10;
/// How long to wait after the first failure; twice as long after each further one.
const BACKOFF: TimeDelta = TimeDelta::seconds(15);
/// The longest that is waited.
const BACKOFF_MAX: TimeDelta = TimeDelta::hours(1);
/// The longest that a deliverer may ask to wait.
const RETRY_AFTER_MAX: TimeDelta = TimeDelta::days(1);
/// Most characters of a reason that are kept.
const REASON_MAX: usize = 500;

/// A leased reminder could not be delivered: it is tried again later, or given up; where the channel is closed for good, it
/// is switched off, and the reminder goes to the person's other channels, or waits for one.
///
/// # Errors
///
/// As the database says; what is not the deliverer's is in [`Settled::lost`].
pub async fn failed(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    client: &str,
    id: Id,
    failure: &ReminderFailed,
) -> Result<Settled, Error> {
    let list = json_of([id]);
    lock_owners(conn, &list).await?;
    let heads = load(conn, "id", &list).await?;
    let head = match claimed_with(heads.first(), &failure.lease) {
        Ok(told) if told.row.state() == ReminderState::Leased => &told.row,
        Ok(told) => return Ok(Settled { rows: vec![told.row.clone().into()], ..Settled::default() }),
        Err(error) => return Ok(Settled { lost: vec![Lost { id, error }], ..Settled::default() }),
    };
    let mut rows = vec![head.clone()];
    let gathered = load(conn, "gathered_in", &list).await?;
    rows.extend(gathered.into_iter().map(|told| told.row).filter(|row| row.lease == head.lease));
    let user = head.user_id;
    let reason: String = failure.reason.chars().take(REASON_MAX).collect();
    let mut entries = Vec::new();
    for row in &rows {
        entries.push((user, settle_row(conn, row.clone(), &end_of(row, now, failure, &reason)).await?));
    }
    on!(&mut *conn, |c| sqlx::query("UPDATE reminders SET gathered_in = NULL WHERE gathered_in = $1")
        .bind(id)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    if failure.blocked && !is_switched(head) {
        release(conn, user, &failure.lease).await?;
        adopt(conn, user).await?;
    } else if failure.blocked {
        switch_off(conn, now, head, &reason).await?;
        for row in rows.iter().filter(|row| row.is_pending()) {
            let more = elsewhere(conn, row).await?;
            entries.extend(more.into_iter().map(|entry| (user, entry)));
        }
        adopt(conn, user).await?;
    }
    journal::append_all(conn, client, now, entries).await?;
    let row = get(conn, user, id).await?.into();
    Ok(Settled { rows: vec![row], users: vec![user], ..Settled::default() })
}

fn end_of<'r>(row: &Row, now: DateTime<Utc>, failure: &ReminderFailed, reason: &'r str) -> End<'r> {
    let reason = Some(reason);
    // One that was withdrawn meanwhile is not tried again.
    if (failure.blocked && is_switched(row)) || !row.is_pending() || row.attempts >= ATTEMPTS_MAX {
        return End { reason, ..End::of(ReminderState::Dead) };
    }
    let asked = failure.retry_after.map(|seconds| TimeDelta::seconds(seconds.into()).min(RETRY_AFTER_MAX));
    let pause = match asked {
        Some(asked) => asked,
        // The same deliverer may come for it again.
        None if failure.blocked => BACKOFF_MAX,
        None => backoff(row.attempts),
    };
    End { next_at: Some(now + pause), reason, ..End::of(ReminderState::Failed) }
}

/// Whether its channel is one that can be switched off.
fn is_switched(row: &Row) -> bool {
    matches!(row.channel.as_deref(), Some(TELEGRAM | WEBHOOK))
}

async fn switch_off(conn: &mut Conn<'_>, now: DateTime<Utc>, row: &Row, reason: &str) -> Result<(), Error> {
    match row.channel.as_deref() {
        Some(WEBHOOK) => webhooks::disable(conn, row.user_id, now, reason).await,
        _ => telegram::set_blocked(conn, row.user_id, Some(now)).await,
    }
}

/// Leaves what was leased together to whichever deliverer comes.
async fn release(conn: &mut Conn<'_>, user: Id, lease: &str) -> Result<(), Error> {
    on!(conn, |c| sqlx::query(
        "UPDATE reminders SET channel = NULL WHERE user_id = $1 AND lease = $2 AND next_at IS NOT NULL",
    )
    .bind(user)
    .bind(lease)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(())
}

/// Queues what a closed channel could not tell, unless another channel has it.
async fn elsewhere(conn: &mut Conn<'_>, row: &Row) -> Result<Vec<Entry>, Error> {
    let siblings: Vec<Row> = on!(&mut *conn, |c| sqlx::query_as(select!(
        "WHERE user_id = $1 AND task_id = $2 AND due_at = $3 AND id <> $4 AND state <> 'dead' ORDER BY id"
    ))
    .bind(row.user_id)
    .bind(row.task_id)
    .bind(row.due_at)
    .bind(row.id)
    .fetch_all(&mut *c)
    .await?);
    if !siblings.is_empty() {
        return Ok(Vec::new());
    }
    queue(conn, row.user_id, New { task: row.task_id, at: row.due_at, snoozed: row.snoozed, nags: row.nags }).await
}

fn backoff(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    BACKOFF.checked_mul(1 << doublings).unwrap_or(BACKOFF_MAX).min(BACKOFF_MAX)
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
