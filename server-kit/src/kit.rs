//! What every handler works with.

use crate::{
    address::TrustedProxies,
    auth::{Authenticator, Keys},
    cache::TaskCache,
    clock::Clock,
    db::{Db, OpenError},
    redis::Redis,
    settings::Common,
    throttle::Throttle,
};

/// The channel on which replicas tell each other of sessions that ended: a JSON array of their ids.
const SESSIONS_ENDED: &str = "todo:sessions:ended";

/// Makes every server that shares this Redis forget that these sessions were alive, from outside of all of them.
pub async fn tell_sessions_ended(redis: &Redis, sessions: &[String]) {
    if !sessions.is_empty() {
        redis.publish(SESSIONS_ENDED, &serde_json::json!(sessions).to_string()).await;
    }
}

/// What every handler works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Kit {
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
    pub(crate) proxies: TrustedProxies,
    redis: Option<Redis>,
}

impl Kit {
    /// Waits for the database and opens it. Redis is connected to when it is needed, and done without while it is away.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub async fn open(common: &Common, clock: Clock, keys: Keys) -> Result<Self, OpenError> {
        let redis = common.redis_url.as_ref().map(Redis::open).transpose()?;
        let db = Db::open(&common.database()).await?;
        let auth = Authenticator::new(keys, db.clone());
        let throttle = Throttle::new(common.throttle_anon, common.throttle_user, redis.clone());
        let proxies = common.trusted_proxies.clone().into();
        Ok(Self { db, clock, auth, tasks: TaskCache::new(redis.clone()), throttle, proxies, redis })
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
        let Some(redis) = &self.redis else { return std::future::pending().await };
        let hear = |message: Option<String>| match message.and_then(|text| serde_json::from_str(&text).ok()) {
            Some::<Vec<String>>(sessions) => self.auth.forget_sessions(&sessions),
            None => self.auth.forget_all_sessions(),
        };
        redis.listen(SESSIONS_ENDED, hear).await;
    }
}
