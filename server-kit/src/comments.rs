//! Comments as the database keeps them: one server reads and writes them, the other deletes them with their task.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use todo_sdk::model::{Comment, EventKind, Id};

use crate::{
    Error,
    db::{Conn, Db, Together},
    journal::Entry,
    on,
};

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

/// The comments on the person's tasks whose ids lie between these, by task.
///
/// # Errors
///
/// As the database says.
pub async fn of_tasks(
    conn: &mut Conn<'_>,
    user: Id,
    tasks: std::ops::RangeInclusive<Id>,
) -> Result<Vec<Comment>, Error> {
    let rows: Vec<CommentRow> = on!(conn, |c| {
        sqlx::query_as(
            "SELECT id, task_id, content, posted_date, version FROM comments \
             WHERE user_id = $1 AND task_id BETWEEN $2 AND $3 ORDER BY task_id, id",
        )
        .bind(user)
        .bind(*tasks.start())
        .bind(*tasks.end())
        .fetch_all(&mut *c)
        .await?
    });
    Ok(rows.into_iter().map(Comment::from).collect())
}

fn newer(field: &'static str, detail: impl Into<String>) -> Error {
    Error::NewerChange { field, detail: detail.into() }
}

/// The person's comment of that id.
///
/// # Errors
///
/// As the database says.
pub async fn find(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Option<Comment>, Error> {
    let row: Option<CommentRow> = on!(conn, |c| sqlx::query_as(
        "SELECT id, task_id, content, posted_date, version FROM comments WHERE user_id = $1 AND id = $2",
    )
    .bind(user)
    .bind(id)
    .fetch_optional(&mut *c)
    .await?);
    Ok(row.map(Comment::from))
}

/// Looks up one comment for each of many callers.
#[must_use]
pub fn together(db: Db) -> Together<Comment> {
    Together::new::<CommentRow>(
        db,
        |conn, user, id| Box::pin(find(conn, user, id)),
        // The limit has it find one row after the other by the index, however small the table was when this was planned.
        "SELECT c.id, c.task_id, c.content, c.posted_date, c.version, k.nr \
         FROM unnest($1, $2) WITH ORDINALITY AS k (user_id, id, nr), \
         LATERAL (SELECT * FROM comments x WHERE x.user_id = k.user_id AND x.id = k.id LIMIT 1) AS c",
    )
}

/// The comment, unless it was changed since it was like this.
async fn unchanged(conn: &mut Conn<'_>, user: Id, known: &Comment) -> Result<Comment, Error> {
    match find(conn, user, known.id).await? {
        None => Err(newer("comment", format!("comment {} is deleted", known.id))),
        Some(comment) if comment.content != known.content => {
            Err(newer("content", format!("comment {} has another text by now", known.id)))
        }
        Some(comment) => Ok(comment),
    }
}

/// Deletes a comment that is as it was made.
///
/// # Errors
///
/// 409 if it isn't.
pub async fn undo_creation(conn: &mut Conn<'_>, user: Id, made: &Comment) -> Result<Entry, Error> {
    let comment = unchanged(conn, user, made).await?;
    on!(conn, |c| sqlx::query("DELETE FROM comments WHERE user_id = $1 AND id = $2")
        .bind(user)
        .bind(comment.id)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Entry::deleted(EventKind::CommentDeleted, comment.id, &comment)
}

/// Gives a comment its old text; nothing if it has it already.
///
/// # Errors
///
/// 409 if it has another one by now.
pub async fn undo_change(
    conn: &mut Conn<'_>,
    user: Id,
    before: &Comment,
    after: &Comment,
) -> Result<Option<Entry>, Error> {
    let comment = unchanged(conn, user, after).await?;
    if comment.content == before.content {
        return Ok(None);
    }
    let back = Comment { content: before.content.clone(), version: comment.version + 1, ..comment };
    on!(conn, |c| sqlx::query(
        "UPDATE comments SET content = $3, content_folded = $4, version = $5 WHERE user_id = $1 AND id = $2",
    )
    .bind(user)
    .bind(back.id)
    .bind(&back.content)
    .bind(back.content.to_lowercase())
    .bind(back.version)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(Some(Entry::updated(EventKind::CommentUpdated, back.id, &comment, &back)?))
}

/// Makes a deleted comment again, with its id and one version more.
///
/// # Errors
///
/// 409 if it is there, or its task isn't.
pub async fn undo_deletion(conn: &mut Conn<'_>, user: Id, before: Comment) -> Result<Entry, Error> {
    if find(conn, user, before.id).await?.is_some() {
        return Err(newer("comment", format!("comment {} is back already", before.id)));
    }
    let comment = Comment { version: before.version + 1, ..before };
    let made: Option<Id> = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO comments (id, user_id, task_id, content, content_folded, posted_date, version) \
         SELECT $1, user_id, id, $4, $5, $6, $7 FROM tasks WHERE user_id = $2 AND id = $3 RETURNING id",
    )
    .bind(comment.id)
    .bind(user)
    .bind(comment.task_id)
    .bind(&comment.content)
    .bind(comment.content.to_lowercase())
    .bind(comment.posted_date)
    .bind(comment.version)
    .fetch_optional(&mut *c)
    .await?);
    made.ok_or_else(|| newer("task", format!("task {} is deleted; undo that first", comment.task_id)))?;
    Entry::created(EventKind::CommentCreated, comment.id, &comment)
}
