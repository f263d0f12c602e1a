//! What the bot remembers between updates: dialogues, and which updates are done. In Redis, which other bots share and which
//! outlives this process; in memory without it, or while it is away.

use std::{path::PathBuf, time::Duration};

use moka::sync::Cache;
use redis::{AsyncCommands, Script, SetExpiry, SetOptions, aio::ConnectionManager};
use tokio::{
    task::AbortHandle,
    time::{Instant, sleep},
};
use uuid::Uuid;

use crate::{begun::Begun, session::Session};

/// How long a dialogue that nobody goes on with is kept.
const DIALOGUE_TTL: Duration = Duration::from_secs(7 * 86_400);
/// How long an update that is done is remembered; Telegram repeats for a day.
const UPDATE_TTL: Duration = Duration::from_secs(86_400);
/// How long the chat of a process that died stays locked.
const LOCK_TTL: Duration = Duration::from_secs(10);
/// How often a lock is renewed.
const LOCK_RENEWAL: Duration = Duration::from_secs(3);
/// How long to wait for another bot to be done with a chat.
const LOCK_WAIT: Duration = Duration::from_secs(12);
/// How often a lock is tried.
const LOCK_RETRY: Duration = Duration::from_millis(50);

/// Where dialogues are kept.
#[derive(Clone)]
pub(crate) struct Store {
    redis: Option<ConnectionManager>,
    dialogues: Cache<i64, Session>,
    updates: Cache<u32, ()>,
    begun: Begun,
}

/// Keeps other bots from a chat until it is dropped.
pub(crate) struct Lock {
    renewal: AbortHandle,
    release: Option<(ConnectionManager, String, String)>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.renewal.abort();
        if let Some((mut redis, key, token)) = self.release.take() {
            tokio::spawn(async move {
                let released = Script::new(RELEASE).key(key).arg(token).invoke_async::<()>(&mut redis).await;
                if let Err(error) = released {
                    tracing::debug!(%error, "cannot release a chat; its lock ends by itself");
                }
            });
        }
    }
}

const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
const RENEW: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

impl Store {
    /// Remembers in Redis, if there is one. Without it, `folder` holds which updates were begun.
    #[must_use]
    pub(crate) fn new(redis: Option<ConnectionManager>, folder: Option<PathBuf>) -> Self {
        let begun = Begun::new(folder.filter(|_| redis.is_none()));
        let dialogues = Cache::builder().max_capacity(100_000).time_to_idle(DIALOGUE_TTL).build();
        let updates = Cache::builder().max_capacity(100_000).time_to_live(UPDATE_TTL).build();
        Self { redis, dialogues, updates, begun }
    }

    /// How far a chat has got.
    pub(crate) async fn session(&self, chat: i64) -> Session {
        if let Some(mut redis) = self.redis.clone() {
            match redis.get::<_, Option<String>>(dialogue_key(chat)).await {
                // One that an older version wrote otherwise begins anew.
                Ok(kept) => return kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
                Err(error) => missed(&error),
            }
        }
        self.dialogues.get(&chat).unwrap_or_default()
    }

    /// Remembers how far a chat has got.
    pub(crate) async fn keep(&self, chat: i64, session: &Session) {
        self.dialogues.insert(chat, session.clone());
        if let Some(mut redis) = self.redis.clone()
            && let Ok(text) = serde_json::to_string(session)
            && let Err(error) = redis.set_ex::<_, _, ()>(dialogue_key(chat), text, DIALOGUE_TTL.as_secs()).await
        {
            missed(&error);
        }
    }

    /// Forgets a chat.
    pub(crate) async fn forget(&self, chat: i64) {
        self.keep(chat, &Session::default()).await;
    }

    /// Whether an update is done already.
    pub(crate) async fn is_done(&self, update: u32) -> bool {
        if self.updates.contains_key(&update) {
            return true;
        }
        let Some(mut redis) = self.redis.clone() else { return false };
        redis.exists(update_key(update)).await.unwrap_or_else(|error| {
            missed(&error);
            false
        })
    }

    /// An update is begun: counts how often that was, also by processes that ended at it.
    pub(crate) async fn begin(&self, update: u32) -> u64 {
        let Some(mut redis) = self.redis.clone() else { return self.begun.count(update) };
        let key = begun_key(update);
        let counted = redis::pipe()
            .atomic()
            .incr(&key, 1)
            .expire(&key, i64::try_from(UPDATE_TTL.as_secs()).unwrap_or(i64::MAX))
            .ignore()
            .query_async::<(u64,)>(&mut redis)
            .await;
        counted.map(|(count,)| count).unwrap_or_else(|error| {
            missed(&error);
            1
        })
    }

    /// Remembers that an update is done.
    pub(crate) async fn done(&self, update: u32) {
        self.updates.insert(update, ());
        self.begun.forget(update);
        if let Some(mut redis) = self.redis.clone()
            && let Err(error) = redis.set_ex::<_, _, ()>(update_key(update), 1, UPDATE_TTL.as_secs()).await
        {
            missed(&error);
        }
    }

    /// Waits until no other bot is at this chat. `None` without Redis, or where it does not answer.
    pub(crate) async fn lock(&self, chat: i64) -> Option<Lock> {
        let mut redis = self.redis.clone()?;
        let (key, token) = (format!("todo-bot:lock:{chat}"), Uuid::new_v4().to_string());
        let begun = Instant::now();
        let options = SetOptions::default()
            .conditional_set(redis::ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(LOCK_TTL.as_millis() as u64));
        loop {
            match redis.set_options::<_, _, Option<String>>(&key, &token, options.clone()).await {
                Ok(Some(_)) => break,
                Ok(None) if begun.elapsed() < LOCK_WAIT => sleep(LOCK_RETRY).await,
                Ok(None) => {
                    tracing::warn!(chat, "another bot has been at this chat for long; going on");
                    return None;
                }
                Err(error) => {
                    missed(&error);
                    return None;
                }
            }
        }
        let renewal = tokio::spawn(renew(redis.clone(), key.clone(), token.clone())).abort_handle();
        Some(Lock { renewal, release: Some((redis, key, token)) })
    }
}

async fn renew(mut redis: ConnectionManager, key: String, token: String) {
    let script = Script::new(RENEW);
    loop {
        sleep(LOCK_RENEWAL).await;
        let mut call = script.key(&key);
        call.arg(&token).arg(LOCK_TTL.as_millis() as u64);
        if let Err(error) = call.invoke_async::<()>(&mut redis).await {
            missed(&error);
        }
    }
}

fn dialogue_key(chat: i64) -> String {
    format!("todo-bot:dialogue:{chat}")
}

fn begun_key(update: u32) -> String {
    format!("todo-bot:begun:{update}")
}

fn update_key(update: u32) -> String {
    format!("todo-bot:update:{update}")
}

fn missed(error: &redis::RedisError) {
    tracing::warn!(%error, "Redis does not answer; going on in memory");
}
