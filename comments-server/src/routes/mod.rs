//! The routes: each resource owns its own, here they only come together.

mod comments;

use axum::Router;
use server_kit::{docs, health, middleware, routes::Routes};
use todo_sdk::model::Problem;
use utoipa::OpenApi;

use crate::App;

#[derive(OpenApi)]
#[openapi(
    info(title = "comments-server", description = "Comments on the tasks of the to-do service."),
    components(schemas(Problem)),
    tags((name = "comments"), (name = "server"))
)]
struct ApiDoc;

/// Every route of the server, wrapped.
pub(crate) fn router(app: App) -> Router {
    let (routes, document) = Routes::described_by::<ApiDoc>().merge(comments::router()).merge(health::router()).split();
    middleware::wrap(routes.with_state(app).merge(docs::router(document, "docs")))
}
