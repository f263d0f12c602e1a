//! `/api/sessions`: where one is signed in.

use super::{
    Client, Error,
    request::{Call, Server},
};
use crate::model::Session;

const SESSIONS: &str = "api/sessions";

/// The calls about sessions. A named token may not make them.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// for session in client.sessions().list().await? {
///     if !session.current {
///         client.sessions().end(&session.id).await?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Sessions {
    pub(super) client: Client,
}

impl Sessions {
    /// All of them, the last used first.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn list(&self) -> Result<Vec<Session>, Error> {
        self.client.send(Call::get(Server::Todo, SESSIONS)).await?.json()
    }

    /// Ends one.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn end(&self, id: &str) -> Result<(), Error> {
        // The id is a UUID; whatever else it is, it must not lead to another address.
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        self.client.send(Call::delete(Server::Todo, format!("{SESSIONS}/{id}"))).await.map(drop)
    }

    /// Ends all of them, and forgets one's own.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn end_all(&self) -> Result<(), Error> {
        self.client.send(Call::delete(Server::Todo, SESSIONS)).await?;
        self.client.session.replace(None).await.1
    }
}
