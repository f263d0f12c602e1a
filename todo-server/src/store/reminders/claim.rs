//! Leasing what is due to one claimant at a time.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::{AssertSqlSafe, FromRow};
use todo_sdk::model::{ClaimedReminder, Id};

use super::{
    channels::{TELEGRAM, WEBHOOK},
    fail::ATTEMPTS_MAX,
    gather,
    settle::{ids, ids_in, json_of},
};
use crate::store::tasks;

/// How far a claim looks behind the one that is due longest: among so many it is fair between people.
const WINDOW: i64 = 5_000;
/// Reminders of one person that go before those of others: people's first ones by the time they are due, then the second
/// ten of those who have as many.
const TURN: i64 = 10;

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
    /// What was due before is told in one message a person.
    pub gather_before: DateTime<Utc>,
    /// Where a person's reminders go one after the other.
    pub turns: Option<Turns>,
}

/// Who has to wait for what is on its way to them.
#[derive(Debug, Clone)]
pub struct Turns {
    /// Those people.
    pub busy: Vec<Id>,
    /// At most so many for one person at a time.
    pub each: i64,
}

impl Claim {
    /// Whether the channel takes what nobody else was meant for.
    pub(super) fn takes_any(&self) -> bool {
        takes_any(&self.channel)
    }
}

fn takes_any(channel: &str) -> bool {
    channel != TELEGRAM && channel != WEBHOOK
}

/// What a claim came to.
#[derive(Debug, Default)]
pub struct Claimed {
    /// To be delivered.
    pub reminders: Vec<Leased>,
    /// Those that were claimed too often and never settled: to be given up.
    pub spent: Vec<Id>,
}

/// A leased reminder, and whose it is.
#[derive(Debug)]
pub struct Leased {
    /// Whose.
    pub user: Id,
    /// As the deliverer gets it.
    pub reminder: ClaimedReminder,
}

/// Leases what is due, the longest due first and fair between people, to one claimant at a time.
///
/// # Errors
///
/// As the database says.
pub async fn claim(conn: &mut Conn<'_>, now: DateTime<Utc>, claim: &Claim) -> Result<Claimed, Error> {
    gather::begin(conn, claim).await?;
    let sql = statement(conn, claim);
    let busy = claim.turns.as_ref().map(|turns| json_of(turns.busy.iter().copied()));
    let leased: Vec<(Id, i64)> = on!(&mut *conn, |c| {
        let mut update = sqlx::query_as(AssertSqlSafe(sql.as_str()))
            .bind(&claim.channel)
            .bind(now)
            .bind(claim.limit)
            .bind(&claim.lease)
            .bind(claim.until);
        if let (Some(busy), Some(turns)) = (&busy, &claim.turns) {
            update = update.bind(busy).bind(turns.each);
        }
        update.fetch_all(&mut *c).await?
    });
    let (spent, leased): (Vec<_>, Vec<_>) = leased.into_iter().partition(|(_, attempts)| *attempts > ATTEMPTS_MAX);
    let (spent, leased): (Vec<Id>, Vec<Id>) = (firsts(spent), firsts(leased));
    if leased.is_empty() {
        return Ok(Claimed { reminders: Vec::new(), spent });
    }
    let gathered = gather::gather(conn, now, claim, &leased).await?;
    let heads: Vec<Id> = leased.into_iter().filter(|id| !gathered.contains(id)).collect();
    let mut reminders = details(conn, now, &claim.lease, &heads).await?;
    if !gathered.is_empty() {
        gather::attach(conn, now, &mut reminders).await?;
    }
    Ok(Claimed { reminders, spent })
}

fn firsts(rows: Vec<(Id, i64)>) -> Vec<Id> {
    rows.into_iter().map(|(id, _)| id).collect()
}

/// Leases at most `$3` of what is due at `$2` for channel `$1`, with lease `$4` until `$5`.
///
/// Of [`Turns`], `$6` are the people and `$7` is how many.
fn statement(conn: &Conn<'_>, claim: &Claim) -> String {
    let (idle, each) = match claim.turns {
        Some(_) => (format!("AND user_id NOT IN {}", ids_in(conn, 6)), "WHERE place < $7"),
        None => (String::new(), ""),
    };
    let due = |channel: &str| {
        format!(
            "SELECT * FROM (SELECT id, user_id, next_at FROM reminders WHERE {channel} AND next_at <= $2 {idle} \
             ORDER BY next_at, id LIMIT {WINDOW}) AS one"
        )
    };
    let mut due_now = due("channel = $1");
    if claim.takes_any() {
        due_now = format!("{due_now} UNION ALL {}", due("channel IS NULL"));
    }
    // Claimants pass by what others are about to take, so there is a choice of more; SQLite has one writer.
    let (choice, lock) = match conn {
        Conn::Postgres(_) => ("4 * $3", "FOR UPDATE OF r SKIP LOCKED"),
        Conn::Sqlite(_) => ("$3", ""),
    };
    format!(
        "WITH due AS ({due_now}), \
         placed AS (SELECT id, next_at, \
         row_number() OVER (PARTITION BY user_id ORDER BY next_at, id) - 1 AS place FROM due), \
         ranked AS (SELECT id, next_at, place / {TURN} AS turn FROM placed {each}), \
         choice AS (SELECT id, next_at, turn FROM ranked ORDER BY turn, next_at, id LIMIT {choice}), \
         picked AS (SELECT r.id FROM choice JOIN reminders r ON r.id = choice.id \
         WHERE r.next_at <= $2 ORDER BY choice.turn, choice.next_at, choice.id LIMIT $3 {lock}) \
         UPDATE reminders SET state = 'leased', attempts = attempts + 1, channel = $1, lease = $4, next_at = $5, \
         gathered_in = NULL WHERE id IN (SELECT id FROM picked) RETURNING id, attempts"
    )
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
    nags: i64,
    chat_id: Option<i64>,
    language: Option<String>,
    timezone: String,
}

/// What a deliverer needs to know of all that it leased.
async fn details(conn: &mut Conn<'_>, now: DateTime<Utc>, lease: &str, reminders: &[Id]) -> Result<Vec<Leased>, Error> {
    let list = json_of(reminders.iter().copied());
    let select = format!(
        "SELECT r.id, r.user_id, r.task_id, r.due_at, r.attempts, r.channel, r.snoozed, r.nags, u.timezone, g.chat_id, \
         coalesce(g.language, u.language) AS language \
         FROM reminders r JOIN users u ON u.id = r.user_id LEFT JOIN telegram_users g ON g.id = \
         (SELECT min(x.id) FROM telegram_users x WHERE x.user_id = r.user_id AND x.blocked_at IS NULL) \
         WHERE r.id IN {} ORDER BY r.due_at, r.id",
        ids(conn)
    );
    let rows: Vec<Detail> =
        on!(&mut *conn, |c| sqlx::query_as(AssertSqlSafe(select.as_str())).bind(&list).fetch_all(&mut *c).await?);
    let tasks = tasks::of_reminders(conn, &list, &ids(conn)).await?;
    let claimed = rows.into_iter().filter_map(|row| {
        let late = (now - row.due_at).num_seconds().max(0);
        let reminder = ClaimedReminder {
            id: row.id,
            lease: lease.to_owned(),
            attempt: row.attempts,
            channel: row.channel,
            due_at: row.due_at,
            late_by_seconds: late,
            snoozed: row.snoozed,
            nags: row.nags,
            task: tasks.get(&row.task_id).cloned()?,
            gathered: Vec::new(),
            gathered_count: 0,
            chat_id: row.chat_id,
            language: row.language.and_then(|language| serde_json::from_value(language.into()).ok()),
            timezone: row.timezone,
        };
        Some(Leased { user: row.user_id, reminder })
    });
    Ok(claimed.collect())
}

/// When the next one falls due that the channel may take.
///
/// # Errors
///
/// As the database says.
pub async fn next_due(conn: &mut Conn<'_>, channel: &str) -> Result<Option<DateTime<Utc>>, Error> {
    macro_rules! first {
        ($of:literal) => {
            concat!("SELECT next_at FROM reminders WHERE ", $of, " AND next_at IS NOT NULL ORDER BY next_at LIMIT 1")
        };
    }
    let own: Option<DateTime<Utc>> =
        on!(&mut *conn, |c| sqlx::query_scalar(first!("channel = $1")).bind(channel).fetch_optional(&mut *c).await?);
    if !takes_any(channel) {
        return Ok(own);
    }
    let any: Option<DateTime<Utc>> =
        on!(&mut *conn, |c| sqlx::query_scalar(first!("channel IS NULL")).fetch_optional(&mut *c).await?);
    Ok([own, any].into_iter().flatten().min())
}
