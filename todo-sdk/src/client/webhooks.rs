//! `/api/users/me/webhook`: where a person's reminders are posted.

use super::{
    Client, Error,
    request::{Call, Server},
};
use crate::model::{NewWebhook, SetWebhook, Webhook, WebhookTest};

const WEBHOOK: &str = "api/users/me/webhook";

/// The calls about one's webhook.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// let webhook = client.webhooks().set("https://example.com/hook").await?;
/// println!("deliveries are signed with {}", webhook.secret);
/// if !client.webhooks().test().await?.delivered {
///     client.webhooks().delete().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Webhooks {
    pub(super) client: Client,
}

impl Webhooks {
    /// The webhook, if there is one.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn get(&self) -> Result<Option<Webhook>, Error> {
        match self.client.send(Call::get(Server::Todo, WEBHOOK)).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Has one's reminders posted to this address. Each time there is a new secret, shown once.
    ///
    /// # Errors
    ///
    /// 422 for an address that the server does not call.
    pub async fn set(&self, url: impl Into<String>) -> Result<NewWebhook, Error> {
        self.client.send(Call::put(Server::Todo, WEBHOOK, &SetWebhook { url: url.into() })).await?.json()
    }

    /// Has them posted no more.
    ///
    /// # Errors
    ///
    /// 404 if there is none.
    pub async fn delete(&self) -> Result<(), Error> {
        self.client.send(Call::delete(Server::Todo, WEBHOOK)).await?;
        Ok(())
    }

    /// Has the server post something now, and tells whether the address took it.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn test(&self) -> Result<WebhookTest, Error> {
        self.client.send(Call::post(Server::Todo, "api/users/me/webhook/test", &())).await?.json()
    }
}
