//! The application: what handlers share, and its router.

use axum::Router;
use server_kit::{
    Error, Kit,
    auth::{Authenticator, Keys},
    cache::TaskCache,
    clock::Clock,
    db::{Db, OpenError},
};
use todo_sdk::Client;

use crate::{Settings, routes};

/// comments-server without its sockets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    kit: Kit,
}

impl App {
    /// Opens the database; keys come from the todo-server behind `client`.
    ///
    /// # Errors
    ///
    /// If there is no database.
    pub async fn open(settings: &Settings, client: Client, clock: Clock) -> Result<Self, OpenError> {
        let db = Db::open(&settings.common.database()).await?;
        let auth = Authenticator::new(Keys::remote(client, clock.clone()), db.clone());
        Ok(Self { kit: Kit { db, clock, auth, tasks: TaskCache::default() } })
    }

    /// Works with the database and the cache of a todo-server in the same process.
    #[must_use]
    pub fn beside(kit: Kit) -> Self {
        Self { kit }
    }

    /// The routes.
    ///
    /// # Errors
    ///
    /// If the OpenAPI document has no JSON form.
    pub fn router(&self) -> Result<Router, Error> {
        routes::router(self.kit.clone())
    }

    /// Finishes what runs and closes the database.
    pub async fn close(&self) {
        self.kit.db.close().await;
    }
}
