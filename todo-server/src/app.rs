//! The application: what handlers share, and its router.

use std::{ops::Deref, sync::Arc};

use axum::{Router, extract::FromRef};
use chrono::TimeDelta;
use server_kit::{
    Kit,
    auth::Keys,
    clock::Clock,
    db::{OpenError, Together},
};
use todo_sdk::{
    model::{Jwks, Task},
    tokens::{KeyError, Signer, Verifier},
};

use crate::{
    Settings,
    keys::{self, SigningKeyError, SigningKeys},
    passwords::Passwords,
    routes,
    services::Services,
    settings::Registration,
    store,
    webhook::{self, Poster},
};

/// Why the server can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No signing key.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// The key can't verify.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No database.
    #[error(transparent)]
    Database(#[from] OpenError),
}

/// todo-server without its sockets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] consists of.
#[derive(Debug)]
pub struct Parts {
    pub(crate) kit: Kit,
    /// Looks tasks up.
    pub(crate) tasks: Together<Task>,
    pub(crate) signer: Signer,
    pub(crate) public_keys: Jwks,
    pub(crate) passwords: Passwords,
    pub(crate) registration: Registration,
    pub(crate) time_zone: String,
    journal_kept: TimeDelta,
    /// Reminders that are late by more are told in one message a person.
    pub(crate) gather_after: TimeDelta,
    pub(crate) webhooks: Poster,
    pub(crate) services: Services,
    /// The bot's name in Telegram, without the `@`.
    pub(crate) bot_name: Option<String>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<App> for Kit {
    fn from_ref(app: &App) -> Self {
        app.kit.clone()
    }
}

impl App {
    /// Opens the database and the signing key.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn open(settings: &Settings, clock: Clock) -> Result<Self, StartError> {
        let SigningKeys { signer, public } = keys::load(settings)?;
        let verifier = Verifier::new(&public)?;
        let keys = Keys::Own(Arc::new(verifier));
        let kit = Kit::open(&settings.common, clock, keys).await?;
        Ok(Self(Arc::new(Parts {
            tasks: store::tasks::together(kit.db.clone()),
            kit,
            signer,
            public_keys: public,
            passwords: Passwords::default(),
            registration: settings.registration,
            time_zone: settings.time_zone.clone(),
            journal_kept: TimeDelta::days(settings.journal_days.into()),
            gather_after: TimeDelta::hours(settings.gather_after_hours.into()),
            webhooks: Poster::new(&settings.webhook_networks),
            services: settings.services.clone(),
            bot_name: settings.bot_name.clone(),
        })))
    }

    /// What it shares with a comments-server in the same process.
    #[must_use]
    pub fn kit(&self) -> &Kit {
        &self.kit
    }

    /// The routes.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    /// What it does besides answering, for as long as it is polled.
    pub async fn work(&self) {
        tokio::join!(self.housekeep(), self.kit.listen(), webhook::work(self));
    }

    /// Deletes what nobody needs any more, every hour.
    async fn housekeep(&self) {
        loop {
            let now = self.kit.clock.now();
            let oldest = now - self.journal_kept;
            let purge = || self.kit.db.write(move |conn| Box::pin(store::purge(conn, now, oldest)));
            // A lot at a time: nobody waits long for a lock, and what has piled up goes in the end.
            let purged = loop {
                match purge().await {
                    Ok(true) => tokio::task::yield_now().await,
                    done => break done,
                }
            };
            if let Err(error) = purged {
                tracing::warn!(%error, "cannot delete what has expired");
            }
            tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        }
    }

    /// Finishes what runs and closes the database.
    pub async fn close(&self) {
        self.kit.db.close().await;
    }
}
