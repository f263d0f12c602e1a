//! How fast a bot may send: <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::refusal::Refusal;

/// Limits as Telegram states them, with the small bursts that it lets pass. Only new messages count: for edits Telegram
/// states none.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Messages in a second over all chats.
    pub all: u32,
    /// Messages that one chat may get at once; then one a second.
    pub chat_burst: u32,
    /// Messages that a group may get in a minute.
    pub group_minute: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self { all: 30, chat_burst: 3, group_minute: 20 }
    }
}

/// Who has sent how much lately.
#[derive(Debug)]
pub(crate) struct Limits {
    rates: Option<Rates>,
    all: Bucket,
    chats: HashMap<i64, Bucket>,
    groups: HashMap<i64, Bucket>,
}

impl Limits {
    pub(crate) fn new(rates: Option<Rates>) -> Self {
        Self { rates, all: Bucket::default(), chats: HashMap::new(), groups: HashMap::new() }
    }

    pub(crate) fn set(&mut self, rates: Option<Rates>) {
        *self = Self::new(rates);
    }

    /// Counts a message, or refuses it.
    pub(crate) fn take(&mut self, chat: i64, is_group: bool, now: Instant) -> Result<(), Refusal> {
        let Some(rates) = self.rates else { return Ok(()) };
        let second = Duration::from_secs(1);
        let minute = Duration::from_secs(60);
        let mut asked = vec![
            (&mut self.all, second / rates.all.max(1), rates.all),
            (self.chats.entry(chat).or_default(), second, rates.chat_burst),
        ];
        if is_group {
            let group = self.groups.entry(chat).or_default();
            asked.push((group, minute / rates.group_minute.max(1), rates.group_minute));
        }
        // What is refused for one reason must not count for another.
        let wait = asked.iter().map(|(bucket, interval, burst)| bucket.wait(*interval, *burst, now)).max();
        match wait.filter(|wait| !wait.is_zero()) {
            Some(wait) => Err(Refusal::too_many(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))),
            None => {
                asked.into_iter().for_each(|(bucket, interval, _)| bucket.add(interval, now));
                Ok(())
            }
        }
    }
}

/// The generic cell rate algorithm: one instant says all.
#[derive(Debug, Default)]
struct Bucket {
    /// When it will be empty.
    empty_at: Option<Instant>,
}

impl Bucket {
    fn wait(&self, interval: Duration, burst: u32, now: Instant) -> Duration {
        let full = self.empty_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        (full + interval).saturating_sub(interval * burst.max(1))
    }

    fn add(&mut self, interval: Duration, now: Instant) {
        self.empty_at = Some(self.empty_at.map_or(now, |at| at.max(now)) + interval);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_may_get_a_few_at_once_and_then_one_a_second() {
        let mut limits = Limits::new(Some(Rates::default()));
        let start = Instant::now();
        for _ in 0..3 {
            limits.take(1, false, start).unwrap();
        }
        assert_eq!(limits.take(1, false, start).unwrap_err().retry_after, Some(1));
        limits.take(2, false, start).unwrap();
        limits.take(1, false, start + Duration::from_secs(1)).unwrap();
        limits.take(1, false, start + Duration::from_secs(1)).unwrap_err();
    }

    #[test]
    fn all_chats_together_get_thirty_a_second() {
        let mut limits = Limits::new(Some(Rates::default()));
        let start = Instant::now();
        let sent = (0..100).filter(|chat| limits.take(*chat, false, start).is_ok()).count();
        assert_eq!(sent, 30);
        let later = start + Duration::from_millis(500);
        let sent = (100..200).filter(|chat| limits.take(*chat, false, later).is_ok()).count();
        assert_eq!(sent, 15);
    }

    #[test]
    fn a_group_gets_twenty_a_minute() {
        let mut limits = Limits::new(Some(Rates::default()));
        let start = Instant::now();
        let allowed = |second| limits.take(-1, true, start + Duration::from_secs(second)).is_ok();
        assert_eq!((0..60).map(allowed).filter(|allowed| *allowed).count(), 39, "a burst of 20 and one each 3 s");
    }
}
