//! One queue for each chat that somebody writes in.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use teloxide::types::Update;
use tokio::sync::{oneshot, watch};

use crate::{
    app::App,
    input::chat_of,
    talk::{answer_update, give_up, turn_away},
};

/// Most updates of one chat that wait: a hundred messages that somebody forwards, and then some. Whoever sends more would keep
/// others from being heard.
const CHAT_MAX: usize = 500;

/// Hands updates to those who answer them.
#[derive(Clone)]
pub(crate) struct Queue {
    app: Arc<App>,
    chats: Arc<Mutex<Chats>>,
    busy: watch::Sender<usize>,
}

/// The updates of each chat that somebody is at.
type Chats = HashMap<Option<i64>, VecDeque<Waiting>>;

struct Waiting {
    update: Update,
    done: oneshot::Sender<()>,
    /// It is not answered, but whoever sent it is told so.
    is_too_many: bool,
}

impl Queue {
    /// Nobody waits yet.
    #[must_use]
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app, chats: Arc::default(), busy: watch::Sender::new(0) }
    }

    /// Takes an update. What it answers resolves when the update is done.
    #[must_use]
    pub(crate) fn accept(&self, update: Update) -> oneshot::Receiver<()> {
        let (done, is_done) = oneshot::channel();
        let chat = chat_of(&update);
        let mut chats = self.chats();
        let waiting = Waiting { update, done, is_too_many: false };
        match chats.get_mut(&chat) {
            Some(queue) if queue.len() >= CHAT_MAX => {
                tracing::warn!(
                    update = waiting.update.id.0,
                    "too many updates of one chat wait; this one is turned away"
                );
                // They are told once for all that come while there are so many.
                if queue.len() == CHAT_MAX {
                    queue.push_back(Waiting { is_too_many: true, ..waiting });
                }
            }
            Some(queue) => queue.push_back(waiting),
            None => {
                chats.insert(chat, VecDeque::from([waiting]));
                self.busy.send_modify(|busy| *busy += 1);
                tokio::spawn(self.clone().work(chat));
            }
        }
        is_done
    }

    /// Resolves when every update that was taken is done.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as this does.
        let _ = self.busy.subscribe().wait_for(|busy| *busy == 0).await;
    }

    fn chats(&self) -> MutexGuard<'_, Chats> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn work(self, chat: Option<i64>) {
        while let Some(Waiting { update, done, is_too_many }) = self.next(chat) {
            let id = update.id.0;
            if is_too_many {
                turn_away(&self.app, update).await;
                let _ = done.send(());
                continue;
            }
            // In a task of its own: a fault in one answer must not stop the chat.
            let answered = tokio::spawn(answer_update(Arc::clone(&self.app), update.clone())).await;
            if let Err(error) = answered {
                tracing::error!(update = id, %error, "an update could not be answered, and is given up");
                if let Err(error) = tokio::spawn(give_up(Arc::clone(&self.app), update)).await {
                    tracing::error!(update = id, %error, "nobody could be told");
                }
            }
            // Whoever handed it in may be gone.
            let _ = done.send(());
        }
        self.busy.send_modify(|busy| *busy -= 1);
    }

    fn next(&self, chat: Option<i64>) -> Option<Waiting> {
        let mut chats = self.chats();
        let next = chats.get_mut(&chat).and_then(VecDeque::pop_front);
        if next.is_none() {
            chats.remove(&chat);
        }
        next
    }
}
