//! The routes: each resource owns its own, here they only come together.

mod bulk;
mod changes;
mod export;
mod named_tokens;
mod quick;
mod reminders;
mod sessions;
mod tags;
mod tasks;
mod telegram;
mod tokens;
mod undo;
mod users;
mod webhooks;

use axum::Router;
use server_kit::{docs, health, middleware, routes::Routes};
use todo_sdk::model::Problem;
use utoipa::OpenApi;

use crate::App;

#[derive(OpenApi)]
#[openapi(
    info(title = "todo-server", description = "Users, tokens, tasks and tags of the to-do service."),
    components(schemas(Problem)),
    tags(
        (name = "tasks"),
        (name = "tags", description = "Also called categories."),
        (name = "changes", description = "The journal: live, resumable, undoable."),
        (name = "reminders", description = "Delivered by claim; the ledger tells what became of each."),
        (name = "users"),
        (name = "tokens", description = "Proving who calls."),
        (name = "telegram", description = "Chats with the bot, and the accounts that they belong to."),
        (name = "server"),
    )
)]
struct ApiDoc;

/// Every route of the server, wrapped.
pub(crate) fn router(app: App) -> Router {
    let (routes, document) = Routes::described_by::<ApiDoc>()
        .merge(tasks::router())
        .merge(bulk::router())
        .merge(quick::router())
        .merge(tags::router())
        .merge(changes::router())
        .merge(undo::router())
        .merge(reminders::router())
        .merge(users::router())
        .merge(export::router())
        .merge(tokens::router())
        .merge(named_tokens::router())
        .merge(sessions::router())
        .merge(telegram::router())
        .merge(webhooks::router())
        .merge(health::router())
        .split();
    middleware::wrap(routes.with_state(app).merge(docs::router(document, "swagger")))
}
