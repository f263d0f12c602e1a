//! One bot at a time answers a chat.

use std::time::Duration;

use redis::{AsyncCommands, Script, SetExpiry, SetOptions};
use tokio::{task::AbortHandle, time::sleep};
use uuid::Uuid;

use super::shared::Shared;

/// How long the chat of a process that died stays locked.
const TTL: Duration = Duration::from_secs(10);
/// How often a lock is renewed.
const RENEWAL: Duration = Duration::from_secs(3);
/// The first pause before a lock is tried again, and the longest; each is twice the one before.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
const RENEW: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

/// Keeps other bots from a chat until it is dropped.
pub(crate) struct Lock {
    shared: Shared,
    key: String,
    token: String,
    renewal: AbortHandle,
}

impl Lock {
    /// Waits until no other bot is at this chat, as long as one is: it may wait for Telegram itself. `None` where Redis does
    /// not answer.
    pub(super) async fn take(shared: &Shared, chat: i64) -> Option<Self> {
        let (key, token) = (shared.key(format_args!("lock:{chat}")), Uuid::new_v4().to_string());
        let options = SetOptions::default()
            .conditional_set(redis::ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(TTL.as_millis() as u64));
        let mut pause = RETRY.0;
        let try_it = || {
            shared.ask(async |mut redis| redis.set_options::<_, _, Option<String>>(&key, &token, options.clone()).await)
        };
        while try_it().await?.is_none() {
            sleep(pause).await;
            pause = (pause * 2).min(RETRY.1);
        }
        let renewal = tokio::spawn(renew(shared.clone(), key.clone(), token.clone())).abort_handle();
        Some(Self { shared: shared.clone(), key, token, renewal })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.renewal.abort();
        let (shared, key, token) = (self.shared.clone(), self.key.clone(), self.token.clone());
        // Where Redis does not answer, the lock ends by itself.
        tokio::spawn(async move {
            shared
                .ask(async |mut redis| Script::new(RELEASE).key(key).arg(token).invoke_async::<()>(&mut redis).await)
                .await
        });
    }
}

async fn renew(shared: Shared, key: String, token: String) {
    let script = Script::new(RENEW);
    loop {
        sleep(RENEWAL).await;
        let renew = async |mut redis| {
            script.key(&key).arg(&token).arg(TTL.as_millis() as u64).invoke_async::<()>(&mut redis).await
        };
        // A lock that is not renewed ends by itself; the next turn tries again.
        let _ = shared.ask(renew).await;
    }
}
