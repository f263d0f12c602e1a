//! What is long past: told in one message a person, not in one for each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::AssertSqlSafe;
use todo_sdk::model::{GatheredReminder, Id};

use super::{
    claim::{Claim, Leased},
    settle::{ids, json_of},
};
use crate::store::tasks;

/// Tasks that a message names; the others are counted.
const NAMED: usize = 50;

/// The channel as a condition: `$1`, and those that nobody else was meant for.
fn of_channel(claim: &Claim) -> &'static str {
    if claim.takes_any() { "(channel = $1 OR channel IS NULL)" } else { "channel = $1" }
}

/// While something is long past, claims of a channel follow each other: two at once would tell a person in two messages.
pub(super) async fn begin(conn: &mut Conn<'_>, claim: &Claim) -> Result<(), Error> {
    // SQLite has one writer anyway.
    let Conn::Postgres(c) = conn else { return Ok(()) };
    let find = format!("SELECT EXISTS (SELECT 1 FROM reminders WHERE {} AND next_at < $2)", of_channel(claim));
    let find = sqlx::query_scalar(AssertSqlSafe(find)).bind(&claim.channel).bind(claim.gather_before);
    if find.fetch_one(&mut **c).await? {
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('todo:gather:' || $1, 0))")
            .bind(&claim.channel)
            .execute(&mut **c)
            .await?;
    }
    Ok(())
}

/// Of the leased ones, puts those that are long past into the message of each person's first, and leases what else of
/// theirs is. Answers those of the leased ones that have no message of their own.
pub(super) async fn gather(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    claim: &Claim,
    leased: &[Id],
) -> Result<BTreeSet<Id>, Error> {
    let list = json_of(leased.iter().copied());
    let find =
        format!("SELECT id, user_id FROM reminders WHERE id IN {} AND due_at < $2 ORDER BY due_at, id", ids(conn));
    let past: Vec<(Id, Id)> = on!(&mut *conn, |c| sqlx::query_as(AssertSqlSafe(find.as_str()))
        .bind(&list)
        .bind(claim.gather_before)
        .fetch_all(&mut *c)
        .await?);
    let mut heads = BTreeMap::new();
    let mut gathered = BTreeSet::new();
    for (id, user) in past {
        let head = *heads.entry(user).or_insert(id);
        if head != id {
            gathered.insert(id);
            put_into(conn, id, head).await?;
        }
    }
    let lease = format!(
        "UPDATE reminders SET state = 'leased', attempts = attempts + 1, channel = $1, lease = $2, next_at = $3, \
         gathered_in = $4 WHERE user_id = $5 AND next_at <= $6 AND due_at < $7 AND {}",
        of_channel(claim)
    );
    for (user, head) in heads {
        on!(&mut *conn, |c| sqlx::query(AssertSqlSafe(lease.as_str()))
            .bind(&claim.channel)
            .bind(&claim.lease)
            .bind(claim.until)
            .bind(head)
            .bind(user)
            .bind(now)
            .bind(claim.gather_before)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
    }
    Ok(gathered)
}

async fn put_into(conn: &mut Conn<'_>, id: Id, head: Id) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("UPDATE reminders SET gathered_in = $2 WHERE id = $1")
        .bind(id)
        .bind(head)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Tells with each message what was gathered in it.
pub(super) async fn attach(conn: &mut Conn<'_>, now: DateTime<Utc>, reminders: &mut [Leased]) -> Result<(), Error> {
    let heads = json_of(reminders.iter().map(|leased| leased.reminder.id));
    let find = format!(
        "SELECT id, task_id, due_at, gathered_in FROM reminders WHERE gathered_in IN {} ORDER BY due_at, id",
        ids(conn)
    );
    let rows: Vec<(Id, Id, DateTime<Utc>, Id)> =
        on!(&mut *conn, |c| sqlx::query_as(AssertSqlSafe(find.as_str())).bind(&heads).fetch_all(&mut *c).await?);
    let mut of_head: BTreeMap<Id, Vec<(Id, Id, DateTime<Utc>)>> = BTreeMap::new();
    for (id, task, due_at, head) in rows {
        of_head.entry(head).or_default().push((id, task, due_at));
    }
    let named = of_head.values().flat_map(|rows| rows.iter().take(NAMED).map(|(id, ..)| *id));
    let named = json_of(named);
    let tasks = tasks::of_reminders(conn, &named, &ids(conn)).await?;
    for Leased { reminder, .. } in reminders {
        let rows = of_head.remove(&reminder.id).unwrap_or_default();
        reminder.gathered_count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let tell = |(id, task, due_at): &(Id, Id, DateTime<Utc>)| {
            let late_by_seconds = (now - *due_at).num_seconds().max(0);
            Some(GatheredReminder { id: *id, due_at: *due_at, late_by_seconds, task: tasks.get(task).cloned()? })
        };
        reminder.gathered = rows.iter().take(NAMED).filter_map(tell).collect();
    }
    Ok(())
}
