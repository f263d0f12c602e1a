//! A word at the bottom of the screen.

use chrono::{DateTime, TimeDelta, Utc};

use super::Model;

/// How long it stays.
const STAYS: TimeDelta = TimeDelta::seconds(6);

/// A word at the bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    /// What stands behind it where there is room; the last one goes first.
    pub(crate) more: Vec<String>,
    /// Something went wrong.
    pub(crate) bad: bool,
    until: DateTime<Utc>,
}

impl Model {
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.say_more(text, Vec::new());
    }

    /// With what can be left out where room is short.
    pub(crate) fn say_more(&mut self, text: impl Into<String>, more: Vec<String>) {
        self.notice = Some(Notice { text: text.into(), more, bad: false, until: self.now + STAYS });
    }

    pub(crate) fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), more: Vec::new(), bad: true, until: self.now + STAYS });
    }

    /// Drops what has been said long enough.
    pub(crate) fn hush(&mut self) {
        if self.notice_until().is_some_and(|until| until <= self.now) {
            self.notice = None;
        }
    }

    pub(super) fn notice_until(&self) -> Option<DateTime<Utc>> {
        self.notice.as_ref().map(|notice| notice.until)
    }
}
