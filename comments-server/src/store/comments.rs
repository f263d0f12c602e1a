//! Comments.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use server_kit::{
    Error,
    at_once::{Frame, LAST_ID, Texts, key_is_new, with_id, without_id},
    auth::Caller,
    bind_frame,
    comments::CommentRow,
    db::{Conn, Engine, Single},
    extract::IfMatch,
    idempotency::Request,
    journal::{self, Entry},
    on, page, run_at_once, time,
};
use sqlx::QueryBuilder;
use todo_sdk::model::{Comment, CommentQuery, CreateComment, Due, EventKind, Id};

/// Where the comments are; the id of one follows.
pub const PATH: &str = "/api/comments/";

/// Adds a comment. The caller has locked the person's row, here and below.
///
/// # Errors
///
/// 404 if the task is gone: the foreign key decides, whatever a cache holds.
pub async fn create(
    conn: &mut Conn<'_>,
    caller: &Caller,
    now: DateTime<Utc>,
    new: CreateComment,
) -> Result<Comment, Error> {
    let posted_date = new.posted_date.map_or(now, server_kit::clock::micros);
    time::check_past("posted_date", posted_date, now)?;
    let inserted: Option<Id> = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO comments (user_id, task_id, content, content_folded, posted_date) \
         SELECT user_id, id, $3, $4, $5 FROM tasks WHERE user_id = $1 AND id = $2 RETURNING id",
    )
    .bind(caller.user)
    .bind(new.task_id)
    .bind(&new.content)
    .bind(new.content.to_lowercase())
    .bind(posted_date)
    .fetch_optional(&mut *c)
    .await?);
    let id = inserted.ok_or(Error::NotFound("task"))?;
    let comment = Comment { id, task_id: new.task_id, content: new.content, posted_date, version: 1 };
    journal::append(conn, caller, now, vec![Entry::created(EventKind::CommentCreated, id, &comment)?]).await?;
    Ok(comment)
}

/// The same in one statement: see [`server_kit::at_once`]. Answers the comment's id and its JSON, or nothing if the task
/// is gone or the call was answered before.
///
/// # Errors
///
/// 422 for a date in the future.
pub async fn create_at_once(
    single: Single<'_>,
    user: Id,
    now: DateTime<Utc>,
    (client, once): (&str, Option<&Request>),
    new: CreateComment,
) -> Result<Option<(Id, String)>, Error> {
    let CreateComment { task_id, content, posted_date } = new;
    let posted_date = posted_date.map_or(now, server_kit::clock::micros);
    time::check_past("posted_date", posted_date, now)?;
    let folded = content.to_lowercase();
    let json = without_id(&Comment { id: 0, task_id, content: content.clone(), posted_date, version: 1 })?;
    let frame = Frame { client, once, event: EventKind::CommentCreated, json: &json };
    let shape = usize::from(once.is_some());
    let made = run_at_once!(single, CREATE, shape, |query| bind_frame!(query, user, now, &frame)
        .bind(task_id)
        .bind(&content)
        .bind(&folded)
        .bind(posted_date));
    Ok(made?.map(|id| (id, with_id(id, &json))))
}

/// Without and with a key.
static CREATE: LazyLock<Texts<2>> = LazyLock::new(|| Texts::new(|engine, shape| create_text(engine, shape == 1)));

/// `$8` to `$11` are the task, the text, it in lower case, and the date.
fn create_text(engine: Engine, keyed: bool) -> String {
    let has_task = "EXISTS (SELECT 1 FROM tasks WHERE user_id = $1 AND id = $8)";
    let owner = engine.owner(1, &format!("{has_task} AND {}", key_is_new(keyed)));
    let comment = "INSERT INTO comments (user_id, task_id, content, content_folded, posted_date)";
    let values = "$1, $8, $9, $10, $11";
    let made = engine.made(0, keyed, PATH);
    match engine {
        Engine::Postgres => format!("{owner}made AS ({comment} SELECT {values} FROM owner RETURNING id), {made}"),
        Engine::Sqlite => format!("{owner}{comment} VALUES ({values}); {LAST_ID}{made}"),
    }
}

/// The person's comment of that id.
///
/// # Errors
///
/// 404 if there is none.
pub async fn get(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Comment, Error> {
    server_kit::comments::find(conn, user, id).await?.ok_or(Error::NotFound("comment"))
}

/// A page of the person's comments, by id.
///
/// # Errors
///
/// 422 for a query that makes no sense.
pub async fn list(conn: &mut Conn<'_>, user: Id, query: &CommentQuery) -> Result<page::Page<Comment>, Error> {
    let limit = page::limit(query.limit)?;
    let after: Id = query.cursor.as_deref().map_or(Ok(0), |cursor| page::decode_cursor("id", cursor))?;
    let pattern = page::search(query.q.as_deref())?;
    let posted_after = bound(conn, user, "posted_after", query.posted_after).await?;
    let posted_before = bound(conn, user, "posted_before", query.posted_before).await?;
    let rows: Vec<CommentRow> = on!(conn, |c| {
        let mut select =
            QueryBuilder::new("SELECT id, task_id, content, posted_date, version FROM comments WHERE user_id = ");
        select.push_bind(user).push(" AND id > ").push_bind(after);
        if let Some(task) = query.task_id {
            select.push(" AND task_id = ").push_bind(task);
        }
        if let Some(pattern) = pattern {
            select.push(" AND content_folded LIKE ").push_bind(pattern).push(" ESCAPE '\\'");
        }
        if let Some(chat) = query.telegram_chat_id {
            select.push(" AND EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = ").push_bind(user);
            select.push(" AND g.chat_id = ").push_bind(chat).push(")");
        }
        if let Some(bound) = posted_after {
            select.push(" AND posted_date >= ").push_bind(bound);
        }
        if let Some(bound) = posted_before {
            select.push(" AND posted_date < ").push_bind(bound);
        }
        select.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit) + 1);
        select.build_query_as().fetch_all(&mut *c).await?
    });
    let comments = rows.into_iter().map(Comment::from).collect();
    page::Page::cut(comments, limit, |last: &Comment| page::encode_cursor("id", last.id))
}

/// A bound of a filter; a bare day begins in the person's zone.
async fn bound(conn: &mut Conn<'_>, user: Id, field: &str, due: Option<Due>) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(due) = due else { return Ok(None) };
    time::check_range(field, due)?;
    let zone = match due {
        Due::At(_) => chrono_tz::Tz::UTC,
        Due::Day(_) => {
            let name: Option<String> = on!(conn, |c| sqlx::query_scalar("SELECT timezone FROM users WHERE id = $1")
                .bind(user)
                .fetch_optional(&mut *c)
                .await?);
            time::zone(&name.ok_or(Error::NotFound("user"))?)?
        }
    };
    Ok(Some(time::bound(due, zone)))
}

/// Changes a comment.
///
/// # Errors
///
/// 404, 412.
pub async fn update(
    conn: &mut Conn<'_>,
    caller: &Caller,
    now: DateTime<Utc>,
    id: Id,
    if_match: &IfMatch,
    content: Option<String>,
) -> Result<Comment, Error> {
    let before = get(conn, caller.user, id).await?;
    if_match.check(before.version)?;
    let Some(content) = content.filter(|content| *content != before.content) else { return Ok(before) };
    let after = Comment { content, version: before.version + 1, ..before.clone() };
    on!(conn, |c| sqlx::query(
        "UPDATE comments SET content = $3, content_folded = $4, version = $5 WHERE user_id = $1 AND id = $2",
    )
    .bind(caller.user)
    .bind(id)
    .bind(&after.content)
    .bind(after.content.to_lowercase())
    .bind(after.version)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    journal::append(conn, caller, now, vec![Entry::updated(EventKind::CommentUpdated, id, &before, &after)?]).await?;
    Ok(after)
}

/// Deletes a comment.
///
/// # Errors
///
/// 404, 412.
pub async fn delete(
    conn: &mut Conn<'_>,
    caller: &Caller,
    now: DateTime<Utc>,
    id: Id,
    if_match: &IfMatch,
) -> Result<(), Error> {
    let before = get(conn, caller.user, id).await?;
    if_match.check(before.version)?;
    on!(conn, |c| sqlx::query("DELETE FROM comments WHERE user_id = $1 AND id = $2")
        .bind(caller.user)
        .bind(id)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    journal::append(conn, caller, now, vec![Entry::deleted(EventKind::CommentDeleted, id, &before)?]).await
}
