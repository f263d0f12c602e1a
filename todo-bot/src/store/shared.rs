//! Redis, which the bots of one token share.

use std::{
    fmt::Display,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{RedisResult, aio::ConnectionManager};
use teloxide::types::UserId;

/// How long Redis is left alone after it did not answer: people would wait for each of its timeouts.
const PAUSE: Duration = Duration::from_secs(5);

/// Redis under the keys of one bot. After it did not answer, it is not asked for a while.
#[derive(Clone)]
pub(crate) struct Shared {
    redis: ConnectionManager,
    bot: UserId,
    away: Arc<Away>,
}

#[derive(Default)]
struct Away {
    until: Mutex<Option<Instant>>,
    is_known: AtomicBool,
}

impl Shared {
    /// Keys that begin with the bot's number.
    #[must_use]
    pub(crate) fn new(redis: ConnectionManager, bot: UserId) -> Self {
        Self { redis, bot, away: Arc::default() }
    }

    /// The bot's own key of this name.
    #[must_use]
    pub(crate) fn key(&self, name: impl Display) -> String {
        format!("todo-bot:{}:{name}", self.bot)
    }

    /// What Redis answers to `call`; `None` where it does not answer, or did not a moment ago.
    pub(crate) async fn ask<T>(&self, call: impl AsyncFnOnce(ConnectionManager) -> RedisResult<T>) -> Option<T> {
        if self.away.is_now() {
            return None;
        }
        match call(self.redis.clone()).await {
            Ok(answer) => {
                self.away.is_back();
                Some(answer)
            }
            Err(error) => {
                tracing::warn!(%error, "Redis does not answer; going on in memory");
                self.away.begin();
                None
            }
        }
    }
}

impl Away {
    fn is_now(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn begin(&self) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        self.is_known.store(true, Ordering::Relaxed);
    }

    fn is_back(&self) {
        if self.is_known.swap(false, Ordering::Relaxed) {
            tracing::info!("Redis answers again");
        }
    }
}
