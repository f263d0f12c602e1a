//! Whether the server is alive, and whether it can work.

use crate::{Error, Kit, reply::Reply};
use axum::extract::{FromRef, State};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

/// `/api/health` and `/api/ready`.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kit: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

/// The process answers.
#[utoipa::path(get, path = "/api/health", tag = "server", security(()), responses((status = 200, description = "Alive.", body = serde_json::Value)))]
async fn health() -> Result<Reply, Error> {
    Reply::ok(&json!({"status": "ok"}))
}

/// The database answers.
#[utoipa::path(get, path = "/api/ready", tag = "server", security(()), responses((status = 200, description = "Ready.", body = serde_json::Value)))]
async fn ready(State(kit): State<Kit>) -> Result<Reply, Error> {
    kit.db.ping().await?;
    Reply::ok(&json!({"status": "ok"}))
}
