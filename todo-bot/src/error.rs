//! What goes wrong.

use teloxide::{ApiError, RequestError};

/// Why the bot can't start, or can't go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// There is no token.
    #[error("no BOT_TOKEN: ask @BotFather in Telegram for one and set BOT_TOKEN to it")]
    NoToken,
    /// What is there is no token.
    #[error("BOT_TOKEN does not look like a token: @BotFather's are digits, a colon and 35 letters")]
    BadToken,
    /// Telegram does not know the token.
    #[error("Telegram refuses BOT_TOKEN: ask @BotFather for the current one")]
    TokenRefused,
    /// There is no secret.
    #[error("no SERVICE_SECRET: set it to the secret behind `bot:` in todo-server's TODO_SERVER_SERVICES")]
    NoSecret,
    /// Telegram would not take the secret.
    #[error("BOT_WEBHOOK_SECRET must be 1 to 256 letters, digits, _ and -")]
    BadWebhookSecret,
    /// The address of the servers makes no sense.
    #[error("cannot use TODO_SERVER_URL or COMMENTS_SERVER_URL: {0}")]
    Servers(todo_sdk::Error),
    /// The address of Redis makes no sense.
    #[error("cannot use REDIS_URL: {0}")]
    Redis(redis::RedisError),
    /// The servers don't let the bot in.
    #[error(
        "todo-server does not let the bot in: {0}; SERVICE_SECRET must be the secret behind `bot:` in its TODO_SERVER_SERVICES"
    )]
    Refused(todo_sdk::Error),
    /// Updates can't be listened for.
    #[error("cannot listen on {address}: {source}; set BOT_WEBHOOK_LISTEN to a free address and port")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The client of the Bot API can't be made.
    #[error("cannot make an HTTP client: {0}")]
    Http(String),
    /// Telegram refuses the webhook.
    #[error("Telegram refuses BOT_WEBHOOK_URL: {0}")]
    Webhook(RequestError),
    /// The system does not tell of signals.
    #[error("cannot listen for signals: {0}")]
    Signals(std::io::Error),
}

/// Why an update could not be answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fail {
    /// A server said no, or nothing.
    #[error(transparent)]
    Server(#[from] todo_sdk::Error),
    /// Telegram said no, or nothing.
    #[error(transparent)]
    Telegram(#[from] RequestError),
}

/// Whether Telegram won't take messages for this chat any more.
#[must_use]
pub(crate) fn is_closed(error: &RequestError) -> bool {
    match error {
        RequestError::Api(
            ApiError::BotBlocked
            | ApiError::UserDeactivated
            | ApiError::ChatNotFound
            | ApiError::CantInitiateConversation,
        ) => true,
        // Descriptions that teloxide has no name for.
        RequestError::Api(ApiError::Unknown(description)) => description.starts_with("Forbidden:"),
        _ => false,
    }
}

/// Whether the same call may succeed a moment later.
#[must_use]
pub(crate) fn passes(error: &RequestError) -> bool {
    match error {
        RequestError::Network(_) | RequestError::Io(_) | RequestError::InvalidJson { .. } => true,
        // What a proxy or an overloaded server says.
        RequestError::Api(ApiError::Unknown(description)) => {
            ["Internal Server Error", "Bad Gateway", "Gateway Timeout", "Service Unavailable"]
                .iter()
                .any(|status| description.contains(status))
        }
        _ => false,
    }
}
