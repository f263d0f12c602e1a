//! Tags on tasks.

use chrono::{DateTime, Utc};
use server_kit::{Error, db::Conn, journal::Entry, on};
use sqlx::QueryBuilder;
use todo_sdk::model::{EventKind, Id, Task};

use super::row::{Row, SELECT};

/// Most parameters in one statement, far below either engine's bound.
const CHUNK: usize = 500;

/// Puts tags, each once and ascending, on a new task, or on one whose tags were cleared.
///
/// # Errors
///
/// 422 that names the tags that the person doesn't have.
pub(super) async fn attach(conn: &mut Conn<'_>, user: Id, task: Id, tags: &[Id]) -> Result<(), Error> {
    if tags.is_empty() {
        return Ok(());
    }
    let attached: Vec<Id> = on!(conn, |c| {
        let mut insert = QueryBuilder::new("INSERT INTO task_tags (user_id, task_id, tag_id) SELECT user_id, ");
        // The cast tells PostgreSQL the parameter's type.
        insert.push("CAST(").push_bind(task).push(" AS BIGINT), id FROM tags WHERE user_id = ").push_bind(user);
        insert.push(" AND id IN (");
        let mut list = insert.separated(", ");
        for tag in tags {
            list.push_bind(*tag);
        }
        insert.push(") RETURNING tag_id").build_query_scalar().fetch_all(&mut *c).await?
    });
    let unknown: Vec<String> = tags.iter().filter(|tag| !attached.contains(tag)).map(ToString::to_string).collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid("tags", "unknown_tag", format!("there is no tag {}", unknown.join(", "))))
    }
}

/// Takes all tags off a task.
///
/// # Errors
///
/// As the database says.
pub(super) async fn clear(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("DELETE FROM task_tags WHERE user_id = $1 AND task_id = $2")
        .bind(user)
        .bind(task)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Takes a tag off every task that has it, for a tag that is about to go, and tells what changed.
///
/// # Errors
///
/// As the database says.
pub async fn untag_all(conn: &mut Conn<'_>, user: Id, now: DateTime<Utc>, tag: Id) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Row> = on!(conn, |c| {
        let mut select = QueryBuilder::new(SELECT);
        select.push("WHERE t.user_id = ").push_bind(user);
        select.push(" AND t.id IN (SELECT y.task_id FROM task_tags y WHERE y.user_id = ").push_bind(user);
        select.push(" AND y.tag_id = ").push_bind(tag).push(") ORDER BY t.id");
        select.build_query_as().fetch_all(&mut *c).await?
    });
    let before: Vec<Task> = rows.into_iter().map(Task::from).collect();
    for tasks in before.chunks(CHUNK) {
        on!(conn, |c| {
            let mut update = QueryBuilder::new("UPDATE tasks SET version = version + 1, date_updated = ");
            update.push_bind(now).push(" WHERE user_id = ").push_bind(user).push(" AND id IN (");
            let mut list = update.separated(", ");
            for task in tasks {
                list.push_bind(task.id);
            }
            update.push(")").build().execute(&mut *c).await?;
        });
    }
    before
        .iter()
        .map(|before| {
            let tags = before.tags.iter().copied().filter(|id| *id != tag).collect();
            let after = Task { tags, version: before.version + 1, date_updated: now, ..before.clone() };
            Entry::updated(EventKind::TaskUpdated, before.id, before, &after)
        })
        .collect()
}
