//! A task as the database keeps it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use server_kit::{
    Error,
    db::{Conn, Db, Together},
    on,
};
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, FromRow};
use todo_sdk::model::{Due, Id, Repeat, RepeatFrom, Task};

/// Everything that `GET` answers, tags included, in one statement. Whose tasks they are is given: where it is a parameter,
/// what does not differ from row to row is looked up once.
macro_rules! select {
    ($user:literal) => {
        concat!("SELECT ", columns!($user), " FROM tasks t ")
    };
}

macro_rules! columns {
    ($user:literal) => {
        columns!(
            $user,
            "(SELECT string_agg(CAST(x.tag_id AS TEXT), ',') FROM task_tags x WHERE x.user_id = ",
            $user,
            " AND x.task_id = t.id)"
        )
    };
    ($user:literal, $($tags:literal),+) => {
        concat!(
            "t.id, t.title, t.description, t.completed, t.completed_at, t.priority, t.due_at, t.due_day, \
             t.remind_time, t.remind_before, t.nag, t.repeat_rrule, t.repeat_from, t.date_created, t.date_updated, t.version, ",
            $($tags,)+
            " AS tags, (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = ",
            $user,
            ") AS telegram_user"
        )
    };
}

/// The tasks of the person that is the first parameter.
pub(super) const SELECT: &str = select!("$1");
/// Of the person that is the first parameter: so many of their tasks as the third one says, by id, behind that of the second.
///
/// On PostgreSQL alone, where it is an eighth cheaper than [`SELECT`]. All tags of the page lie side by side in the index and
/// are read in one go, up to the first task behind the page, instead of looked for task by task. A tag always has its task;
/// of the joins, the full one never becomes a loop within a loop, however few rows the planner expects.
pub(super) const PAGE_BY_ID: &str = concat!(
    "SELECT ",
    columns!("$1", "x.tags"),
    " FROM (SELECT * FROM tasks WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS t FULL JOIN \
     (SELECT task_id, string_agg(CAST(tag_id AS TEXT), ',') AS tags FROM task_tags WHERE user_id = $1 AND task_id > $2 \
     AND task_id < coalesce((SELECT id FROM tasks WHERE user_id = $1 AND id > $2 ORDER BY id OFFSET $3 LIMIT 1), \
     9223372036854775807) GROUP BY task_id) AS x ON x.task_id = t.id ORDER BY t.id"
);
/// Those of anybody.
const SELECT_ALL: &str = select!("t.user_id");

pub(super) struct Row {
    id: Id,
    title: String,
    description: String,
    completed: bool,
    completed_at: Option<DateTime<Utc>>,
    priority: i16,
    due_at: Option<DateTime<Utc>>,
    due_day: Option<NaiveDate>,
    remind_time: Option<DateTime<Utc>>,
    remind_before: Option<i64>,
    nag: Option<i64>,
    repeat_rrule: Option<String>,
    repeat_from: Option<String>,
    date_created: DateTime<Utc>,
    date_updated: DateTime<Utc>,
    version: i64,
    tags: Option<String>,
    telegram_user: Option<Id>,
}

/// The columns of `select!`, by their places: to find each by its name and to compare its type costs more than to read it.
impl<'r, R: sqlx::Row> FromRow<'r, R> for Row
where
    usize: ColumnIndex<R>,
    Id: Decode<'r, R::Database>,
    i16: Decode<'r, R::Database>,
    bool: Decode<'r, R::Database>,
    String: Decode<'r, R::Database>,
    NaiveDate: Decode<'r, R::Database>,
    DateTime<Utc>: Decode<'r, R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get_unchecked(0)?,
            title: row.try_get_unchecked(1)?,
            description: row.try_get_unchecked(2)?,
            completed: row.try_get_unchecked(3)?,
            completed_at: row.try_get_unchecked(4)?,
            priority: row.try_get_unchecked(5)?,
            due_at: row.try_get_unchecked(6)?,
            due_day: row.try_get_unchecked(7)?,
            remind_time: row.try_get_unchecked(8)?,
            remind_before: row.try_get_unchecked(9)?,
            nag: row.try_get_unchecked(10)?,
            repeat_rrule: row.try_get_unchecked(11)?,
            repeat_from: row.try_get_unchecked(12)?,
            date_created: row.try_get_unchecked(13)?,
            date_updated: row.try_get_unchecked(14)?,
            version: row.try_get_unchecked(15)?,
            tags: row.try_get_unchecked(16)?,
            telegram_user: row.try_get_unchecked(17)?,
        })
    }
}

impl Row {
    /// The moment that stands for the due date in an order.
    pub(super) fn due(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        let from =
            if row.repeat_from.as_deref() == Some(COMPLETION) { RepeatFrom::Completion } else { RepeatFrom::Schedule };
        Self {
            id: row.id,
            title: row.title,
            description: row.description,
            completed: row.completed,
            completed_at: row.completed_at,
            priority: row.priority,
            due: row.due_day.map(Due::Day).or(row.due_at.map(Due::At)),
            remind_time: row.remind_time,
            remind_before_seconds: row.remind_before,
            nag_seconds: row.nag,
            repeat: row.repeat_rrule.map(|rrule| Repeat { rrule, from }),
            tags: tags(row.tags.as_deref()),
            telegram_user: row.telegram_user,
            date_created: row.date_created,
            date_updated: row.date_updated,
            version: row.version,
        }
    }
}

/// The ids of `select!`, which come in any order: to sort a few here is cheaper than in an aggregate.
fn tags(ids: Option<&str>) -> Vec<Id> {
    let mut tags: Vec<Id> = ids.iter().flat_map(|ids| ids.split(',')).filter_map(|id| id.parse().ok()).collect();
    tags.sort_unstable();
    tags
}

const COMPLETION: &str = "completion";

/// The name of a repeat's origin in the database.
pub(super) fn repeat_from(from: RepeatFrom) -> &'static str {
    match from {
        RepeatFrom::Schedule => "schedule",
        RepeatFrom::Completion => COMPLETION,
    }
}

/// The person's task of that id.
///
/// # Errors
///
/// 404 if there is none.
pub async fn get(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Task, Error> {
    find(conn, user, id).await?.ok_or(Error::NotFound("task"))
}

async fn find(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Option<Task>, Error> {
    let row: Option<Row> = on!(conn, |c| sqlx::query_as(concat!(select!("$1"), "WHERE t.user_id = $1 AND t.id = $2"))
        .bind(user)
        .bind(id)
        .fetch_optional(&mut *c)
        .await?);
    Ok(row.map(Task::from))
}

/// Looks up one task for each of many callers.
#[must_use]
pub fn together(db: Db) -> Together<Task> {
    Together::new::<Row>(
        db,
        |conn, user, id| Box::pin(find(conn, user, id)),
        // The limit has it find one row after the other by the index, however small the table was when this was planned.
        concat!(
            "SELECT ",
            columns!("k.user_id"),
            ", k.nr FROM unnest($1, $2) WITH ORDINALITY AS k (user_id, id, nr), \
             LATERAL (SELECT * FROM tasks x WHERE x.user_id = k.user_id AND x.id = k.id LIMIT 1) AS t"
        ),
    )
}

/// The tasks of these reminders, by their ids. `ids` is a table of ids as SQL, made of the parameter `list`.
///
/// # Errors
///
/// As the database says.
pub async fn of_reminders(conn: &mut Conn<'_>, list: &str, ids: &str) -> Result<HashMap<Id, Task>, Error> {
    let select = format!(
        "{SELECT_ALL}WHERE (t.user_id, t.id) IN (SELECT r.user_id, r.task_id FROM reminders r WHERE r.id IN {ids})"
    );
    let rows: Vec<Row> =
        on!(conn, |c| sqlx::query_as(AssertSqlSafe(select.as_str())).bind(list).fetch_all(&mut *c).await?);
    Ok(rows.into_iter().map(|row| (row.id, Task::from(row))).collect())
}
