//! `/api/undo`.

use axum::extract::State;
use server_kit::{
    Error, Kit, auth::Caller, extract::OptionalJson, idempotency::IdempotencyKey, reply::Reply, routes, routes::Routes,
};
use todo_sdk::model::{Id, Problem, Undo, Undone};

use crate::{App, store::undo};

pub(super) fn router() -> Routes<App> {
    routes!(post)
}

/// Revert one's last change, whichever client made it, or the one that is named. To undo an undo is to redo.
///
/// Everything that one call did is reverted at once: a deleted task comes back with its tags and comments, an edit goes back
/// field by field. Where something newer stands on the same field nothing is done.
#[utoipa::path(post, path = "/api/undo", tag = "changes", request_body = Option<Undo>,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses((status = 200, description = "It is reverted.", body = Undone),
        (status = 404, description = "The journal has no such change.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Something newer stands on a field, which is named; or there is nothing to undo.", body = Problem, content_type = "application/problem+json")))]
async fn post(
    State(kit): State<Kit>,
    caller: Caller,
    key: IdempotencyKey,
    OptionalJson { value, bytes }: OptionalJson<Undo>,
) -> Result<Reply, Error> {
    let (once, user) = (key.of("undo", &bytes), caller.user);
    let (deleted, gone) = std::sync::mpsc::channel();
    let reply = kit.change_once(user, once, move |conn, owner, now| {
        Box::pin(async move {
            let undone = undo::undo(conn, &caller, &owner, now, value.seq).await?;
            // Fails only if nobody waits any more.
            let _ = deleted.send(undone.deleted);
            Reply::ok(&undone.answer)
        })
    });
    let reply = reply.await?;
    let gone: Vec<Id> = gone.try_iter().flatten().collect();
    kit.tasks.forget(&gone).await;
    Ok(reply)
}
