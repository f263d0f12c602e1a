//! What the bot remembers between updates: dialogues, and which updates are begun, put by and done. In Redis, which other bots
//! share and which outlives this process. Without it, dialogues are in memory and updates in files; while it is away, all is in
//! memory. What is put by is in files as well: Telegram forgets it, and a cache may.

mod files;
mod lock;
mod shared;

use std::{path::PathBuf, time::Duration};

use chrono::Utc;
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
        let files = Files::new(folder);
        let dialogues = Cache::builder().max_capacity(MEMORY_MAX).time_to_idle(DIALOGUE_TTL).build();
        let unsaved = Cache::builder().max_capacity(MEMORY_MAX).time_to_idle(DIALOGUE_TTL).build();
        let updates = Cache::builder().max_capacity(MEMORY_MAX).time_to_live(UPDATE_TTL).build();
        Self { shared, dialogues, unsaved, updates, files }
    }

    /// How far a chat has got.
    pub(crate) async fn session(&self, chat: i64) -> Session {
        let here = self.dialogues.get(&chat).unwrap_or_default();
        let Some(shared) = &self.shared else { return here };
        let key = dialogue_key(shared, chat);
        let Some(kept) = shared.ask(async |mut redis| redis.get::<_, Option<String>>(key).await).await else {
            return here;
        };
        // One that an older version wrote otherwise begins anew.
        let there: Session = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        // Another bot may have gone on with what Redis missed of this one, or not.
        let is_newer_here = self.unsaved.contains_key(&chat) && here.update > there.update;
        if is_newer_here { here } else { there }
    }

    /// Remembers how far a chat has got.
    pub(crate) async fn keep(&self, chat: i64, session: &Session) {
        self.dialogues.insert(chat, session.clone());
        let Some(shared) = &self.shared else { return };
        if !save(shared, chat, session).await {
            // What Redis holds is older than what this process knows.
            return self.unsaved.insert(chat, ());
        }
        self.unsaved.invalidate(&chat);
        // Redis is back: what it missed of other chats goes there before this process ends.
        for chat in self.unsaved.iter().map(|(chat, ())| *chat).collect::<Vec<_>>() {
            let session = self.session(chat).await;
            if save(shared, chat, &session).await {
                self.unsaved.invalidate(&chat);
            }
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
        let is_here = self.files.put_by(id, text.clone()).await;
        let Some(shared) = &self.shared else { return is_here };
        let key = put_by_key(shared);
        let kept = format!("{} {text}", Utc::now().timestamp());
        let mut put = redis::pipe();
        put.atomic().hset(&key, id, kept).ignore().expire(&key, seconds(UPDATE_TTL)).ignore();
        shared.ask(async |mut redis| put.query_async::<()>(&mut redis).await).await.is_some() || is_here
    }

    /// The updates that were put by in files, the oldest first.
    pub(crate) fn put_by_here(&self) -> Vec<Update> {
        in_order(self.files.all_put_by().iter().map(String::as_str))
    }

    /// The updates that were put by in Redis, the oldest first; `None` where it does not answer.
    pub(crate) async fn put_by_there(&self) -> Option<Vec<Update>> {
        let Some(shared) = &self.shared else { return Some(Vec::new()) };
        let key = put_by_key(shared);
        let kept = shared.ask(async |mut redis| redis.hvals::<_, Vec<String>>(key).await).await?;
        // It is not known any more what became of older ones.
        let since = Utc::now().timestamp() - seconds(UPDATE_TTL);
        let texts = kept.iter().filter_map(|kept| kept.split_once(' '));
        let young = texts.filter(|(at, _)| at.parse::<i64>().is_ok_and(|at| at > since));
        Some(in_order(young.map(|(_, text)| text)))
    }

    /// An update that was put by is done.
    pub(crate) async fn drop_put_by(&self, update: u32) {
        self.files.drop_put_by(update);
        let Some(shared) = &self.shared else { return };
        let key = put_by_key(shared);
        // One that stays is known to be done when it is looked at again.
        shared.ask(async |mut redis| redis.hdel::<_, _, ()>(key, update).await).await;
    }

    /// Waits until no other bot is at this chat. `None` without Redis, or where it does not answer.
    pub(crate) async fn lock(&self, chat: i64) -> Option<Lock> {
        Lock::take(self.shared.as_ref()?, chat).await
    }
}

async fn save(shared: &Shared, chat: i64, session: &Session) -> bool {
    let Ok(text) = serde_json::to_string(session) else { return false };
    let key = dialogue_key(shared, chat);
    shared.ask(async |mut redis| redis.set_ex::<_, _, ()>(key, text, DIALOGUE_TTL.as_secs()).await).await.is_some()
}

/// What can be read of them, the oldest first.
fn in_order<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<Update> {
    let mut updates: Vec<Update> = texts.filter_map(|text| serde_json::from_str(text).ok()).collect();
    updates.sort_by_key(|update| update.id.0);
    updates
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
