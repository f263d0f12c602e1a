//! Asking Telegram for updates ([getUpdates](https://core.telegram.org/bots/api#getupdates)).
//!
//! Telegram forgets what comes before the `offset` that is asked for. So the offset stays at the oldest update that is not
//! done yet: a bot that dies has it again. One that takes long would keep others back, since Telegram tells no more than a
//! hundred; it is put by, and counts as told from then on.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use teloxide::{ApiError, Bot, RequestError, payloads::GetUpdatesSetters, requests::Requester, types::Update};
use tokio::time::sleep;

use super::{Queue, wanted};
use crate::{error::StartError, store::Store};

/// How long Telegram waits for the next update, in seconds.
pub(crate) const WAIT: u32 = 25;
/// Updates in one answer; Telegram's own bound.
const BATCH: u8 = 100;
/// An update that is older than this is put by, and a younger one where it keeps back what follows.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most updates that are not done yet: the others wait at Telegram, which keeps them for a day.
const RUNNING_MAX: usize = 10_000;
/// How long to let run what runs before asking again, where there is nothing new.
const BREATH: Duration = Duration::from_millis(100);
/// The longest pause while Telegram is out of reach.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Hands updates to the queue for as long as it is polled, first those that were put by.
///
/// # Errors
///
/// Telegram does not know the token.
pub(crate) async fn run(bot: &Bot, queue: &Queue, store: &Store) -> Result<(), StartError> {
    let (window, running) = (Window::default(), FuturesUnordered::new());
    let puts_by_from = Instant::now();
    let mut poll = Poll { queue, store, window, running, goes_on: false, is_full: false, puts_by_from };
    poll.go_on(store.put_by_here());
    let mut failures = 0;
    loop {
        poll.go_on_there().await;
        poll.put_by().await;
        poll.make_room().await;
        match ask(bot, &poll.window).await {
            Ok(updates) => {
                failures = 0;
                poll.take(updates).await;
            }
            Err(error) => {
                failures += 1;
                sleep(pause_after(error, failures)?).await;
            }
        }
    }
}

/// The updates on their way between Telegram and the queue.
struct Poll<'a> {
    queue: &'a Queue,
    store: &'a Store,
    window: Window,
    /// Each resolves to its number when it is done.
    running: FuturesUnordered<BoxFuture<'static, u32>>,
    /// Whether all that was put by before goes on: Redis may come later than this process.
    goes_on: bool,
    /// Whether Telegram tells nothing new for all that is not done.
    is_full: bool,
    /// When to put by again, after that failed.
    puts_by_from: Instant,
}

impl Poll<'_> {
    /// Hands over what Telegram told, and waits a little if it was nothing new.
    async fn take(&mut self, updates: Vec<Update>) {
        self.window.follow(updates.iter().map(|update| update.id.0));
        let (mut is_new, is_full) = (false, updates.len() >= BATCH.into());
        for update in updates {
            if self.window.begin(&update, Instant::now()) {
                is_new = true;
                self.hand_over(update);
            }
        }
        self.is_full = is_full && !is_new;
        if !is_new && self.window.keeps_back() {
            tokio::select! {
                () = self.end_one() => {}
                () = sleep(BREATH) => {}
            }
        }
    }

    /// Goes on with updates that were put by.
    fn go_on(&mut self, updates: Vec<Update>) {
        for update in updates {
            if self.window.go_on(&update) {
                self.hand_over(update);
            }
        }
    }

    /// Goes on with those in Redis, as soon as it answers.
    async fn go_on_there(&mut self) {
        if !self.goes_on
            && let Some(updates) = self.store.put_by_there().await
        {
            self.go_on(updates);
            self.goes_on = true;
        }
    }

    fn hand_over(&mut self, update: Update) {
        let id = update.id.0;
        let done = self.queue.accept(update);
        self.running.push(done.map(move |_| id).boxed());
    }

    /// Puts by what takes long, after what is done has ended.
    async fn put_by(&mut self) {
        while let Some(Some(id)) = self.running.next().now_or_never() {
            self.end(id).await;
        }
        if Instant::now() < self.puts_by_from {
            return;
        }
        let patience = if self.is_full { Duration::ZERO } else { PATIENCE };
        for update in self.window.late(Instant::now(), patience) {
            if !self.store.put_by(&update).await {
                self.puts_by_from = Instant::now() + PATIENCE;
                return;
            }
            self.window.is_put_by(update.id.0);
        }
    }

    /// Waits while too many run.
    async fn make_room(&mut self) {
        while self.running.len() >= RUNNING_MAX {
            self.end_one().await;
        }
    }

    async fn end_one(&mut self) {
        if let Some(id) = self.running.next().await {
            self.end(id).await;
        }
    }

    async fn end(&mut self, id: u32) {
        if self.window.end(id) {
            self.store.drop_put_by(id).await;
        }
    }
}

async fn ask(bot: &Bot, window: &Window) -> Result<Vec<Update>, RequestError> {
    // What is not done yet comes again, so Telegram would not wait.
    let wait = if window.keeps_back() { 0 } else { WAIT };
    bot.get_updates().offset(window.offset()).limit(BATCH).timeout(wait).allowed_updates(wanted()).await
}

fn pause_after(error: RequestError, failures: u32) -> Result<Duration, StartError> {
    match error {
        RequestError::RetryAfter(pause) => Ok(pause.duration()),
        RequestError::Api(ApiError::InvalidToken) => Err(StartError::TokenRefused),
        RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => {
            tracing::warn!("another bot asks for the same updates; set BOT_WEBHOOK_URL to run several");
            Ok(Duration::from_secs(5))
        }
        error => {
            tracing::warn!(%error, "cannot ask Telegram for updates");
            Ok((Duration::from_millis(250) * (1 << failures.min(10))).min(PAUSE_MAX))
        }
    }
}

/// Which updates have been taken, and which of them are not done yet.
#[derive(Debug, Default)]
struct Window {
    /// Behind the last one taken.
    next: u32,
    /// Those that Telegram has to tell again if this process ends.
    running: BTreeMap<u32, Running>,
    /// Those that this process tells itself at its next start.
    put_by: BTreeSet<u32>,
}

#[derive(Debug)]
struct Running {
    update: Update,
    since: Instant,
}

impl Window {
    /// Telegram counts [anew](https://core.telegram.org/bots/api#update) after a week without updates: then it tells numbers
    /// below the one that it was asked for.
    fn follow(&mut self, ids: impl Iterator<Item = u32>) {
        if ids.max().is_some_and(|last| last < self.start()) {
            self.next = 0;
            // They run on; their numbers say nothing any more.
            self.running.clear();
        }
    }

    /// Whether this one is new.
    fn begin(&mut self, update: &Update, now: Instant) -> bool {
        let id = update.id.0;
        let is_new = id >= self.next && !self.put_by.contains(&id);
        self.next = self.next.max(id.saturating_add(1));
        if is_new {
            self.running.insert(id, Running { update: update.clone(), since: now });
        }
        is_new
    }

    /// This one was put by before this process began. Whether that was not known.
    fn go_on(&mut self, update: &Update) -> bool {
        !self.running.contains_key(&update.id.0) && self.put_by.insert(update.id.0)
    }

    /// Whether it was put by.
    fn end(&mut self, id: u32) -> bool {
        self.running.remove(&id);
        self.put_by.remove(&id)
    }

    /// Those that have taken so long that they are to be put by.
    fn late(&self, now: Instant, patience: Duration) -> Vec<Update> {
        let late = |one: &&Running| now.saturating_duration_since(one.since) >= patience;
        self.running.values().filter(late).map(|one| one.update.clone()).collect()
    }

    fn is_put_by(&mut self, id: u32) {
        if self.running.remove(&id).is_some() {
            self.put_by.insert(id);
        }
    }

    /// Whether Telegram has to tell something again.
    fn keeps_back(&self) -> bool {
        !self.running.is_empty()
    }

    fn start(&self) -> u32 {
        self.running.keys().next().copied().unwrap_or(self.next)
    }

    /// What to ask Telegram for: what comes before it is forgotten there.
    fn offset(&self) -> i32 {
        i32::try_from(self.start()).unwrap_or(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(id: u32) -> Update {
        let user = serde_json::json!({"id": 7, "is_bot": false, "first_name": "Ann", "language_code": "ru"});
        let message = serde_json::json!({
            "message_id": 3, "date": 1_780_000_000, "from": user, "text": "/new Buy milk",
            "chat": {"id": 7, "type": "private", "first_name": "Ann"},
            "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
        });
        serde_json::from_value(serde_json::json!({"update_id": id, "message": message})).unwrap()
    }

    fn window(ids: impl IntoIterator<Item = u32>, now: Instant) -> Window {
        let mut window = Window::default();
        for id in ids {
            assert!(window.begin(&update(id), now));
        }
        window
    }

    #[test]
    fn telegram_keeps_what_is_not_done() {
        let now = Instant::now();
        assert_eq!(Window::default().offset(), 0);
        let mut window = window([10, 11, 12], now);
        assert!(!window.begin(&update(11), now), "it comes again");
        window.end(11);
        assert_eq!(window.offset(), 10);
        window.end(10);
        assert_eq!(window.offset(), 12);
        window.end(12);
        assert_eq!(window.offset(), 13);
    }

    #[test]
    fn what_takes_long_keeps_nothing_back_once_it_is_put_by() {
        let now = Instant::now();
        let mut window = window([10], now);
        assert!(window.begin(&update(11), now + PATIENCE));
        let late = window.late(now + PATIENCE, PATIENCE);
        assert_eq!(late, [update(10)]);
        assert_eq!(window.offset(), 10, "it is not put by yet");
        window.is_put_by(10);
        assert_eq!(window.offset(), 11);
        assert!(window.end(10) && !window.end(11));
    }

    #[test]
    fn what_was_put_by_before_is_not_taken_twice() {
        let mut window = Window::default();
        assert!(window.go_on(&update(10)) && !window.go_on(&update(10)));
        assert!(!window.begin(&update(10), Instant::now()), "Telegram may not have forgotten it");
        assert_eq!(window.offset(), 11, "it need not tell it again");
        assert!(window.begin(&update(11), Instant::now()));
    }

    #[test]
    fn telegram_may_count_anew() {
        let now = Instant::now();
        let mut window = window([1000], now);
        window.follow([1000].into_iter());
        assert!(!window.begin(&update(1000), now), "it only comes again");
        window.end(1000);
        window.follow([].into_iter());
        window.follow([3, 4].into_iter());
        assert!(window.begin(&update(3), now) && window.begin(&update(4), now));
        assert_eq!(window.offset(), 3);
    }

    /// What is put by is read again by the next start.
    #[test]
    fn an_update_outlives_its_text() {
        let press = serde_json::json!({"update_id": 8, "callback_query": {
            "id": "1", "chat_instance": "2", "data": "t:1", "from": {"id": 7, "is_bot": false, "first_name": "Ann"},
            "message": {
                "message_id": 3, "date": 1_780_000_000, "text": "Milk", "chat": {"id": 7, "type": "private"},
                "reply_markup": {"inline_keyboard": [[{"text": "Open", "callback_data": "t:1"}]]},
            },
        }});
        for update in [update(7), serde_json::from_value(press).unwrap()] {
            let text = serde_json::to_string(&update).unwrap();
            assert_eq!(serde_json::from_str::<Update>(&text).unwrap(), update);
        }
    }
}
