//! Telegram's limits: [so many messages a second](https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)
//! over all, and in one chat. Answers to people go first, in the order in which they are ready; what is sent in bulk goes
//! evenly between them, takes no more than two thirds, and leaves some room for whoever writes next.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use redis::Script;
use tokio::sync::Notify;

use crate::store::Shared;

/// The window that messages are counted in: a second, and what a message may be under way longer than the one before it.
const WINDOW: Duration = Duration::from_millis(1100);
/// After so many chats, those that were silent for a window are forgotten.
const CHATS_KEPT: usize = 10_000;

/// For whom a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Somebody waits for the answer.
    Person,
    /// Somebody waits for a message to change. Telegram bounds only new ones in a chat.
    Tap,
    /// Nobody asked for it just now.
    Bulk,
}

/// Lets messages through as fast as Telegram takes them.
pub(crate) struct Gate {
    limits: Limits,
    memory: Mutex<Memory>,
    /// Counts the messages of all bots that share it.
    redis: Option<(Shared, Script)>,
    /// One message of each kind looks for its place at a time, the first one first.
    people: tokio::sync::Mutex<()>,
    bulk: tokio::sync::Mutex<()>,
    /// Answers that wait for their place.
    waiting: AtomicUsize,
    nobody_waits: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    all: usize,
    chat: usize,
}

impl Limits {
    /// How many messages may lie in the window before one of this kind.
    fn all(self, priority: Priority) -> usize {
        match priority {
            Priority::Person | Priority::Tap => self.all,
            Priority::Bulk => self.all.saturating_sub(self.all / 10).max(1),
        }
    }

    /// How many messages may lie in the window of the chat before one of this kind; 0 where none counts.
    fn chat(self, priority: Priority) -> usize {
        match priority {
            Priority::Person | Priority::Bulk => self.chat,
            Priority::Tap => 0,
        }
    }

    /// The pause between two messages of this kind.
    fn pause(self, priority: Priority) -> Duration {
        match priority {
            Priority::Person | Priority::Tap => Duration::ZERO,
            Priority::Bulk => WINDOW / u32::try_from((self.all * 2 / 3).max(1)).unwrap_or(u32::MAX),
        }
    }
}

/// How long a message has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Wait {
    /// As too many go out over all.
    all: Duration,
    /// As too many go to its chat.
    chat: Duration,
}

/// The times of the last messages.
#[derive(Default)]
struct Memory {
    all: VecDeque<Instant>,
    last_bulk: Option<Instant>,
    chats: HashMap<i64, VecDeque<Instant>>,
    /// Chats that Telegram asked to leave alone until then.
    held: HashMap<i64, Instant>,
}

impl Gate {
    /// A gate for so many messages a second over all and in one chat.
    #[must_use]
    pub(crate) fn new(all: u32, chat: u32, redis: Option<Shared>) -> Self {
        Self {
            limits: Limits { all: all as usize, chat: chat as usize },
            memory: Mutex::default(),
            redis: redis.map(|redis| (redis, Script::new(COUNT))),
            people: tokio::sync::Mutex::default(),
            bulk: tokio::sync::Mutex::default(),
            waiting: AtomicUsize::default(),
            nobody_waits: Notify::default(),
        }
    }

    /// Resolves when a message may go to this chat.
    pub(crate) async fn pass(&self, chat: i64, priority: Priority) {
        // Whoever waits for its chat alone keeps no other from going.
        while let Some(wait) = self.queue(chat, priority).await {
            tokio::time::sleep(wait).await;
        }
    }

    /// Waits for a place among all messages; answers how long the chat has to be left alone, if that is longer.
    async fn queue(&self, chat: i64, priority: Priority) -> Option<Duration> {
        let (_waits, _turn) = match priority {
            Priority::Person | Priority::Tap => (Some(Waits::begin(self)), self.people.lock().await),
            Priority::Bulk => (None, self.bulk.lock().await),
        };
        loop {
            if priority == Priority::Bulk {
                self.calm().await;
            }
            let Wait { all, chat } = self.look(chat, priority).await;
            if chat > all {
                return Some(chat);
            }
            if all.is_zero() {
                return None;
            }
            tokio::time::sleep(all).await;
        }
    }

    /// Until no answer waits.
    async fn calm(&self) {
        loop {
            let told = self.nobody_waits.notified();
            if self.waiting.load(Ordering::SeqCst) == 0 {
                return;
            }
            told.await;
        }
    }

    /// How long to wait; if not at all, the message is counted.
    async fn look(&self, chat: i64, priority: Priority) -> Wait {
        match self.shared(chat, priority).await {
            Some(wait) => Wait { chat: wait.chat.max(self.memory().held(chat, Instant::now())), ..wait },
            None => self.memory().take(chat, priority, self.limits, Instant::now()),
        }
    }

    /// Telegram asks to leave a chat alone.
    pub(crate) fn hold(&self, chat: i64, pause: Duration) {
        let mut memory = self.memory();
        let now = Instant::now();
        memory.held.retain(|_, until| *until > now);
        memory.held.insert(chat, now + pause);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// [`Self::look`], as Redis counts; `None` where it does not answer.
    async fn shared(&self, chat: i64, priority: Priority) -> Option<Wait> {
        let (redis, script) = self.redis.as_ref()?;
        let keys =
            ["rate:all", &format!("rate:chat:{chat}"), "rate:last-bulk", "rate:number"].map(|name| redis.key(name));
        let mut call = script.prepare_invoke();
        for key in keys {
            call.key(key);
        }
        call.arg(WINDOW.as_millis() as u64).arg(self.limits.all(priority)).arg(self.limits.chat(priority));
        call.arg(self.limits.pause(priority).as_millis() as u64);
        let (all, chat) = redis.ask(async |mut redis| call.invoke_async::<(u64, u64)>(&mut redis).await).await?;
        Some(Wait { all: Duration::from_millis(all), chat: Duration::from_millis(chat) })
    }
}

/// An answer that waits for its place.
struct Waits<'g>(&'g Gate);

impl<'g> Waits<'g> {
    fn begin(gate: &'g Gate) -> Self {
        gate.waiting.fetch_add(1, Ordering::SeqCst);
        Self(gate)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        if self.0.waiting.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.nobody_waits.notify_waiters();
        }
    }
}

impl Memory {
    fn held(&self, chat: i64, now: Instant) -> Duration {
        self.held.get(&chat).map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// How long to wait; if not at all, the message is counted.
    fn take(&mut self, chat: i64, priority: Priority, limits: Limits, now: Instant) -> Wait {
        let held = self.held(chat, now);
        if self.chats.len() > CHATS_KEPT {
            self.chats.retain(|_, times| times.back().is_some_and(|last| now - *last < WINDOW));
        }
        let own = self.chats.entry(chat).or_default();
        let paced = |last: Instant| (last + limits.pause(priority)).saturating_duration_since(now);
        let wait = Wait {
            all: wait_for(&mut self.all, limits.all(priority), now)
                .max(self.last_bulk.filter(|_| priority == Priority::Bulk).map_or(Duration::ZERO, paced)),
            chat: match limits.chat(priority) {
                0 => held,
                most => held.max(wait_for(own, most, now)),
            },
        };
        if wait == Wait::default() {
            if limits.chat(priority) > 0 {
                own.push_back(now);
            }
            self.all.push_back(now);
            if priority == Priority::Bulk {
                self.last_bulk = Some(now);
            }
        }
        wait
    }
}

/// How long until fewer than `limit` lie within the window.
fn wait_for(times: &mut VecDeque<Instant>, limit: usize, now: Instant) -> Duration {
    while times.front().is_some_and(|first| now.saturating_duration_since(*first) >= WINDOW) {
        times.pop_front();
    }
    match times.len().checked_sub(limit) {
        Some(over) => times.get(over).map_or(Duration::ZERO, |first| (*first + WINDOW).saturating_duration_since(now)),
        None => Duration::ZERO,
    }
}

/// [`Memory::take`] over all bots. Keys: all, chat, the time of the last in bulk, the messages' numbers; arguments: the window in milliseconds, the
/// limits over all and of the chat, 0 for none, and the pause in bulk, 0 for none.
const COUNT: &str = "
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window = tonumber(ARGV[1])
local pause = tonumber(ARGV[4])
local waits = {0, 0}
for i = 1, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
  local limit = tonumber(ARGV[i + 1])
  local over = redis.call('ZCARD', KEYS[i]) - limit
  if limit > 0 and over >= 0 then
    local first = redis.call('ZRANGE', KEYS[i], over, over, 'WITHSCORES')
    waits[i] = math.max(0, first[2] + window - now + 1)
  end
end
if pause > 0 then
  local last = tonumber(redis.call('GET', KEYS[3]) or '0')
  waits[1] = math.max(waits[1], last + pause - now)
end
if waits[1] == 0 and waits[2] == 0 then
  local name = t[1] .. '.' .. t[2] .. '.' .. redis.call('INCR', KEYS[4])
  for i = 1, 2 do
    if tonumber(ARGV[i + 1]) > 0 then
      redis.call('ZADD', KEYS[i], now, name)
      redis.call('PEXPIRE', KEYS[i], window)
    end
  end
  if pause > 0 then
    redis.call('SET', KEYS[3], now, 'PX', window)
  end
end
return waits
";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const LIMITS: Limits = Limits { all: 30, chat: 1 };

    /// When each message goes, if all wait from the beginning.
    fn times(messages: impl IntoIterator<Item = (i64, Priority)>) -> Vec<Duration> {
        let (mut memory, begin) = (Memory::default(), Instant::now());
        let mut now = begin;
        let mut times = Vec::new();
        for (chat, priority) in messages {
            loop {
                let wait = memory.take(chat, priority, LIMITS, now);
                if wait == Wait::default() {
                    break;
                }
                now += wait.all.max(wait.chat);
            }
            times.push(now - begin);
        }
        times
    }

    fn most_in_a_second(times: &[Duration]) -> usize {
        let second = Duration::from_secs(1);
        times
            .iter()
            .map(|first| times.iter().filter(|at| **at >= *first && **at < *first + second).count())
            .max()
            .unwrap()
    }

    #[test]
    fn no_second_has_more_than_the_limit() {
        assert_eq!(most_in_a_second(&times((0..200).map(|chat| (chat, Priority::Person)))), 30);
        assert_eq!(most_in_a_second(&times((0..200).map(|chat| (chat, Priority::Bulk)))), 19);
        assert_eq!(most_in_a_second(&times((0..5).map(|_| (7, Priority::Person)))), 1);
        assert_eq!(most_in_a_second(&times((0..200).map(|_| (7, Priority::Tap)))), 30);
    }

    #[tokio::test]
    async fn people_go_before_what_is_sent_in_bulk() {
        let gate = Arc::new(Gate::new(30, 1, None));
        for chat in 0..30 {
            gate.pass(chat, Priority::Person).await;
        }
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let messages = [(100, Priority::Bulk), (101, Priority::Bulk), (200, Priority::Person), (201, Priority::Person)];
        for (chat, priority) in messages {
            let (gate, told) = (Arc::clone(&gate), told.clone());
            tokio::spawn(async move {
                gate.pass(chat, priority).await;
                told.send(chat).unwrap();
            });
            tokio::task::yield_now().await;
        }
        drop(told);
        let mut seen = Vec::new();
        while let Some(chat) = order.recv().await {
            seen.push(chat);
        }
        assert_eq!(seen, [200, 201, 100, 101]);
    }

    #[test]
    fn bulk_goes_evenly_and_leaves_room() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        assert_eq!(memory.take(0, Priority::Bulk, LIMITS, now), Wait::default());
        assert_eq!(memory.take(1, Priority::Bulk, LIMITS, now).all, WINDOW / 20);
        for chat in 2..28 {
            assert_eq!(memory.take(chat, Priority::Person, LIMITS, now), Wait::default());
        }
        assert_eq!(memory.take(100, Priority::Bulk, LIMITS, now).all, WINDOW, "the last ones are for people");
        assert_eq!(memory.take(100, Priority::Person, LIMITS, now), Wait::default());
    }

    #[test]
    fn a_chat_is_left_alone_as_long_as_telegram_asks() {
        let gate = Gate::new(30, 1, None);
        gate.hold(7, Duration::from_secs(60));
        let wait = gate.memory().take(7, Priority::Person, LIMITS, Instant::now());
        assert!(wait.chat > Duration::from_secs(59), "{wait:?}");
        assert_eq!(gate.memory().take(8, Priority::Person, LIMITS, Instant::now()), Wait::default());
    }
}
