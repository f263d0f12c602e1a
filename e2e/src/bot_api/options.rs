//! How a server is set up.

use std::{net::SocketAddr, time::Duration};

use super::{limits::Rates, message::MessageId};

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; by default on a free port of 127.0.0.1.
    pub listen: SocketAddr,
    /// What the bot calls with.
    pub token: String,
    /// The bot's name for mentions and links, without the `@`.
    pub username: String,
    /// The number before that of the first message in people's chats. A server that goes on where another one stopped has
    /// to begin above the numbers that the bot remembers.
    pub last_message: MessageId,
    /// How fast the bot may send; by default as fast as it likes.
    pub limits: Option<Rates>,
    /// How long a pressed button may wait for its answer.
    pub query_lifetime: Duration,
    /// The first pause before a webhook is called again; it doubles each time.
    pub webhook_retry: Duration,
    /// How long people wait for what they want to see before the test fails.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: "424242:AAlocal-bot-api-server-no-secret-at-all".to_owned(),
            username: "todo_local_bot".to_owned(),
            last_message: 0,
            limits: None,
            query_lifetime: Duration::from_secs(60),
            webhook_retry: Duration::from_secs(1),
            patience: Duration::from_secs(60),
        }
    }
}

impl Options {
    /// What stands before the colon of the token.
    pub(crate) fn bot_id(&self) -> i64 {
        self.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(424_242)
    }
}
