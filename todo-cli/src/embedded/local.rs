//! Local mode: the servers' routers on the database of this machine, called without a socket.

use std::{net::SocketAddr, path::Path, sync::Arc};

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use futures_util::TryStreamExt;
use server_kit::{clock::Clock, settings::Common, telemetry::LogFormat, throttle::Rate};
use todo_sdk::{
    Client,
    client::{Body, ClientBuilder, Transport, TransportError},
};
use todo_server::{Registration, Services, Settings};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::{default_zone, failed};
use crate::error::Error;

/// Addresses that never leave this process.
const TODO_SERVER: &str = "http://todo-server.local";
const COMMENTS_SERVER: &str = "http://comments-server.local";
/// The account of whoever works on this machine without signing in.
const ACCOUNT: &str = "local";

/// Both servers, without their sockets.
pub(crate) struct Local {
    todo: todo_server::App,
    comments: comments_server::App,
    listener: JoinHandle<()>,
}

impl Local {
    pub(crate) async fn open(data_dir: &Path) -> Result<Self, Error> {
        let todo = todo_server::App::open(&settings(data_dir), Clock::system()).await.map_err(failed)?;
        let comments = comments_server::App::beside(todo.kit().clone());
        // Other processes work on the same database.
        let kit = todo.kit().clone();
        let listener = tokio::spawn(async move { kit.listen().await });
        Ok(Self { todo, comments, listener })
    }

    /// A client of the routers.
    pub(crate) fn client_builder(&self) -> ClientBuilder {
        let routers = Routers { todo: self.todo.router(), comments: self.comments.router() };
        Client::builder(TODO_SERVER).comments_server(COMMENTS_SERVER).transport(Arc::new(routers))
    }

    /// A token that acts as whoever works on this machine.
    pub(crate) async fn access_token(&self) -> Result<String, Error> {
        self.todo.local_access(ACCOUNT).await.map_err(failed)
    }

    pub(crate) async fn close(&self) {
        self.listener.abort();
        self.todo.close().await;
    }
}

/// The environment's settings are those of servers: here everything is in the data directory.
fn settings(data_dir: &Path) -> Settings {
    Settings {
        common: Common {
            database_url: None,
            // One program, one person: another connection costs more than to wait for this one.
            database_connections: Some(1),
            worker_threads: 1,
            data_dir: Some(data_dir.to_owned()),
            redis_url: None,
            metrics_listen: None,
            throttle_anon: Rate::ANON,
            throttle_user: Rate::USER,
            trusted_proxies: Vec::new(),
            log_format: LogFormat::Pretty,
        },
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        signing_key: None,
        registration: Registration::Open,
        services: Services::default(),
        bot_name: None,
        journal_days: 90,
        gather_after_hours: 24,
        webhook_networks: Vec::new(),
        time_zone: default_zone(),
    }
}

struct Routers {
    todo: Router,
    comments: Router,
}

#[async_trait]
impl Transport for Routers {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        let of_comments = request.uri().host().is_some_and(|host| COMMENTS_SERVER.ends_with(host));
        let router = if of_comments { &self.comments } else { &self.todo };
        let response = match router.clone().oneshot(request.map(axum::body::Body::from)).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        Ok(response.map(|body| -> Body { Box::pin(body.into_data_stream().map_err(TransportError::broken)) }))
    }
}
