//! What became of reminders that were leased.
//!
//! People's rows are locked first, in the order of their ids, and reminders after them, as every other write does it: so
//! nobody waits in a circle.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{
    Error,
    db::Conn,
    journal::{self, Entry},
    on,
};
use sqlx::{AssertSqlSafe, FromRow};
use todo_sdk::model::{EventKind, Id, ReminderRow, ReminderSent, ReminderState};

use super::{
    Row, TELEGRAM,
    follow::{New, queue},
    shown::{self, Message},
};

/// How often a reminder is repeated while its task is not done.
pub(super) const NAGS_MAX: i64 = 10;
/// The channel of a person's own programs.
const DESKTOP: &str = "desktop";

/// How a row is left. What is absent stays.
pub(super) struct End<'s> {
    pub(super) state: ReminderState,
    pub(super) next_at: Option<DateTime<Utc>>,
    pub(super) sent_at: Option<DateTime<Utc>>,
    pub(super) message_id: Option<&'s str>,
    pub(super) reason: Option<&'s str>,
}

impl End<'_> {
    pub(super) fn of(state: ReminderState) -> Self {
        Self { state, next_at: None, sent_at: None, message_id: None, reason: None }
    }

    /// The row as it is afterwards.
    fn apply(&self, row: &Row) -> Row {
        let text = |new: Option<&str>, old: &Option<String>| new.map(ToOwned::to_owned).or_else(|| old.clone());
        Row {
            state: self.state.as_str().to_owned(),
            next_at: self.next_at,
            sent_at: self.sent_at.or(row.sent_at),
            message_id: text(self.message_id, &row.message_id),
            reason: text(self.reason, &row.reason),
            ..row.clone()
        }
    }
}

fn updated(before: &Row, after: &Row) -> Result<Entry, Error> {
    let wire = |row: &Row| ReminderRow::from(row.clone());
    Entry::updated(EventKind::ReminderUpdated, before.id, &wire(before), &wire(after))
}

pub(super) async fn settle_row(conn: &mut Conn<'_>, row: Row, end: &End<'_>) -> Result<Entry, Error> {
    let after = end.apply(&row);
    on!(conn, |c| sqlx::query(
        "UPDATE reminders SET state = $2, next_at = $3, sent_at = $4, message_id = $5, reason = $6 WHERE id = $1",
    )
    .bind(after.id)
    .bind(&after.state)
    .bind(after.next_at)
    .bind(after.sent_at)
    .bind(&after.message_id)
    .bind(&after.reason)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    updated(&row, &after)
}

/// What settling came to.
#[derive(Debug, Default)]
pub struct Settled {
    /// The reminders as they are now.
    pub rows: Vec<ReminderRow>,
    /// Those that are not the deliverer's to settle.
    pub lost: Vec<Lost>,
    /// Whose data changed.
    pub users: Vec<Id>,
}

/// Why a reminder was not settled.
#[derive(Debug)]
pub struct Lost {
    /// Which.
    pub id: Id,
    /// 404, or 409 where the lease is another's by now.
    pub error: Error,
}

impl Settled {
    /// The one reminder that was settled.
    ///
    /// # Errors
    ///
    /// Why it wasn't.
    pub fn one(mut self) -> Result<ReminderRow, Error> {
        match (self.rows.pop(), self.lost.pop()) {
            (Some(row), _) => Ok(row),
            (None, Some(lost)) => Err(lost.error),
            (None, None) => Err(Error::NotFound("reminder")),
        }
    }

    /// Together with what else was settled.
    pub fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.lost.extend(other.lost);
        self.users.extend(other.users);
    }
}

/// A reminder, and what its task wants once it is sent.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Told {
    #[sqlx(flatten)]
    pub(super) row: Row,
    nag: Option<i64>,
    completed: bool,
}

/// A list of ids as a parameter: one text, so that the statement is the same whatever their number.
pub(super) fn json_of(ids: impl IntoIterator<Item = Id>) -> String {
    serde_json::Value::from_iter(ids).to_string()
}

/// Parameter `$1`, which [`json_of`] made, as a table of one column.
pub(super) fn ids(conn: &Conn<'_>) -> String {
    ids_in(conn, 1)
}

/// Another parameter, which [`json_of`] made, as a table of one column.
pub(super) fn ids_in(conn: &Conn<'_>, parameter: u8) -> String {
    match conn {
        Conn::Sqlite(_) => format!("(SELECT value FROM json_each(${parameter}))"),
        Conn::Postgres(_) => {
            format!("(SELECT CAST(e AS BIGINT) FROM json_array_elements_text(CAST(${parameter} AS JSON)) AS e)")
        }
    }
}

/// Locks the rows of those whose reminders these are.
pub(super) async fn lock_owners(conn: &mut Conn<'_>, list: &str) -> Result<(), Error> {
    let ids = ids(conn);
    if let Conn::Postgres(c) = conn {
        let lock = format!(
            "SELECT id FROM users WHERE id IN (SELECT user_id FROM reminders WHERE id IN {ids}) ORDER BY id \
             FOR NO KEY UPDATE"
        );
        sqlx::query(AssertSqlSafe(lock)).bind(list).execute(&mut **c).await?;
    }
    Ok(())
}

/// The reminders whose `column` is one of these ids, with what their tasks want.
pub(super) async fn load(conn: &mut Conn<'_>, column: &str, list: &str) -> Result<Vec<Told>, Error> {
    let select = format!(
        "SELECT r.id, r.user_id, r.task_id, r.due_at, r.state, r.snoozed, r.channel, r.lease, r.attempts, r.sent_at, \
         r.message_id, r.reason, r.next_at, r.nags, r.gathered_in, t.nag, t.completed \
         FROM reminders r JOIN tasks t ON t.user_id = r.user_id AND t.id = r.task_id WHERE r.{column} IN {}",
        ids(conn)
    );
    Ok(on!(conn, |c| sqlx::query_as(AssertSqlSafe(select.as_str())).bind(list).fetch_all(&mut *c).await?))
}

/// The reminder, if it was claimed last with this lease.
pub(super) fn claimed_with<'t>(told: Option<&'t Told>, lease: &str) -> Result<&'t Told, Error> {
    let told = told.ok_or(Error::NotFound("reminder"))?;
    if told.row.lease.as_deref() == Some(lease) {
        return Ok(told);
    }
    let detail = "another claim has taken this reminder since, or its task was changed".to_owned();
    Err(Error::Conflict { code: "lease_lost", detail })
}

/// Leased reminders were delivered, and with each those that were gathered in its message. Said twice it is as if said
/// once.
///
/// # Errors
///
/// As the database says; what is not the deliverer's is in [`Settled::lost`].
pub async fn sent(
    conn: &mut Conn<'_>,
    now: DateTime<Utc>,
    client: &str,
    items: &[(Id, ReminderSent)],
) -> Result<Settled, Error> {
    if items.is_empty() {
        return Ok(Settled::default());
    }
    let list = json_of(items.iter().map(|(id, _)| *id));
    lock_owners(conn, &list).await?;
    let heads: BTreeMap<Id, Told> =
        load(conn, "id", &list).await?.into_iter().map(|told| (told.row.id, told)).collect();
    let mut gathered: BTreeMap<Option<Id>, Vec<Told>> = BTreeMap::new();
    for told in load(conn, "gathered_in", &list).await? {
        gathered.entry(told.row.gathered_in).or_default().push(told);
    }
    let mut settled = Settled::default();
    let mut done: Vec<(Told, Row)> = Vec::with_capacity(items.len());
    for (id, ReminderSent { lease, message_id, version }) in items {
        let head = match claimed_with(heads.get(id), lease) {
            Ok(head) => head,
            Err(error) => {
                settled.lost.push(Lost { id: *id, error });
                continue;
            }
        };
        let end = End { sent_at: Some(now), message_id: message_id.as_deref(), ..End::of(ReminderState::Sent) };
        if head.row.state() != ReminderState::Leased {
            settled.rows.push(head.row.clone().into());
            continue;
        }
        settled.rows.push(end.apply(&head.row).into());
        let with_it = gathered.remove(&Some(*id)).unwrap_or_default();
        // One that tells of several stays as it is.
        if let Some(message) = message_id.as_deref().filter(|_| with_it.is_empty() && is_telegram(&head.row)) {
            shown::remember(conn, now, &Message { reminder: *id, id: message, version: *version }).await?;
        }
        let with_it = with_it.iter().filter(|told| told.row.lease.as_ref() == Some(lease));
        for told in std::iter::once(head).chain(with_it) {
            done.push((told.clone(), end.apply(&told.row)));
        }
    }
    write_sent(conn, now, &done).await?;
    let mut entries = Vec::with_capacity(done.len());
    for (told, after) in &done {
        entries.push((told.row.user_id, updated(&told.row, after)?));
    }
    for (told, _) in &done {
        let more = nag(conn, now, told).await?;
        entries.extend(more.into_iter().map(|entry| (told.row.user_id, entry)));
    }
    settled.users = done.iter().map(|(told, _)| told.row.user_id).collect();
    journal::append_all(conn, client, now, entries).await?;
    Ok(settled)
}

async fn write_sent(conn: &mut Conn<'_>, now: DateTime<Utc>, done: &[(Told, Row)]) -> Result<(), Error> {
    if done.is_empty() {
        return Ok(());
    }
    let list: Vec<(Id, Option<&str>)> = done.iter().map(|(_, row)| (row.id, row.message_id.as_deref())).collect();
    let list = serde_json::to_string(&list).map_err(Error::internal)?;
    let rows = match conn {
        Conn::Sqlite(_) => {
            "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS message_id FROM json_each($1)"
        }
        Conn::Postgres(_) => {
            "SELECT CAST(e->>0 AS BIGINT) AS id, e->>1 AS message_id FROM json_array_elements(CAST($1 AS JSON)) AS e"
        }
    };
    let update = format!(
        "UPDATE reminders SET state = 'sent', next_at = NULL, sent_at = $2, message_id = j.message_id \
         FROM ({rows}) AS j WHERE reminders.id = j.id"
    );
    on!(conn, |c| sqlx::query(AssertSqlSafe(update.as_str()))
        .bind(&list)
        .bind(now)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Has the reminder come again, if the task wants that until it is done.
async fn nag(conn: &mut Conn<'_>, now: DateTime<Utc>, told: &Told) -> Result<Vec<Entry>, Error> {
    let Told { row, nag, completed } = told;
    // One that was withdrawn while somebody had it has no next time.
    let Some(pause) = nag.filter(|_| !completed && row.is_pending() && row.nags < NAGS_MAX) else {
        return Ok(Vec::new());
    };
    // Told by another channel already, or set anew.
    let another: bool = on!(&mut *conn, |c| sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM reminders WHERE user_id = $1 AND task_id = $2 AND state = 'queued' \
         AND next_at IS NOT NULL AND due_at > $3)",
    )
    .bind(row.user_id)
    .bind(row.task_id)
    .bind(row.due_at)
    .fetch_one(&mut *c)
    .await?);
    if another {
        return Ok(Vec::new());
    }
    let at = now + TimeDelta::seconds(pause);
    queue(conn, row.user_id, New { task: row.task_id, at, snoozed: row.snoozed, nags: row.nags + 1 }).await
}

fn is_telegram(row: &Row) -> bool {
    row.channel.as_deref() == Some(TELEGRAM)
}

/// A program of the person's own showed a reminder that no channel has: it is told. Any other is left as it is. The caller
/// has locked the person's row.
///
/// # Errors
///
/// 404, and 409 if it is not due.
pub async fn shown(
    conn: &mut Conn<'_>,
    user: Id,
    now: DateTime<Utc>,
    client: &str,
    id: Id,
) -> Result<ReminderRow, Error> {
    let told = load(conn, "id", &json_of([id])).await?.into_iter().find(|told| told.row.user_id == user);
    let mut told = told.ok_or(Error::NotFound("reminder"))?;
    if told.row.state() != ReminderState::Queued || told.row.channel.is_some() {
        return Ok(told.row.into());
    }
    if told.row.due_at > now {
        return Err(Error::Conflict { code: "not_due", detail: "this reminder is not due yet".to_owned() });
    }
    let before = told.row.clone();
    on!(&mut *conn, |c| sqlx::query("UPDATE reminders SET channel = $2, attempts = 1 WHERE id = $1")
        .bind(id)
        .bind(DESKTOP)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    (told.row.channel, told.row.attempts) = (Some(DESKTOP.to_owned()), 1);
    let end = End { sent_at: Some(now), ..End::of(ReminderState::Sent) };
    let after = end.apply(&told.row);
    settle_row(conn, told.row.clone(), &end).await?;
    let mut entries = vec![(user, updated(&before, &after)?)];
    entries.extend(nag(conn, now, &told).await?.into_iter().map(|entry| (user, entry)));
    journal::append_all(conn, client, now, entries).await?;
    Ok(after.into())
}
