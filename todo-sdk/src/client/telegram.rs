//! `/api/telegram_users`: chats that belong to accounts.

use super::{
    Change, Client, Error, Page,
    request::{Call, Server},
};
use crate::model::{Id, Language, LinkChat, TelegramLink, TelegramUser, TelegramUserQuery, UpdateTelegramUser};

const CHATS: &str = "api/telegram_users";

/// The calls about Telegram chats: a person sees their own, the bot all.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// let link = client.telegram().offer_link().await?;
/// println!("within {}: {}", link.expires_at, link.url.as_deref().unwrap_or(&link.code));
/// for chat in client.telegram().list().await?.items {
///     client.telegram().delete(chat.id).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Telegram {
    pub(super) client: Client,
}

impl Telegram {
    /// The chats, 1,000 at most.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn list(&self) -> Result<Page<TelegramUser>, Error> {
        self.page(&TelegramUserQuery { limit: Some(crate::model::LIMIT_MAX), ..TelegramUserQuery::default() }).await
    }

    /// The chat with this id of Telegram's, if it belongs to an account.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn find(&self, chat_id: i64) -> Result<Option<TelegramUser>, Error> {
        let query = TelegramUserQuery { chat_id: Some(chat_id), ..TelegramUserQuery::default() };
        Ok(self.page(&query).await?.items.into_iter().next())
    }

    async fn page(&self, query: &TelegramUserQuery) -> Result<Page<TelegramUser>, Error> {
        Page::read(&self.client.send(Call::list(Server::Todo, CHATS, query)?).await?)
    }

    /// Sets the language that the bot speaks in a chat, or leaves it to the account's.
    pub fn set_language(&self, id: Id, language: Option<Language>) -> Change<TelegramUser> {
        let changes = UpdateTelegramUser { language: Some(language) };
        Change::new(self.client.clone(), Call::patch(Server::Todo, format!("{CHATS}/{id}"), &changes))
    }

    /// Takes a chat off its account.
    pub fn delete(&self, id: Id) -> Change<()> {
        Change::delete(self.client.clone(), Server::Todo, CHATS, id)
    }

    /// A one-time link that joins a chat with the account of whoever is signed in.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn offer_link(&self) -> Result<TelegramLink, Error> {
        self.client.send(Call::post(Server::Todo, "api/users/me/telegram_link", &())).await?.json()
    }

    /// Joins a chat with the account whose code it showed. The bot only.
    ///
    /// # Errors
    ///
    /// 422 for a code that is unknown, used or too old; 409 where the chat belongs to another account with a password.
    pub async fn link(&self, chat_id: i64, code: impl Into<String>) -> Result<TelegramUser, Error> {
        let body = LinkChat { chat_id, code: code.into() };
        self.client.send(Call::post(Server::Todo, "api/telegram_users/link", &body)).await?.json()
    }
}
