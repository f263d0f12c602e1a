//! `/api/tokens`: named, long-lived tokens for scripts.

use chrono::{DateTime, Utc};

use super::{
    Change, Client, Error,
    request::{Call, Server},
};
use crate::model::{CreateNamedToken, Id, NamedToken, Scope};

const TOKENS: &str = "api/tokens";

/// The calls about named tokens. A named token may not make them.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// use todo_sdk::{Client, model::Scope};
///
/// let made = client.named_tokens().create("backup", Scope::Read).send().await?;
/// let token = made.token.unwrap_or_default();
/// let script = Client::builder("http://127.0.0.1:8000").access_token(token).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct NamedTokens {
    pub(super) client: Client,
}

impl NamedTokens {
    /// All of them, without their secrets.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn list(&self) -> Result<Vec<NamedToken>, Error> {
        self.client.send(Call::get(Server::Todo, TOKENS)).await?.json()
    }

    /// Makes one. The answer is the only place where [`NamedToken::token`] is ever shown.
    pub fn create(&self, name: impl Into<String>, scope: Scope) -> CreateNamedTokenBuilder {
        let token = CreateNamedToken { name: name.into(), scope, expires_at: None };
        CreateNamedTokenBuilder { client: self.client.clone(), token }
    }

    /// Revokes one.
    pub fn delete(&self, id: Id) -> Change<()> {
        Change::delete(self.client.clone(), Server::Todo, TOKENS, id)
    }
}

/// Makes a named token; see [`NamedTokens::create`].
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct CreateNamedTokenBuilder {
    client: Client,
    token: CreateNamedToken,
}

impl CreateNamedTokenBuilder {
    /// Refused from then on; never by default.
    pub fn expires_at(mut self, at: DateTime<Utc>) -> Self {
        self.token.expires_at = Some(at);
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<NamedToken, Error> {
        self.client.send(Call::post(Server::Todo, TOKENS, &self.token)).await?.json()
    }
}
