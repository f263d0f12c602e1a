//! Telegram accounts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Id, Language};

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

/// Answer of `POST /api/users/me/telegram_link`: a one-time deep link into the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TelegramLink {
    /// What the bot hands back; works once.
    pub code: String,
    /// `https://t.me/…?start=…`
    pub url: String,
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
