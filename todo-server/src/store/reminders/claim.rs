//! Leasing what is due to one claimant at a time.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::{FromRow, QueryBuilder};
use todo_sdk::model::{ClaimedReminder, Id};

use crate::store::tasks;

/// The channel that needs a chat.
const TELEGRAM: &str = "telegram";

/// Who claims what.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The channel that delivers.
    pub channel: String,
    /// Proves the claim when it is settled.
    pub lease: String,
    /// At most so many.
    pub limit: i64,
    /// Those that are not settled by then return to the queue.
    pub until: DateTime<Utc>,
}

/// Leases what is due, the longest due first, to one claimant at a time.
///
/// # Errors
///
/// As the database says.
pub async fn claim(conn: &mut Conn<'_>, now: DateTime<Utc>, claim: &Claim) -> Result<Vec<ClaimedReminder>, Error> {
    // On PostgreSQL, claimants pass by what others are about to take; SQLite has one writer.
    let lock = if matches!(conn, Conn::Postgres(_)) { " FOR UPDATE SKIP LOCKED" } else { "" };
    let claimed: Vec<(Id,)> = on!(&mut *conn, |c| {
        // Once, whatever the planner thinks of it.
        let mut update =
            QueryBuilder::new("WITH due AS MATERIALIZED (SELECT r.id FROM reminders r WHERE r.next_at <= ");
        update.push_bind(now);
        if claim.channel == TELEGRAM {
            update.push(" AND EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = r.user_id)");
        }
        update.push(" ORDER BY r.next_at, r.id LIMIT ").push_bind(claim.limit).push(lock);
        update.push(") UPDATE reminders SET state = 'leased', attempts = attempts + 1, channel = ");
        update.push_bind(&claim.channel).push(", lease = ").push_bind(&claim.lease);
        update.push(", next_at = ").push_bind(claim.until);
        update.push(" WHERE id IN (SELECT id FROM due) RETURNING id");
        update.build_query_as().fetch_all(&mut *c).await?
    });
    if claimed.is_empty() { Ok(Vec::new()) } else { details(conn, now, &claim.lease).await }
}

#[derive(FromRow)]
struct Detail {
    id: Id,
    user_id: Id,
    task_id: Id,
    due_at: DateTime<Utc>,
    attempts: i64,
    channel: String,
    snoozed: bool,
    chat_id: Option<i64>,
    language: Option<String>,
    timezone: String,
}

/// What a deliverer needs to know of all that it leased.
async fn details(conn: &mut Conn<'_>, now: DateTime<Utc>, lease: &str) -> Result<Vec<ClaimedReminder>, Error> {
    let rows: Vec<Detail> = on!(&mut *conn, |c| sqlx::query_as(
        "SELECT r.id, r.user_id, r.task_id, r.due_at, r.attempts, r.channel, r.snoozed, u.timezone, \
         (SELECT min(g.chat_id) FROM telegram_users g WHERE g.user_id = r.user_id) AS chat_id, \
         coalesce((SELECT min(g.language) FROM telegram_users g WHERE g.user_id = r.user_id), u.language) AS language \
         FROM reminders r JOIN users u ON u.id = r.user_id WHERE r.lease = $1 AND r.state = 'leased' \
         ORDER BY r.due_at, r.id",
    )
    .bind(lease)
    .fetch_all(&mut *c)
    .await?);
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        claimed.push(ClaimedReminder {
            id: row.id,
            lease: lease.to_owned(),
            attempt: row.attempts,
            channel: row.channel,
            due_at: row.due_at,
            late_by_seconds: (now - row.due_at).num_seconds().max(0),
            snoozed: row.snoozed,
            task: tasks::get(conn, row.user_id, row.task_id).await?,
            chat_id: row.chat_id,
            language: row.language.and_then(|language| serde_json::from_value(language.into()).ok()),
            timezone: row.timezone,
        });
    }
    Ok(claimed)
}

/// When the next one falls due, if it is the channel's.
///
/// # Errors
///
/// As the database says.
pub async fn next_due(conn: &mut Conn<'_>) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar("SELECT min(next_at) FROM reminders WHERE next_at IS NOT NULL")
        .fetch_one(&mut *c)
        .await?))
}
