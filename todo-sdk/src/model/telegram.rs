//! Telegram accounts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Id, Language,
    validate::{Faults, Validate},
};

/// A Telegram chat that belongs to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TelegramUser {
    /// Identifier.
    pub id: Id,
    /// Telegram's id of the private chat.
    pub chat_id: i64,
    /// As Telegram tells it.
    pub first_name: Option<String>,
    /// As Telegram tells it.
    pub last_name: Option<String>,
    /// Without the `@`.
    pub username: Option<String>,
    /// The language that the bot speaks in this chat.
    pub language: Option<Language>,
}

/// Which chats [`TelegramUser`]s are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TelegramUserQuery {
    /// Only the chat with this id of Telegram's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<i64>,
    /// Items on a page: 1 to 1,000, 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// From the `Link` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Body of `PATCH /api/telegram_users/{id}`: what is absent stays, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateTelegramUser {
    /// The language that the bot speaks in this chat.
    #[serde(default, deserialize_with = "super::patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Language>))]
    pub language: Option<Option<Language>>,
}

impl Validate for UpdateTelegramUser {
    fn check(&self, _faults: &mut Faults) {}
}

impl Validate for ExchangeChat {
    fn check(&self, faults: &mut Faults) {
        let names = [("first_name", &self.first_name), ("last_name", &self.last_name), ("username", &self.username)];
        for (field, name) in names {
            faults.text(field, name.as_deref().unwrap_or_default(), 256);
        }
    }
}

impl Validate for LinkChat {
    fn check(&self, faults: &mut Faults) {
        faults.visible("code", &self.code, 64);
    }
}

/// Body of `POST /api/token/telegram` (service `bot` only): a chat for a pair of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeChat {
    /// Telegram's id of the private chat.
    pub chat_id: i64,
    /// As Telegram tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// As Telegram tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Without the `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Language of a new account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

impl ExchangeChat {
    /// A chat of which nothing else is known.
    #[must_use]
    pub fn of(chat_id: i64) -> Self {
        Self { chat_id, first_name: None, last_name: None, username: None, language: None }
    }
}

/// Answer of `POST /api/users/me/telegram_link`: a one-time deep link into the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TelegramLink {
    /// What the bot hands back; works once.
    pub code: String,
    /// `https://t.me/…?start=…`; absent where the server does not know the bot's name.
    pub url: Option<String>,
    /// The code is refused from then on.
    pub expires_at: DateTime<Utc>,
}

/// Body of `POST /api/telegram_users/link` (service `bot` only): joins two accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkChat {
    /// The chat that showed the code.
    pub chat_id: i64,
    /// From [`TelegramLink`].
    pub code: String,
}
