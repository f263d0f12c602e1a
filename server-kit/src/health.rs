//! Whether the server is alive, and whether it can work.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use axum::extract::{FromRef, State};
use serde_json::json;
use todo_sdk::Client;

use crate::{Error, Kit, reply::Reply, routes, routes::Routes};

/// How long a health check waits.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

/// `/api/health` and `/api/ready`.
pub fn router<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Kit: FromRef<S>,
{
    routes!(health, ready)
}

/// A server that can't work, or does not answer.
#[derive(Debug, thiserror::Error)]
// The text of what it holds names the causes already.
#[error("not ready: {0}")]
pub struct NotReady(todo_sdk::Error);

/// Whether the server at `url` can work, as a container's health check asks.
///
/// # Errors
///
/// If it can't, or does not answer.
pub async fn check(url: &str) -> Result<(), NotReady> {
    let ask = async { Client::builder(url).timeout(CHECK_TIMEOUT).retries(0).build()?.ready().await };
    ask.await.map_err(NotReady)
}

/// Where a server that listens there is reached from the same machine.
#[must_use]
pub fn local_url(listen: SocketAddr) -> String {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, listen.port()))
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
