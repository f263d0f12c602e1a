//! Telegram's limits: [so many messages a second](https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)
//! over all, and in one chat. Answers to people go before what is sent in bulk: that never takes more than two thirds.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use redis::{Script, aio::ConnectionManager};

/// The window that messages are counted in: a second, and what a message may be under way longer than the one before it.
const WINDOW: Duration = Duration::from_millis(1100);
/// After so many chats, those that were silent for a window are forgotten.
const CHATS_KEPT: usize = 10_000;

/// For whom a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Somebody waits for the answer.
    Person,
    /// Nobody asked for it just now.
    Bulk,
}

/// Lets messages through as fast as Telegram takes them.
pub(crate) struct Gate {
    limits: Limits,
    memory: Mutex<Memory>,
    /// Counts the messages of all bots that share it.
    redis: Option<(ConnectionManager, Script)>,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    all: usize,
    bulk: usize,
    chat: usize,
}

/// The times of the last messages.
#[derive(Default)]
struct Memory {
    all: VecDeque<Instant>,
    bulk: VecDeque<Instant>,
    chats: HashMap<i64, VecDeque<Instant>>,
    /// Chats that Telegram asked to leave alone until then.
    held: HashMap<i64, Instant>,
}

impl Gate {
    /// A gate for so many messages a second over all and in one chat.
    #[must_use]
    pub(crate) fn new(all: u32, chat: u32, redis: Option<ConnectionManager>) -> Self {
        let limits = Limits { all: all as usize, bulk: (all as usize * 2 / 3).max(1), chat: chat as usize };
        Self { limits, memory: Mutex::default(), redis: redis.map(|redis| (redis, Script::new(COUNT))) }
    }

    /// Resolves when a message may go to this chat.
    pub(crate) async fn pass(&self, chat: i64, priority: Priority) {
        loop {
            let wait = match self.shared(chat, priority).await {
                Some(wait) => wait.max(self.memory().held(chat, Instant::now())),
                None => self.memory().take(chat, priority, self.limits, Instant::now()),
            };
            if wait.is_zero() {
                return;
            }
            tokio::time::sleep(wait).await;
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

    /// How long to wait, as Redis counts; `None` where it does not answer.
    async fn shared(&self, chat: i64, priority: Priority) -> Option<Duration> {
        let (redis, script) = self.redis.as_ref()?;
        let mut call = script.key("todo-bot:rate:all");
        call.key(format!("todo-bot:rate:chat:{chat}")).key("todo-bot:rate:bulk");
        let bulk = if priority == Priority::Bulk { self.limits.bulk } else { 0 };
        call.arg(WINDOW.as_millis() as u64).arg(self.limits.all).arg(self.limits.chat).arg(bulk);
        match call.invoke_async::<u64>(&mut redis.clone()).await {
            Ok(wait) => Some(Duration::from_millis(wait)),
            Err(error) => {
                tracing::debug!(%error, "Redis does not count messages; this process counts its own");
                None
            }
        }
    }
}

impl Memory {
    fn held(&self, chat: i64, now: Instant) -> Duration {
        self.held.get(&chat).map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// How long to wait; if not at all, the message is counted.
    fn take(&mut self, chat: i64, priority: Priority, limits: Limits, now: Instant) -> Duration {
        let held = self.held(chat, now);
        if self.chats.len() > CHATS_KEPT {
            self.chats.retain(|_, times| times.back().is_some_and(|last| now - *last < WINDOW));
        }
        let own = self.chats.entry(chat).or_default();
        let mut wait = held.max(wait_for(&mut self.all, limits.all, now)).max(wait_for(own, limits.chat, now));
        if priority == Priority::Bulk {
            wait = wait.max(wait_for(&mut self.bulk, limits.bulk, now));
        }
        if wait.is_zero() {
            own.push_back(now);
            self.all.push_back(now);
            if priority == Priority::Bulk {
                self.bulk.push_back(now);
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

/// [`Memory::take`] over all bots. Keys: all, chat, bulk; arguments: the window in milliseconds, and their limits, 0 for
/// none.
const COUNT: &str = "
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window = tonumber(ARGV[1])
local wait = 0
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[i + 1])
  if limit > 0 then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
    local over = redis.call('ZCARD', key) - limit
    if over >= 0 then
      local first = redis.call('ZRANGE', key, over, over, 'WITHSCORES')
      wait = math.max(wait, first[2] + window - now + 1)
    end
  end
end
if wait == 0 then
  local name = t[1] .. '.' .. t[2] .. '.' .. redis.call('INCR', 'todo-bot:rate:number')
  for i, key in ipairs(KEYS) do
    if tonumber(ARGV[i + 1]) > 0 then
      redis.call('ZADD', key, now, name)
      redis.call('PEXPIRE', key, window)
    end
  end
end
return wait
";

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { all: 30, bulk: 20, chat: 1 };

    /// When each message goes, if all wait from the beginning.
    fn times(messages: impl IntoIterator<Item = (i64, Priority)>) -> Vec<Duration> {
        let (mut memory, begin) = (Memory::default(), Instant::now());
        let mut now = begin;
        let mut times = Vec::new();
        for (chat, priority) in messages {
            loop {
                let wait = memory.take(chat, priority, LIMITS, now);
                if wait.is_zero() {
                    break;
                }
                now += wait;
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
        assert_eq!(most_in_a_second(&times((0..200).map(|chat| (chat, Priority::Bulk)))), 20);
        assert_eq!(most_in_a_second(&times((0..5).map(|_| (7, Priority::Person)))), 1);
    }

    #[test]
    fn people_go_before_what_is_sent_in_bulk() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        for chat in 0..30 {
            memory.take(chat, Priority::Bulk, LIMITS, now);
        }
        assert_eq!(memory.take(100, Priority::Bulk, LIMITS, now), WINDOW);
        assert_eq!(memory.take(101, Priority::Person, LIMITS, now), Duration::ZERO);
    }

    #[test]
    fn a_chat_is_left_alone_as_long_as_telegram_asks() {
        let gate = Gate::new(30, 1, None);
        gate.hold(7, Duration::from_secs(60));
        let wait = gate.memory().take(7, Priority::Person, LIMITS, Instant::now());
        assert!(wait > Duration::from_secs(59), "{wait:?}");
        assert!(gate.memory().take(8, Priority::Person, LIMITS, Instant::now()).is_zero());
    }
}
