//! Updates that Telegram posts ([setWebhook](https://core.telegram.org/bots/api#setwebhook)). One is answered with 200 when
//! it is done and not before, so that Telegram tells it again to another bot if this one dies.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use subtle::ConstantTimeEq;
use teloxide::types::Update;
use tokio::net::TcpListener;
use url::Url;

use super::Queue;
use crate::error::StartError;

/// The header in which Telegram proves itself.
const SECRET: &str = "x-telegram-bot-api-secret-token";
/// Most bytes in an update.
const BODY_MAX: usize = 1024 * 1024;

#[derive(Clone)]
struct Webhook {
    queue: Queue,
    secret: String,
}

/// A listener for updates, and its address.
///
/// # Errors
///
/// The address is taken, or not this machine's.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
    let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
    println!("listening on http://{address}");
    Ok(listener)
}

/// Hands updates to the queue until `stop` resolves, and those that had begun by then.
///
/// # Errors
///
/// The listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    url: &Url,
    secret: &str,
    queue: &Queue,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), std::io::Error> {
    let webhook = Webhook { queue: queue.clone(), secret: secret.to_owned() };
    let path = if url.path().is_empty() { "/" } else { url.path() };
    let router = Router::new()
        .route(path, post(take))
        .route("/health", get(async || "ok"))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(webhook);
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

async fn take(State(webhook): State<Webhook>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let said = headers.get(SECRET).map(|value| value.as_bytes()).unwrap_or_default();
    if !bool::from(said.ct_eq(webhook.secret.as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(update) = serde_json::from_slice::<Update>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    // The queue outlives this call, and says so when it is done.
    let _ = webhook.queue.accept(update).await;
    StatusCode::OK
}
