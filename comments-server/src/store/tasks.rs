//! Whose task is it? Cache-aside: the cache first, then the main database.

use server_kit::{Error, Kit, db::Conn, on};
use todo_sdk::model::Id;

/// Whether the task is the person's.
///
/// # Errors
///
/// As the database says.
pub async fn belongs_to(kit: &Kit, task: Id, user: Id) -> Result<bool, Error> {
    if let Some(owner) = kit.tasks.owner(task).await {
        return Ok(owner == user);
    }
    let owner = owner(&mut kit.db.read().await?.conn(), task, user).await?;
    if let Some(owner) = owner {
        kit.tasks.put(task, owner).await;
    }
    Ok(owner == Some(user))
}

async fn owner(conn: &mut Conn<'_>, task: Id, user: Id) -> Result<Option<Id>, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar("SELECT user_id FROM tasks WHERE user_id = $2 AND id = $1")
        .bind(task)
        .bind(user)
        .fetch_optional(&mut *c)
        .await?))
}
