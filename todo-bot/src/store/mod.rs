//! What the bot remembers between updates: dialogues, and which updates are begun, put by and done. In Redis, which other bots
//! share and which outlives this process. Without it, dialogues are in memory and updates in files; while it is away, all is in
//! memory.

mod files;
mod lock;
mod shared;

use std::{path::PathBuf, time::Duration};

use moka::sync::Cache;
use redis::AsyncCommands;
use teloxide::types::Update;

use self::files::Files;
pub(crate) use self::{lock::Lock, shared::Shared};
use crate::session::Session;

/// How long a dialogue that nobody goes on with is kept.
const DIALOGUE_TTL: Duration = Duration::from_secs(7 * 86_400);
/// How long it is remembered what became of an update; Telegram repeats for a day.
const UPDATE_TTL: Duration = Duration::from_secs(86_400);
/// Most dialogues, and most updates, in memory.
const MEMORY_MAX: u64 = 100_000;

/// Where dialogues are kept.
#[derive(Clone)]
pub(crate) struct Store {
    shared: Option<Shared>,
    dialogues: Cache<i64, Session>,
    /// Chats whose dialogue went on while Redis was away.
    unsaved: Cache<i64, ()>,
    updates: Cache<u32, ()>,
    files: Files,
}

impl Store {
    /// Remembers in Redis, if there is one. Without it, `folder` holds what became of updates.
    #[must_use]
    pub(crate) fn new(shared: Option<Shared>, folder: Option<PathBuf>) -> Self {
        let files = Files::new(folder.filter(|_| shared.is_none()));
        let dialogues = Cache::builder().max_capacity(MEMORY_MAX).time_to_idle(DIALOGUE_TTL).build();
        let unsaved = Cache::builder().max_capacity(MEMORY_MAX).time_to_idle(DIALOGUE_TTL).build();
        let updates = Cache::builder().max_capacity(MEMORY_MAX).time_to_live(UPDATE_TTL).build();
        Self { shared, dialogues, unsaved, updates, files }
    }

    /// How far a chat has got.
    pub(crate) async fn session(&self, chat: i64) -> Session {
        if let Some(shared) = self.shared.as_ref().filter(|_| !self.unsaved.contains_key(&chat)) {
            let key = dialogue_key(shared, chat);
            if let Some(kept) = shared.ask(async |mut redis| redis.get::<_, Option<String>>(key).await).await {
                // One that an older version wrote otherwise begins anew.
                return kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            }
        }
        self.dialogues.get(&chat).unwrap_or_default()
    }

    /// Remembers how far a chat has got.
    pub(crate) async fn keep(&self, chat: i64, session: &Session) {
        self.dialogues.insert(chat, session.clone());
        let Some(shared) = &self.shared else { return };
        let Ok(text) = serde_json::to_string(session) else { return };
        let key = dialogue_key(shared, chat);
        let ttl = DIALOGUE_TTL.as_secs();
        match shared.ask(async |mut redis| redis.set_ex::<_, _, ()>(key, text, ttl).await).await {
            Some(()) => self.unsaved.invalidate(&chat),
            // What Redis holds is older than what this process knows.
            None => self.unsaved.insert(chat, ()),
        }
    }

    /// Whether an update is done already.
    pub(crate) async fn is_done(&self, update: u32) -> bool {
        if self.updates.contains_key(&update) {
            return true;
        }
        let Some(shared) = &self.shared else { return self.files.is_done(update) };
        let key = done_key(shared, update);
        shared.ask(async |mut redis| redis.exists(key).await).await.unwrap_or(false)
    }

    /// An update is begun: counts how often that was, also by processes that ended at it.
    pub(crate) async fn begin(&self, update: u32) -> u64 {
        let Some(shared) = &self.shared else { return self.files.begin(update) };
        let key = shared.key(format_args!("begun:{update}"));
        let mut count = redis::pipe();
        count.atomic().incr(&key, 1).expire(&key, seconds(UPDATE_TTL)).ignore();
        let counted = shared.ask(async |mut redis| count.query_async::<(u64,)>(&mut redis).await).await;
        counted.map_or(1, |(count,)| count)
    }

    /// Remembers that an update is done.
    pub(crate) async fn done(&self, update: u32) {
        self.updates.insert(update, ());
        let Some(shared) = &self.shared else { return self.files.done(update) };
        let key = done_key(shared, update);
        shared.ask(async |mut redis| redis.set_ex::<_, _, ()>(key, 1, UPDATE_TTL.as_secs()).await).await;
    }

    /// Puts an update by that is not done yet, so that Telegram may forget it: the next start goes on with it. Whether that
    /// worked.
    pub(crate) async fn put_by(&self, update: &Update) -> bool {
        let id = update.id.0;
        let Ok(text) = serde_json::to_string(update) else { return false };
        let Some(shared) = &self.shared else { return self.files.put_by(id, text).await };
        let key = put_by_key(shared);
        let mut put = redis::pipe();
        put.atomic().hset(&key, id, text).ignore().expire(&key, seconds(UPDATE_TTL)).ignore();
        shared.ask(async |mut redis| put.query_async::<()>(&mut redis).await).await.is_some()
    }

    /// The updates that were put by, the oldest first.
    pub(crate) async fn all_put_by(&self) -> Vec<Update> {
        let texts = match &self.shared {
            Some(shared) => {
                let key = put_by_key(shared);
                shared.ask(async |mut redis| redis.hvals::<_, Vec<String>>(key).await).await.unwrap_or_default()
            }
            None => self.files.all_put_by(),
        };
        let mut updates: Vec<Update> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        updates.sort_by_key(|update| update.id.0);
        updates
    }

    /// An update that was put by is done.
    pub(crate) async fn drop_put_by(&self, update: u32) {
        let Some(shared) = &self.shared else { return self.files.drop_put_by(update) };
        let key = put_by_key(shared);
        // One that stays is known to be done when it is looked at again.
        shared.ask(async |mut redis| redis.hdel::<_, _, ()>(key, update).await).await;
    }

    /// Waits until no other bot is at this chat. `None` without Redis, or where it does not answer.
    pub(crate) async fn lock(&self, chat: i64) -> Option<Lock> {
        Lock::take(self.shared.as_ref()?, chat).await
    }
}

fn dialogue_key(shared: &Shared, chat: i64) -> String {
    shared.key(format_args!("dialogue:{chat}"))
}

fn done_key(shared: &Shared, update: u32) -> String {
    shared.key(format_args!("done:{update}"))
}

fn put_by_key(shared: &Shared) -> String {
    shared.key("put-by")
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
