//! A task as the database keeps it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use server_kit::{Error, db::Conn, on};
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder};
use todo_sdk::model::{Due, Id, Repeat, RepeatFrom, Task};

/// Everything that `GET` answers, tags included, in one statement.
pub(super) const SELECT: &str = "SELECT t.id, t.title, t.description, t.completed, t.completed_at, t.priority, t.due_at, \
     t.due_day, t.remind_time, t.remind_before, t.nag, t.repeat_rrule, t.repeat_from, t.date_created, t.date_updated, t.version, \
     (SELECT string_agg(CAST(x.tag_id AS TEXT), ',' ORDER BY x.tag_id) FROM task_tags x \
      WHERE x.user_id = t.user_id AND x.task_id = t.id) AS tags, \
     (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = t.user_id) AS telegram_user FROM tasks t ";

#[derive(FromRow)]
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

impl Row {
    pub(super) fn id(&self) -> Id {
        self.id
    }

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
            tags: row.tags.iter().flat_map(|ids| ids.split(',')).filter_map(|id| id.parse().ok()).collect(),
            telegram_user: row.telegram_user,
            date_created: row.date_created,
            date_updated: row.date_updated,
            version: row.version,
        }
    }
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
    let row: Option<Row> = on!(conn, |c| {
        let mut select = QueryBuilder::new(SELECT);
        select.push("WHERE t.user_id = ").push_bind(user).push(" AND t.id = ").push_bind(id);
        select.build_query_as().fetch_optional(&mut *c).await?
    });
    row.map(Task::from).ok_or(Error::NotFound("task"))
}

/// The tasks of these reminders, by their ids. `ids` is a table of ids as SQL, made of the parameter `list`.
///
/// # Errors
///
/// As the database says.
pub async fn of_reminders(conn: &mut Conn<'_>, list: &str, ids: &str) -> Result<HashMap<Id, Task>, Error> {
    let select = format!(
        "{SELECT}WHERE (t.user_id, t.id) IN (SELECT r.user_id, r.task_id FROM reminders r WHERE r.id IN {ids})"
    );
    let rows: Vec<Row> =
        on!(conn, |c| sqlx::query_as(AssertSqlSafe(select.as_str())).bind(list).fetch_all(&mut *c).await?);
    Ok(rows.into_iter().map(|row| (row.id, Task::from(row))).collect())
}
