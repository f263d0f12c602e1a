//! The routes: each resource owns its own, here they only come together.

mod comments;

use axum::Router;
use server_kit::{Error, Kit, docs, health, middleware};
use todo_sdk::model::Problem;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(title = "comments-server", description = "Comments on the tasks of the to-do service."),
    components(schemas(Problem)),
    tags((name = "comments"), (name = "server"))
)]
struct ApiDoc;

/// Every route of the server, wrapped.
pub(crate) fn router(kit: Kit) -> Result<Router, Error> {
    let (routes, document) = OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(comments::router())
        .merge(health::router())
        .split_for_parts();
    Ok(middleware::wrap(routes.with_state(kit).merge(docs::router(document, "docs")?)))
}
