//! `/api/tasks/bulk`: many changes, all or none.

use axum::extract::State;
use server_kit::{
    Error, Kit,
    auth::Caller,
    db::Conn,
    extract::{IfMatch, Json},
    idempotency::{IdempotencyKey, ItemKeys},
    journal::{self, Entry},
    reply::Reply,
    routes,
    routes::Routes,
};
use todo_sdk::model::{AlreadyMade, BulkResult, BulkTasks};

use crate::{App, store::tasks};

pub(super) fn router() -> Routes<App> {
    routes!(bulk)
}

/// Make, change and delete up to 1,000 tasks in one transaction.
#[utoipa::path(post, path = "/api/tasks/bulk", tag = "tasks", request_body = BulkTasks,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses(
        (status = 200, description = "All of it is done.", body = BulkResult),
        (status = 404, description = "A task to change or delete is not there.", body = todo_sdk::model::Problem, content_type = "application/problem+json"),
        (status = 412, description = "A task has another version.", body = todo_sdk::model::Problem, content_type = "application/problem+json")))]
async fn bulk(
    State(kit): State<Kit>,
    caller: Caller,
    key: IdempotencyKey,
    Json { value, bytes }: Json<BulkTasks>,
) -> Result<Reply, Error> {
    let once = key.of("tasks.bulk", &bytes);
    let deleted = value.delete.clone();
    let reply = kit.change_once(caller.user, once, move |conn, owner, now| {
        Box::pin(async move {
            let (result, entries) = run(conn, &caller, &owner, now, value).await?;
            journal::append(conn, &caller, now, entries).await?;
            Reply::ok(&result)
        })
    });
    let reply = reply.await?;
    kit.tasks.forget(&deleted).await;
    Ok(reply)
}

async fn run(
    conn: &mut Conn<'_>,
    caller: &Caller,
    owner: &journal::Owner,
    now: chrono::DateTime<chrono::Utc>,
    bulk: BulkTasks,
) -> Result<(BulkResult, Vec<Entry>), Error> {
    let mut result = BulkResult::default();
    let mut entries = Vec::new();
    let keys = ItemKeys::new("tasks", &bulk.create_keys);
    let already = keys.made(conn, caller.user, now).await?;
    let mut fresh = Vec::new();
    for (index, new) in bulk.create.into_iter().enumerate() {
        if let Some(id) = already.get(&index) {
            result.already.push(AlreadyMade { index, id: *id });
            continue;
        }
        let made = tasks::create(conn, caller.user, owner, now, new).await;
        let made = made.map_err(|error| error.in_item(format!("create[{index}]")))?;
        fresh.push((index, made.task.id));
        result.created.push(made.task);
        entries.extend(made.entries);
    }
    keys.keep(conn, caller.user, now, &fresh).await?;
    for (index, update) in bulk.update.into_iter().enumerate() {
        let if_match = IfMatch::version(update.version);
        let changed = tasks::update(conn, caller.user, owner, now, update.id, &if_match, update.changes).await;
        let changed = changed.map_err(|error| error.in_item(format!("update[{index}]")))?;
        result.updated.push(changed.task);
        entries.extend(changed.entries);
    }
    for (index, id) in bulk.delete.into_iter().enumerate() {
        let deleted = tasks::delete(conn, caller.user, id, &IfMatch::any()).await;
        entries.extend(deleted.map_err(|error| error.in_item(format!("delete[{index}]")))?);
        result.deleted.push(id);
    }
    Ok((result, entries))
}
