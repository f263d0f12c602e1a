//! Wakes whoever waits for changes of a person's data, on whichever replica the change was made.
//!
//! A notice says no more than "look into the journal". One that is lost only delays: once a second the process asks how
//! far the journals of those who are waited for have got, in one statement for all of them.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::QueryBuilder;
use todo_sdk::model::Id;
use tokio::sync::{Notify, watch};

use crate::{Error, db::Db, on, redis::Redis};

/// The channel on which replicas tell each other whose data has changed: the ids of people, with commas between.
const CHANGED: &str = "todo:changed";
/// How often the journals are looked at, whatever the notices say.
const POLL: Duration = Duration::from_secs(1);
/// Most people in one statement.
const CHUNK: usize = 1000;

/// Who waits for whose changes. Cheap to clone; clones share who waits.
#[derive(Clone, Debug)]
pub struct Feed {
    waiting: Arc<Mutex<HashMap<Id, Waiting>>>,
    /// Whose changes the other replicas have yet to be told of. Under load one message tells of many.
    untold: Arc<Untold>,
    redis: Option<Redis>,
}

#[derive(Debug, Default)]
struct Untold {
    people: Mutex<BTreeSet<Id>>,
    some: Notify,
}

#[derive(Debug)]
struct Waiting {
    news: watch::Sender<()>,
    /// How far the journal was when it was last looked at.
    seq: i64,
}

/// Somebody who waits for a person's changes, until it is dropped.
#[derive(Debug)]
pub struct Subscription {
    user: Id,
    news: watch::Receiver<()>,
    feed: Feed,
}

impl Feed {
    pub(crate) fn new(redis: Option<Redis>) -> Self {
        Self { waiting: Arc::default(), untold: Arc::default(), redis }
    }

    /// Waits for this person's changes from now on.
    #[must_use]
    pub fn subscribe(&self, user: Id) -> Subscription {
        let mut waiting = self.waiting();
        let entry = waiting.entry(user).or_insert_with(|| Waiting { news: watch::Sender::new(()), seq: 0 });
        Subscription { user, news: entry.news.subscribe(), feed: self.clone() }
    }

    /// A person's data has changed, and the change is committed.
    pub fn changed(&self, user: Id) {
        self.wake(user);
        if self.redis.is_some() {
            // Whoever made the change need not wait until the others know.
            self.untold.people.lock().unwrap_or_else(PoisonError::into_inner).insert(user);
            self.untold.some.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Id, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, user: Id) {
        if let Some(waiting) = self.waiting().get(&user) {
            waiting.news.send_replace(());
        }
    }

    /// Hears what other replicas tell, and looks for what nobody told, for as long as it is polled.
    pub(crate) async fn listen(&self, db: &Db) {
        let ids = |text: &str| text.split(',').map(|id| id.parse().ok()).collect::<Option<Vec<Id>>>();
        let hear = |message: Option<String>| match message.as_deref().and_then(ids) {
            Some(users) => users.into_iter().for_each(|user| self.wake(user)),
            None => self.waiting().values().for_each(|waiting| {
                waiting.news.send_replace(());
            }),
        };
        let listen = async {
            match &self.redis {
                Some(redis) => {
                    tokio::join!(redis.listen(CHANGED, hear), self.tell(redis));
                }
                None => std::future::pending().await,
            }
        };
        tokio::join!(listen, self.poll(db));
    }

    async fn tell(&self, redis: &Redis) {
        loop {
            self.untold.some.notified().await;
            let people = mem::take(&mut *self.untold.people.lock().unwrap_or_else(PoisonError::into_inner));
            if !people.is_empty() {
                let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
                redis.publish(CHANGED, &ids.join(",")).await;
            }
        }
    }

    async fn poll(&self, db: &Db) {
        loop {
            tokio::time::sleep(POLL).await;
            let users: Vec<Id> = self.waiting().keys().copied().collect();
            for users in users.chunks(CHUNK) {
                match seqs(db, users).await {
                    Ok(seqs) => self.compare(seqs),
                    Err(error) => tracing::debug!(%error, "cannot look for changes"),
                }
            }
        }
    }

    fn compare(&self, seqs: Vec<(Id, i64)>) {
        let mut waiting = self.waiting();
        for (user, seq) in seqs {
            if let Some(waiting) = waiting.get_mut(&user)
                && waiting.seq != seq
            {
                waiting.seq = seq;
                waiting.news.send_replace(());
            }
        }
    }
}

impl Subscription {
    /// Resolves when there may be something new since this was last called.
    pub async fn news(&mut self) {
        // The sender lives as long as somebody waits.
        let _ = self.news.changed().await;
    }

    /// Looks at the news so far as read. What comes after this wakes [`Self::news`].
    pub fn read(&mut self) {
        self.news.mark_unchanged();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut waiting = self.feed.waiting();
        // This one is still counted.
        if waiting.get(&self.user).is_some_and(|waiting| waiting.news.receiver_count() <= 1) {
            waiting.remove(&self.user);
        }
    }
}

async fn seqs(db: &Db, users: &[Id]) -> Result<Vec<(Id, i64)>, Error> {
    let mut reader = db.read().await?;
    Ok(on!(&mut reader.conn(), |c| {
        let mut select = QueryBuilder::new("SELECT id, seq FROM users WHERE id IN (");
        let mut list = select.separated(", ");
        for user in users {
            list.push_bind(*user);
        }
        select.push(")").build_query_as().fetch_all(&mut *c).await?
    }))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn whoever_waits_is_woken_and_nobody_else() {
        let feed = Feed::new(None);
        let (mut ann, mut bob) = (feed.subscribe(1), feed.subscribe(2));
        feed.changed(1);
        assert!(ann.news().now_or_never().is_some());
        assert!(ann.news().now_or_never().is_none(), "once for each news");
        assert!(bob.news().now_or_never().is_none());
        feed.compare(vec![(2, 7), (3, 1)]);
        assert!(bob.news().now_or_never().is_some(), "the journal has got further");
        feed.compare(vec![(2, 7)]);
        assert!(bob.news().now_or_never().is_none());
        let again = feed.subscribe(1);
        drop(ann);
        assert_eq!(feed.waiting().len(), 2);
        drop((again, bob));
        assert!(feed.waiting().is_empty(), "nothing is kept of those who are gone");
    }
}
