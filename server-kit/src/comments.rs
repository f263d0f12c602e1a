//! Comments as the database keeps them: one server reads and writes them, the other deletes them with their task.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use todo_sdk::model::{Comment, Id};

use crate::{Error, db::Conn, on};

/// A row of `comments`.
#[derive(Debug, FromRow)]
pub struct CommentRow {
    id: Id,
    task_id: Id,
    content: String,
    posted_date: DateTime<Utc>,
    version: i64,
}

impl From<CommentRow> for Comment {
    fn from(row: CommentRow) -> Self {
        let CommentRow { id, task_id, content, posted_date, version } = row;
        Self { id, task_id, content, posted_date, version }
    }
}

/// Every comment on a task.
///
/// # Errors
///
/// As the database says.
pub async fn of_task(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<Vec<Comment>, Error> {
    let rows: Vec<CommentRow> = on!(conn, |c| {
        sqlx::query_as(
        "SELECT id, task_id, content, posted_date, version FROM comments WHERE user_id = $1 AND task_id = $2 ORDER BY id",
    )
    .bind(user)
    .bind(task)
    .fetch_all(&mut *c)
    .await?
    });
    Ok(rows.into_iter().map(Comment::from).collect())
}
