//! Tags.

use chrono::{DateTime, Utc};
use server_kit::{
    Error,
    auth::Caller,
    db::Conn,
    extract::IfMatch,
    journal::{self, Entry},
    on, page,
};
use sqlx::{FromRow, QueryBuilder};
use todo_sdk::model::{EventKind, Id, Tag, TagQuery};

use super::tasks;

#[derive(FromRow)]
struct Row {
    id: Id,
    name: String,
    version: i64,
}

impl From<Row> for Tag {
    fn from(Row { id, name, version }: Row) -> Self {
        Self { id, name, version }
    }
}

fn taken(name: &str) -> Error {
    Error::Conflict { code: "tag_exists", detail: format!("there is a tag named {name} already") }
}

/// Makes a tag. The caller has locked the person's row, here and below.
///
/// # Errors
///
/// 409 if there is one of that name.
pub async fn create(conn: &mut Conn<'_>, caller: &Caller, now: DateTime<Utc>, name: &str) -> Result<Tag, Error> {
    let id: Option<Id> = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO tags (user_id, name, name_folded) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, name_folded) DO NOTHING RETURNING id",
    )
    .bind(caller.user)
    .bind(name)
    .bind(name.to_lowercase())
    .fetch_optional(&mut *c)
    .await?);
    let tag = Tag { id: id.ok_or_else(|| taken(name))?, name: name.to_owned(), version: 1 };
    journal::append(conn, caller, now, vec![Entry::created(EventKind::TagCreated, tag.id, &tag)?]).await?;
    Ok(tag)
}

/// The tag of that name, whatever the case; made if there is none.
///
/// # Errors
///
/// As the database says.
pub async fn ensure(conn: &mut Conn<'_>, caller: &Caller, now: DateTime<Utc>, name: &str) -> Result<Id, Error> {
    let known: Option<Id> =
        on!(&mut *conn, |c| sqlx::query_scalar("SELECT id FROM tags WHERE user_id = $1 AND name_folded = $2")
            .bind(caller.user)
            .bind(name.to_lowercase())
            .fetch_optional(&mut *c)
            .await?);
    match known {
        Some(id) => Ok(id),
        None => Ok(create(conn, caller, now, name).await?.id),
    }
}

/// The person's tag of that id.
///
/// # Errors
///
/// 404 if there is none.
pub async fn get(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Tag, Error> {
    let row: Option<Row> =
        on!(conn, |c| sqlx::query_as("SELECT id, name, version FROM tags WHERE user_id = $1 AND id = $2")
            .bind(user)
            .bind(id)
            .fetch_optional(&mut *c)
            .await?);
    row.map(Tag::from).ok_or(Error::NotFound("tag"))
}

/// A page of the person's tags, by id.
///
/// # Errors
///
/// 422 for a limit or cursor that is none.
pub async fn list(conn: &mut Conn<'_>, user: Id, query: &TagQuery) -> Result<page::Page<Tag>, Error> {
    let limit = page::limit(query.limit)?;
    let after: Id = query.cursor.as_deref().map_or(Ok(0), |cursor| page::decode_cursor("id", cursor))?;
    let pattern = page::search(query.q.as_deref())?;
    let rows: Vec<Row> = on!(conn, |c| {
        let mut select = QueryBuilder::new("SELECT id, name, version FROM tags WHERE user_id = ");
        select.push_bind(user).push(" AND id > ").push_bind(after);
        if let Some(pattern) = pattern {
            select.push(" AND name_folded LIKE ").push_bind(pattern).push(" ESCAPE '\\'");
        }
        select.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit) + 1);
        select.build_query_as().fetch_all(&mut *c).await?
    });
    let tags = rows.into_iter().map(Tag::from).collect();
    page::Page::cut(tags, limit, |last: &Tag| page::encode_cursor("id", last.id))
}

/// Renames a tag.
///
/// # Errors
///
/// 404, 409 if there is another of that name, 412.
pub async fn rename(
    conn: &mut Conn<'_>,
    caller: &Caller,
    now: DateTime<Utc>,
    id: Id,
    if_match: &IfMatch,
    name: Option<&str>,
) -> Result<Tag, Error> {
    let before = get(conn, caller.user, id).await?;
    if_match.check(before.version)?;
    let Some(name) = name.filter(|name| *name != before.name) else { return Ok(before) };
    let after = Tag { id, name: name.to_owned(), version: before.version + 1 };
    let result = on!(conn, |c| sqlx::query(
        "UPDATE tags SET name = $3, name_folded = $4, version = $5 WHERE user_id = $1 AND id = $2",
    )
    .bind(caller.user)
    .bind(id)
    .bind(name)
    .bind(name.to_lowercase())
    .bind(after.version)
    .execute(&mut *c)
    .await
    .map(|_| ()));
    match result {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Err(taken(name)),
        result => result?,
    }
    journal::append(conn, caller, now, vec![Entry::updated(EventKind::TagUpdated, id, &before, &after)?]).await?;
    Ok(after)
}

/// Deletes a tag and takes it off every task.
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
    let mut entries = tasks::untag_all(conn, caller.user, now, id).await?;
    on!(conn, |c| sqlx::query("DELETE FROM tags WHERE user_id = $1 AND id = $2")
        .bind(caller.user)
        .bind(id)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    entries.push(Entry::deleted(EventKind::TagDeleted, id, &before)?);
    journal::append(conn, caller, now, entries).await
}

fn newer(field: &'static str, detail: impl Into<String>) -> Error {
    Error::NewerChange { field, detail: detail.into() }
}

async fn current(conn: &mut Conn<'_>, user: Id, id: Id) -> Result<Tag, Error> {
    get(conn, user, id).await.map_err(|error| match error {
        Error::NotFound(_) => newer("tag", format!("tag {id} is deleted")),
        error => error,
    })
}

/// Deletes a tag that is as it was made.
///
/// # Errors
///
/// 409 if it was renamed or put on a task since.
pub async fn undo_creation(conn: &mut Conn<'_>, user: Id, made: &Tag) -> Result<Entry, Error> {
    let tag = current(conn, user, made.id).await?;
    if tag.name != made.name {
        return Err(newer("name", format!("tag {} has another name by now", tag.id)));
    }
    let used: i64 =
        on!(conn, |c| sqlx::query_scalar("SELECT count(*) FROM task_tags WHERE user_id = $1 AND tag_id = $2")
            .bind(user)
            .bind(tag.id)
            .fetch_one(&mut *c)
            .await?);
    if used > 0 {
        return Err(newer("tags", format!("tag {} is on {used} tasks by now", tag.id)));
    }
    on!(conn, |c| sqlx::query("DELETE FROM tags WHERE user_id = $1 AND id = $2")
        .bind(user)
        .bind(tag.id)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Entry::deleted(EventKind::TagDeleted, tag.id, &tag)
}

/// Gives a tag its old name; nothing if it has it already.
///
/// # Errors
///
/// 409 if it has another one by now, or another tag has that.
pub async fn undo_change(conn: &mut Conn<'_>, user: Id, before: &Tag, after: &Tag) -> Result<Option<Entry>, Error> {
    let tag = current(conn, user, after.id).await?;
    if tag.name != after.name {
        return Err(newer("name", format!("tag {} has another name by now", tag.id)));
    }
    if tag.name == before.name {
        return Ok(None);
    }
    let back = Tag { name: before.name.clone(), version: tag.version + 1, ..tag };
    let renamed = on!(conn, |c| sqlx::query(
        "UPDATE tags SET name = $3, name_folded = $4, version = $5 WHERE user_id = $1 AND id = $2",
    )
    .bind(user)
    .bind(back.id)
    .bind(&back.name)
    .bind(back.name.to_lowercase())
    .bind(back.version)
    .execute(&mut *c)
    .await
    .map(|_| ()));
    match renamed {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(name_taken(&back)),
        renamed => {
            renamed?;
            Ok(Some(Entry::updated(EventKind::TagUpdated, back.id, &tag, &back)?))
        }
    }
}

/// Makes a deleted tag again, with its id and one version more.
///
/// # Errors
///
/// 409 if it is there, or another one has its name.
pub async fn undo_deletion(conn: &mut Conn<'_>, user: Id, before: Tag) -> Result<Entry, Error> {
    if get(conn, user, before.id).await.is_ok() {
        return Err(newer("tag", format!("tag {} is back already", before.id)));
    }
    let tag = Tag { version: before.version + 1, ..before };
    let made: Option<Id> = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO tags (id, user_id, name, name_folded, version) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id, name_folded) DO NOTHING RETURNING id",
    )
    .bind(tag.id)
    .bind(user)
    .bind(&tag.name)
    .bind(tag.name.to_lowercase())
    .bind(tag.version)
    .fetch_optional(&mut *c)
    .await?);
    made.ok_or_else(|| name_taken(&tag))?;
    Entry::created(EventKind::TagCreated, tag.id, &tag)
}

fn name_taken(tag: &Tag) -> Error {
    newer("name", format!("another tag is named {} by now", tag.name))
}
