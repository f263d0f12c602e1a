//! Reading the journal.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use server_kit::{
    Error,
    db::{Conn, LOT, is_lot},
    on,
};
use sqlx::FromRow;
use todo_sdk::model::{Id, ReminderRow};

/// An entry as the database keeps it: resources are JSON already.
#[derive(Debug, FromRow)]
pub struct Row {
    /// Number in the person's journal.
    pub seq: i64,
    /// Number of the first entry of the same call.
    pub action: i64,
    at: DateTime<Utc>,
    /// What happened, e.g. `task.created`.
    pub event: String,
    client: String,
    /// Which resource.
    pub resource_id: Id,
    /// The resource before; absent if it was made.
    pub before: Option<String>,
    /// The resource after; absent if it is gone.
    pub after: Option<String>,
}

/// [`todo_sdk::model::Change`] without taking the resource apart and putting it together again.
#[derive(Debug, Serialize)]
pub struct Wire<'r> {
    seq: i64,
    at: DateTime<Utc>,
    event: &'r str,
    client: &'r str,
    resource: &'r RawValue,
}

impl Row {
    /// The entry as it is answered.
    ///
    /// # Errors
    ///
    /// 500 if what is kept is no JSON.
    pub fn wire(&self) -> Result<Wire<'_>, Error> {
        let resource = self.after.as_deref().or(self.before.as_deref()).unwrap_or("null");
        let resource = serde_json::from_str(resource).map_err(Error::internal)?;
        let Self { seq, at, event, client, .. } = self;
        Ok(Wire { seq: *seq, at: *at, event, client, resource })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, action, at, event, client, resource_id, before, after FROM changes WHERE user_id = $1 ",
            $rest
        )
    };
}

/// What a deliverer did is nothing that the person would want to take back; only people put reminders off.
macro_rules! by_person {
    () => {
        "(event NOT LIKE 'reminder.%' OR (event = 'reminder.updated' \
         AND (after LIKE '%\"state\":\"snoozed\"%' OR before LIKE '%\"state\":\"snoozed\"%')))"
    };
}

/// How far the journal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The oldest entry that is kept.
    first: Option<i64>,
    /// The newest there has been.
    pub last: i64,
}

impl Reach {
    /// Whether everything behind `since` is there. From 0 on, whatever is there is.
    ///
    /// # Errors
    ///
    /// 410 if it isn't.
    pub fn check(self, since: i64) -> Result<(), Error> {
        let has_next = self.first.is_some_and(|first| first <= since + 1) || since == self.last;
        if since == 0 || (has_next && since <= self.last) {
            return Ok(());
        }
        let detail = "the journal does not reach back to there; load everything anew and go on from its newest entry";
        Err(Error::Gone { code: "journal_trimmed", detail: detail.to_owned() })
    }
}

/// How far the person's journal reaches.
///
/// # Errors
///
/// 404 if the account is gone.
pub async fn reach(conn: &mut Conn<'_>, user: Id) -> Result<Reach, Error> {
    let row: Option<(i64, Option<i64>)> = on!(conn, |c| sqlx::query_as(
        "SELECT seq, (SELECT min(seq) FROM changes WHERE user_id = $1) FROM users WHERE id = $1",
    )
    .bind(user)
    .fetch_optional(&mut *c)
    .await?);
    let (last, first) = row.ok_or(Error::NotFound("user"))?;
    Ok(Reach { first, last })
}

/// Entries behind `since`, the oldest first.
///
/// # Errors
///
/// As the database says.
pub async fn behind(conn: &mut Conn<'_>, user: Id, since: i64, limit: i64) -> Result<Vec<Row>, Error> {
    Ok(on!(conn, |c| sqlx::query_as(select!("AND seq > $2 ORDER BY seq LIMIT $3"))
        .bind(user)
        .bind(since)
        .bind(limit)
        .fetch_all(&mut *c)
        .await?))
}

/// Entries before `before`, the newest first.
///
/// # Errors
///
/// As the database says.
pub async fn before(conn: &mut Conn<'_>, user: Id, before: i64, limit: i64) -> Result<Vec<Row>, Error> {
    Ok(on!(conn, |c| sqlx::query_as(select!("AND seq < $2 ORDER BY seq DESC LIMIT $3"))
        .bind(user)
        .bind(before)
        .bind(limit)
        .fetch_all(&mut *c)
        .await?))
}

/// Everything that the call did to which the entry `seq` belongs; the oldest first.
///
/// # Errors
///
/// As the database says.
pub async fn action(conn: &mut Conn<'_>, user: Id, seq: i64) -> Result<Vec<Row>, Error> {
    // The rows of a call lie together, and its first one bears its number.
    Ok(on!(conn, |c| sqlx::query_as(select!(
        "AND seq >= (SELECT action FROM changes WHERE user_id = $1 AND seq = $2) \
         AND action = (SELECT action FROM changes WHERE user_id = $1 AND seq = $2) ORDER BY seq"
    ))
    .bind(user)
    .bind(seq)
    .fetch_all(&mut *c)
    .await?))
}

/// The same of the last call that a person made, or of the last one before the entry `before`.
///
/// # Errors
///
/// As the database says.
pub async fn last_action(conn: &mut Conn<'_>, user: Id, before: Option<i64>) -> Result<Vec<Row>, Error> {
    let last: Option<i64> = on!(&mut *conn, |c| sqlx::query_scalar(concat!(
        "SELECT seq FROM changes WHERE user_id = $1 AND seq < $2 AND ",
        by_person!(),
        " ORDER BY seq DESC LIMIT 1"
    ))
    .bind(user)
    .bind(before.unwrap_or(i64::MAX))
    .fetch_optional(&mut *c)
    .await?);
    match last {
        Some(seq) => action(conn, user, seq).await,
        None => Ok(Vec::new()),
    }
}

/// Whether something happened to the entry's resource after it.
///
/// # Errors
///
/// As the database says.
pub async fn has_newer(conn: &mut Conn<'_>, user: Id, row: &Row) -> Result<bool, Error> {
    let kind = row.event.split('.').next().unwrap_or_default();
    let newer: Option<i64> = on!(conn, |c| sqlx::query_scalar(
        "SELECT seq FROM changes WHERE user_id = $1 AND seq > $2 AND resource_id = $3 AND event LIKE $4 LIMIT 1",
    )
    .bind(user)
    .bind(row.seq)
    .bind(row.resource_id)
    .bind(format!("{kind}.%"))
    .fetch_optional(&mut *c)
    .await?);
    Ok(newer.is_some())
}

/// The reminders that went with what happened at that moment.
///
/// # Errors
///
/// As the database says.
pub async fn reminders_deleted_at(conn: &mut Conn<'_>, user: Id, at: DateTime<Utc>) -> Result<Vec<ReminderRow>, Error> {
    let rows: Vec<String> = on!(conn, |c| sqlx::query_scalar(
        "SELECT before FROM changes WHERE at = $2 AND user_id = $1 AND event = 'reminder.deleted' \
         AND before IS NOT NULL ORDER BY seq",
    )
    .bind(user)
    .bind(at)
    .fetch_all(&mut *c)
    .await?);
    rows.iter().map(|row| serde_json::from_str(row).map_err(Error::internal)).collect()
}

/// Deletes what is older than `oldest`, but no more than a lot; whether there may be more.
///
/// # Errors
///
/// As the database says.
pub async fn trim(conn: &mut Conn<'_>, oldest: DateTime<Utc>) -> Result<bool, Error> {
    let deleted = on!(conn, |c| sqlx::query(
        "DELETE FROM changes WHERE (user_id, seq) IN (SELECT user_id, seq FROM changes WHERE at < $1 LIMIT $2)",
    )
    .bind(oldest)
    .bind(LOT)
    .execute(&mut *c)
    .await?
    .rows_affected());
    Ok(is_lot(deleted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_reaches_back_as_far_as_it_is_kept() {
        let reach = |first, last, since| Reach { first, last }.check(since).is_ok();
        assert!(reach(Some(1), 9, 0) && reach(Some(1), 9, 5) && reach(Some(1), 9, 9));
        assert!(!reach(Some(1), 9, 10), "of another database");
        assert!(reach(Some(5), 9, 4) && !reach(Some(5), 9, 3));
        assert!(reach(Some(5), 9, 0), "whatever is there");
        assert!(reach(None, 9, 9) && !reach(None, 9, 8) && reach(None, 0, 0));
    }
}
