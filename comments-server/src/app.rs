//! The application: what handlers share, and its router.

use axum::{Router, extract::FromRef};
use server_kit::{
    Kit,
    auth::Keys,
    clock::Clock,
    comments,
    db::{OpenError, Together},
};
use todo_sdk::{Client, model::Comment};

use crate::{Settings, routes};

/// comments-server without its sockets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    kit: Kit,
    /// Looks comments up.
    pub(crate) comments: Together<Comment>,
    /// Who issues the tokens, for the log.
    issuer: String,
}

impl FromRef<App> for Kit {
    fn from_ref(app: &App) -> Self {
        app.kit.clone()
    }
}

impl App {
    /// Opens the database; keys come from the todo-server behind `client`.
    ///
    /// # Errors
    ///
    /// If there is no database.
    pub async fn open(settings: &Settings, client: Client, clock: Clock) -> Result<Self, OpenError> {
        let keys = Keys::remote(client, clock.clone());
        let issuer = format!("todo-server at {}", settings.todo_server_url);
        Ok(Self::new(Kit::open(&settings.common, clock, keys).await?, issuer))
    }

    /// Works with the database and the cache of a todo-server in the same process.
    #[must_use]
    pub fn beside(kit: Kit) -> Self {
        Self::new(kit, "todo-server beside it".to_owned())
    }

    fn new(kit: Kit, issuer: String) -> Self {
        Self { comments: comments::together(kit.db.clone()), kit, issuer }
    }

    /// What handlers share.
    #[must_use]
    pub fn kit(&self) -> &Kit {
        &self.kit
    }

    /// What it does besides answering, for as long as it is polled.
    pub async fn work(&self) {
        tokio::join!(self.kit.auth.keys().wait(&self.issuer), self.kit.listen());
    }

    /// The routes.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    /// Finishes what runs and closes the database.
    pub async fn close(&self) {
        self.kit.db.close().await;
    }
}
