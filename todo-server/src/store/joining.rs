//! Joining two accounts: what was made in a chat before it was linked becomes the person's.

use chrono::{DateTime, Utc};
use server_kit::{
    Error,
    auth::Caller,
    comments,
    db::Conn,
    journal::{self, Entry},
    on,
};
use sqlx::Executor;
use todo_sdk::model::{Comment, EventKind, Id, Tag, Task, TaskQuery};

use super::{reminders, sessions, tags, tasks, users};

/// What moved.
#[derive(Debug, Default)]
pub struct Joined {
    /// Tasks that have another owner now.
    pub tasks: Vec<Id>,
    /// Sessions that are over.
    pub sessions: Vec<String>,
}

/// Moves everything of the account `from` to `to`, and deletes `from`. Tags of one name become one.
///
/// # Errors
///
/// 409 if `from` has a password, and so is an account of its own.
pub async fn join(conn: &mut Conn<'_>, now: DateTime<Utc>, caller: &Caller, from: Id) -> Result<Joined, Error> {
    let to = caller.user;
    // In the order of ids, so that two joins can't wait for each other.
    let (first, second) = (from.min(to), from.max(to));
    let owners = [journal::lock(conn, first).await?, journal::lock(conn, second).await?];
    let owner = &owners[usize::from(to == second)];
    if users::password_hash(conn, from).await?.is_some() {
        let detail = "the chat belongs to another account that has a password; unlink it there first".to_owned();
        return Err(Error::Conflict { code: "chat_taken", detail });
    }
    if let Conn::Postgres(c) = conn {
        // The owner is part of the keys that rows refer to, so they fit together again only at the end.
        c.execute("SET CONSTRAINTS ALL DEFERRED").await?;
    }
    let moved_tags = move_tags(conn, from, to).await?;
    let before = all_tasks(conn, from).await?;
    move_rows(conn, from, to).await?;
    reminders::adopt(conn, to).await?;
    // Told below, with everything else that is new to the person.
    tasks::move_all_day(conn, to, owner, now).await?;
    let mut entries = Vec::new();
    for tag in &moved_tags {
        entries.push(Entry::created(EventKind::TagCreated, tag.id, tag)?);
    }
    let tasks: Vec<Id> = before.iter().map(|task| task.id).collect();
    for id in &tasks {
        let task = tasks::get(conn, to, *id).await?;
        entries.push(Entry::created(EventKind::TaskCreated, *id, &task)?);
        for comment in comments::of_task(conn, to, *id).await? {
            let comment: Comment = comment;
            entries.push(Entry::created(EventKind::CommentCreated, comment.id, &comment)?);
        }
    }
    journal::append(conn, caller, now, entries).await?;
    let sessions = sessions::end_all(conn, from).await?;
    on!(conn, |c| sqlx::query("DELETE FROM users WHERE id = $1").bind(from).execute(&mut *c).await.map(|_| ()))?;
    Ok(Joined { tasks, sessions })
}

/// Every task of a person, whatever their number.
async fn all_tasks(conn: &mut Conn<'_>, user: Id) -> Result<Vec<Task>, Error> {
    let mut query = TaskQuery { limit: Some(1000), ..TaskQuery::default() };
    let mut all = Vec::new();
    loop {
        let page = tasks::list(conn, user, &query).await?;
        all.extend(page.items);
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(all),
        }
    }
}

/// Gives tags over, or puts those of the same name in their place. Answers those that are new to `to`.
async fn move_tags(conn: &mut Conn<'_>, from: Id, to: Id) -> Result<Vec<Tag>, Error> {
    let same: Vec<(Id, Id)> = on!(&mut *conn, |c| {
        sqlx::query_as(
            "SELECT f.id, t.id FROM tags f JOIN tags t ON t.user_id = $2 AND t.name_folded = f.name_folded \
             WHERE f.user_id = $1",
        )
        .bind(from)
        .bind(to)
        .fetch_all(&mut *c)
        .await?
    });
    for (old, new) in same {
        on!(&mut *conn, |c| {
            sqlx::query("UPDATE task_tags SET tag_id = $3 WHERE user_id = $1 AND tag_id = $2")
                .bind(from)
                .bind(old)
                .bind(new)
                .execute(&mut *c)
                .await?;
            sqlx::query("DELETE FROM tags WHERE user_id = $1 AND id = $2")
                .bind(from)
                .bind(old)
                .execute(&mut *c)
                .await?;
        });
    }
    let moved: Vec<Id> =
        on!(&mut *conn, |c| sqlx::query_scalar("UPDATE tags SET user_id = $2 WHERE user_id = $1 RETURNING id")
            .bind(from)
            .bind(to)
            .fetch_all(&mut *c)
            .await?);
    let mut new = Vec::with_capacity(moved.len());
    for id in moved {
        new.push(tags::get(conn, to, id).await?);
    }
    Ok(new)
}

async fn move_rows(conn: &mut Conn<'_>, from: Id, to: Id) -> Result<(), Error> {
    for statement in [
        "UPDATE tasks SET user_id = $2 WHERE user_id = $1",
        "UPDATE task_tags SET user_id = $2 WHERE user_id = $1",
        "UPDATE comments SET user_id = $2 WHERE user_id = $1",
        "UPDATE reminders SET user_id = $2 WHERE user_id = $1",
        // Their journals count apart.
        "UPDATE shown_reminders SET user_id = $2, seq = 0 WHERE user_id = $1",
        "UPDATE repeats SET user_id = $2 WHERE user_id = $1",
        "UPDATE telegram_users SET user_id = $2 WHERE user_id = $1",
    ] {
        on!(&mut *conn, |c| sqlx::query(statement).bind(from).bind(to).execute(&mut *c).await.map(|_| ()))?;
    }
    Ok(())
}
