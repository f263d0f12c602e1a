//! What every handler works with.

use std::{ops::Deref, sync::Arc};

use moka::sync::Cache;
use todo_sdk::model::Id;
use tokio::sync::watch;

use crate::{
    address::TrustedProxies,
    auth::{Authenticator, Keys},
    cache::TaskCache,
    clock::Clock,
    db::{Db, OpenError},
    feed::Feed,
    journal::Owner,
    redis::Redis,
    settings::Common,
    throttle::Throttle,
};

/// People of whom is remembered what writes need to know.
const OWNERS: u64 = 50_000;
/// The channel on which replicas tell each other of sessions that ended: a JSON array of their ids.
const SESSIONS_ENDED: &str = "todo:sessions:ended";

/// Makes every server that shares this Redis forget that these sessions were alive, from outside of all of them.
pub async fn tell_sessions_ended(redis: &Redis, sessions: &[String]) {
    if !sessions.is_empty() {
        redis.publish(SESSIONS_ENDED, &serde_json::json!(sessions).to_string()).await;
    }
}

/// What every handler works with. Cheap to clone, as each request does several times.
#[derive(Clone, Debug)]
pub struct Kit(Arc<Parts>);

/// What a [`Kit`] consists of.
#[derive(Debug)]
pub struct Parts {
    /// The main database.
    pub db: Db,
    /// The only source of the time.
    pub clock: Clock,
    /// Who calls.
    pub auth: Authenticator,
    /// Whose task is it.
    pub tasks: TaskCache,
    /// How often one may call.
    pub throttle: Throttle,
    /// Who waits for whose changes.
    pub feed: Feed,
    /// Whether the server is about to stop.
    pub stopping: Stopping,
    pub(crate) proxies: TrustedProxies,
    /// What writes need to know of people, as it was when they last wrote.
    pub(crate) owners: Cache<Id, Owner>,
    redis: Option<Redis>,
}

impl Deref for Kit {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Kit {
    /// Waits for the database and opens it. Redis is connected to when it is needed, and done without while it is away.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub async fn open(common: &Common, clock: Clock, keys: Keys) -> Result<Self, OpenError> {
        let redis = common.redis_url.as_ref().map(Redis::open).transpose()?;
        let db = Db::open(&common.database(), common.connections()).await?;
        let auth = Authenticator::new(keys, db.clone());
        let throttle = Throttle::new(common.throttle_anon, common.throttle_user, redis.clone());
        let proxies = common.trusted_proxies.clone().into();
        let (tasks, feed) = (TaskCache::new(redis.clone()), Feed::new(redis.clone()));
        let (stopping, owners) = (Stopping::default(), Cache::new(OWNERS));
        Ok(Self(Arc::new(Parts { db, clock, auth, tasks, throttle, feed, stopping, proxies, owners, redis })))
    }

    /// Makes every replica forget that these sessions were alive. Those that can't be told find out by themselves within
    /// the time that they believe a session to be alive.
    pub async fn sessions_ended(&self, sessions: &[String]) {
        self.auth.forget_sessions(sessions);
        if let Some(redis) = &self.redis {
            tell_sessions_ended(redis, sessions).await;
        }
    }

    /// Hears what other replicas tell, for as long as it is polled.
    pub async fn listen(&self) {
        tokio::join!(self.feed.listen(&self.db), self.listen_for_sessions());
    }

    async fn listen_for_sessions(&self) {
        let Some(redis) = &self.redis else { return std::future::pending().await };
        let hear = |message: Option<String>| match message.and_then(|text| serde_json::from_str(&text).ok()) {
            Some::<Vec<String>>(sessions) => self.auth.forget_sessions(&sessions),
            None => self.auth.forget_all_sessions(),
        };
        redis.listen(SESSIONS_ENDED, hear).await;
    }
}

/// Tells answers that would never end that they have to. Cheap to clone; clones share what is told.
#[derive(Clone, Debug)]
pub struct Stopping(Arc<watch::Sender<bool>>);

impl Default for Stopping {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stopping {
    /// Tells it.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Resolves once it is told.
    pub async fn told(&self) {
        // The sender is ours, so it can't be gone.
        let _ = self.0.subscribe().wait_for(|stopping| *stopping).await;
    }
}
