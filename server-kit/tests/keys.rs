//! Keys that are fetched from another server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use server_kit::{auth::Keys, clock::Clock};
use todo_sdk::{
    Client,
    client::{Body, Transport, TransportError},
    tokens::TokenKind,
};

/// Never answers, and notes who asked.
#[derive(Default)]
struct Silent(Mutex<Vec<String>>);

#[async_trait]
impl Transport for Silent {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        let id = request.headers()["x-request-id"].to_str().unwrap().to_owned();
        self.0.lock().unwrap().push(id);
        Err(TransportError::broken("nobody is there"))
    }
}

#[tokio::test]
async fn keys_are_fetched_under_the_id_of_the_request_that_needs_them() {
    let asked = Arc::new(Silent::default());
    let transport: Arc<dyn Transport> = Arc::clone(&asked) as _;
    let client = Client::builder("http://todo-server").retries(0).transport(transport).build().unwrap();
    let clock = Clock::system();
    let keys = Keys::remote(client, clock.clone());
    let verified = keys.verify(TokenKind::Access, "a.b.c", clock.now());
    assert!(todo_sdk::with_request_id("request-7", verified).await.is_err());
    assert_eq!(*asked.0.lock().unwrap(), ["request-7"]);
}
