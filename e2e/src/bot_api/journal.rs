//! What the bot has called, and how fast it answers people.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde_json::Value;

/// One call of the bot.
#[derive(Debug, Clone)]
pub struct Call {
    /// When it came in.
    pub at: Instant,
    /// As the bot wrote it.
    pub method: String,
    /// The chat that it is about.
    pub chat: Option<i64>,
    /// The parameters, without the bytes of files.
    pub body: Value,
    /// The status of the answer; 0 where there was none.
    pub status: u16,
    /// Why it was refused.
    pub error: Option<String>,
}

impl Call {
    /// Whether a message was sent by it.
    #[must_use]
    pub fn sent_message(&self) -> bool {
        self.status == 200 && is_sending(&self.method.to_lowercase())
    }
}

/// Whether a method makes a message.
pub(crate) fn is_sending(method: &str) -> bool {
    method.starts_with("send") && method != "sendchataction"
}

/// How long an update was with the bot.
#[derive(Debug, Clone)]
pub struct Handling {
    /// The update.
    pub update: i64,
    /// The chat that it is about.
    pub chat: i64,
    /// When it happened.
    pub happened: Instant,
    /// When the bot got it first.
    pub handed: Option<Instant>,
    /// When the bot wrote to the chat or edited something there for the first time after it.
    pub answered: Option<Instant>,
}

impl Handling {
    /// How long the person waited, from the bot's getting it on.
    #[must_use]
    pub fn time_to_answer(&self) -> Option<Duration> {
        Some(self.answered?.saturating_duration_since(self.handed?))
    }
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) calls: Vec<Call>,
    pub(crate) handlings: Vec<Handling>,
    by_update: HashMap<i64, usize>,
    /// Handed to the bot and not answered, by chat.
    open: HashMap<i64, Vec<usize>>,
}

impl Journal {
    pub(crate) fn happened(&mut self, update: i64, chat: i64, at: Instant) {
        self.by_update.insert(update, self.handlings.len());
        self.handlings.push(Handling { update, chat, happened: at, handed: None, answered: None });
    }

    pub(crate) fn handed(&mut self, update: i64, at: Instant) {
        let Some(index) = self.by_update.get(&update).copied() else { return };
        let handling = &mut self.handlings[index];
        if handling.handed.is_none() {
            handling.handed = Some(at);
            self.open.entry(handling.chat).or_default().push(index);
        }
    }

    pub(crate) fn answered(&mut self, chat: i64, at: Instant) {
        for index in self.open.remove(&chat).unwrap_or_default() {
            self.handlings[index].answered = Some(at);
        }
    }
}

/// The greatest number of instants within any one window of this length.
#[must_use]
pub fn peak(instants: impl IntoIterator<Item = Instant>, window: Duration) -> usize {
    let mut instants: Vec<Instant> = instants.into_iter().collect();
    instants.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for (index, instant) in instants.iter().enumerate() {
        while instant.duration_since(instants[first]) >= window {
            first += 1;
        }
        most = most.max(index - first + 1);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_that_of_any_window_not_of_whole_seconds() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let times = [0, 900, 950, 1000, 1800, 1899, 5000].map(at);
        assert_eq!(peak(times, Duration::from_secs(1)), 5);
        assert_eq!(peak([], Duration::from_secs(1)), 0);
    }
}
