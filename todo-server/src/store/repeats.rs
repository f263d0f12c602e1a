//! Which repeating tasks have made their next occurrence.

use server_kit::{Error, db::Conn, on};
use todo_sdk::model::Id;

/// Whether a task has made its next occurrence, and it was not undone since.
///
/// # Errors
///
/// As the database says.
pub async fn was_made(conn: &mut Conn<'_>, user: Id, task: Id) -> Result<bool, Error> {
    let undone: Option<bool> =
        on!(conn, |c| sqlx::query_scalar("SELECT undone FROM repeats WHERE user_id = $1 AND task_id = $2")
            .bind(user)
            .bind(task)
            .fetch_optional(&mut *c)
            .await?);
    Ok(undone == Some(false))
}

/// A task has made its next occurrence.
///
/// # Errors
///
/// As the database says.
pub async fn note(conn: &mut Conn<'_>, user: Id, task: Id, next: Id) -> Result<(), Error> {
    on!(conn, |c| sqlx::query(
        "INSERT INTO repeats (user_id, task_id, next_id, undone) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, task_id) DO UPDATE SET next_id = excluded.next_id, undone = excluded.undone",
    )
    .bind(user)
    .bind(task)
    .bind(next)
    .bind(false)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(())
}

/// The next occurrence was undone along with the completion of its task, or is there again.
///
/// # Errors
///
/// As the database says.
pub async fn set_undone(conn: &mut Conn<'_>, user: Id, task: Id, next: Id, undone: bool) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("UPDATE repeats SET undone = $4 WHERE user_id = $1 AND task_id = $2 AND next_id = $3")
        .bind(user)
        .bind(task)
        .bind(next)
        .bind(undone)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}
