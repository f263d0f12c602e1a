//! Redis: what replicas share beside the database. It is never the truth: whatever it can't answer in time is a miss.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use redis::{
    Client, Cmd, ErrorKind, FromRedisValue, RedisError, ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use crate::metrics;

/// How long a call waits for Redis. A look-up in the database costs less than this.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(100);
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long Redis is left alone after it did not answer, so that calls don't wait for it one after the other.
const PAUSE: Duration = Duration::from_secs(1);
/// Bounds of the growing pause between attempts to connect.
const RECONNECT: std::ops::Range<Duration> = Duration::from_millis(50)..Duration::from_secs(2);

/// Where Redis is: `redis://…`, or `rediss://…` over TLS. The text may hold a password.
#[derive(Clone)]
pub struct RedisUrl(Client);

impl FromStr for RedisUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The library's own message may quote the password.
        Client::open(text).map(Self).map_err(|_| "expected redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER]".to_owned())
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redis at {}", self.0.get_connection_info().addr())
    }
}

/// A connection that comes back by itself. Cheap to clone.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    connection: ConnectionManager,
    trouble: Arc<Mutex<Option<Instant>>>,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

impl Redis {
    /// Connects when it is first needed.
    ///
    /// # Errors
    ///
    /// If the URL can't be used at all.
    pub fn open(url: &RedisUrl) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(ANSWER_TIMEOUT))
            .set_min_delay(RECONNECT.start)
            .set_max_delay(RECONNECT.end)
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(url.0.clone(), config)?;
        Ok(Self { client: url.0.clone(), connection, trouble: Arc::default() })
    }

    /// What Redis answers to a command; `None` if it does not in time.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let mut connection = self.connection.clone();
        self.within_time(command.query_async(&mut connection)).await
    }

    /// What a script answers; `None` if it does not in time.
    pub async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Option<T> {
        let mut connection = self.connection.clone();
        self.within_time(script.invoke_async(&mut connection)).await
    }

    async fn within_time<T>(&self, answer: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        if self.trouble().is_some_and(|since| since.elapsed() < PAUSE) {
            metrics::redis_unanswered();
            return None;
        }
        // The connection's own time-out does not bound the time that connecting takes.
        let answered = tokio::time::timeout(ANSWER_TIMEOUT, answer).await;
        match answered.unwrap_or_else(|_| Err((ErrorKind::Io, "no answer in time").into())) {
            Ok(value) => {
                self.fine();
                Some(value)
            }
            Err(error) => {
                metrics::redis_unanswered();
                self.failed(&error);
                None
            }
        }
    }

    /// Tells everybody who listens on `channel`.
    pub async fn publish(&self, channel: &str, message: &str) {
        let _: Option<()> = self.ask(redis::cmd("PUBLISH").arg(channel).arg(message)).await;
    }

    /// Hands over what is published on `channel`, for as long as it is polled; `None` where messages may have been
    /// missed before.
    pub async fn listen(&self, channel: &str, mut hear: impl FnMut(Option<String>)) {
        let mut pause = RECONNECT.start;
        loop {
            match self.subscribe(channel).await {
                Ok(mut messages) => {
                    pause = RECONNECT.start;
                    hear(None);
                    while let Some(message) = messages.next().await {
                        hear(message.get_payload().ok());
                    }
                }
                Err(error) => tracing::debug!(%error, channel, "cannot listen to redis"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RECONNECT.end);
        }
    }

    async fn subscribe(&self, channel: &str) -> Result<redis::aio::PubSubStream, RedisError> {
        let subscribe = async {
            let mut connection = self.client.get_async_pubsub().await?;
            connection.subscribe(channel).await?;
            Ok(connection.into_on_message())
        };
        let subscribed = tokio::time::timeout(CONNECT_TIMEOUT, subscribe).await;
        subscribed.unwrap_or_else(|_| Err((ErrorKind::Io, "no answer in time").into()))
    }

    fn trouble(&self) -> Option<Instant> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fine(&self) {
        if self.trouble().is_some() && self.set_trouble(None).is_some() {
            tracing::info!("redis answers again");
        }
    }

    fn failed(&self, error: &RedisError) {
        if self.set_trouble(Some(Instant::now())).is_none() {
            tracing::warn!(%error, "redis does not answer; going on without it");
        } else {
            tracing::debug!(%error, "redis still does not answer");
        }
    }

    fn set_trouble(&self, since: Option<Instant>) -> Option<Instant> {
        std::mem::replace(&mut *self.trouble.lock().unwrap_or_else(PoisonError::into_inner), since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_shows_no_password() {
        let url: RedisUrl = "redis://ann:secret@cache.example:6380/2".parse().unwrap();
        assert_eq!(format!("{url:?}"), "redis at cache.example:6380");
        let refused = "http://ann:secret@cache.example".parse::<RedisUrl>().unwrap_err();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
