//! What goes wrong on demand.

use std::time::Duration;

/// What happens to a call instead of, or beside, being carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with so many seconds in `retry_after`.
    TooMany(u64),
    /// 5xx: a JSON answer for 500, a page of a proxy for others, as Telegram's.
    Status(u16),
    /// No answer until [`super::BotApi::release`] or the client goes away; not carried out.
    Hang,
    /// The connection is cut; not carried out.
    Cut,
    /// Carried out, but the connection is cut before the answer.
    LoseAnswer,
    /// Carried out after a while.
    Slow(Duration),
    /// 403 although nobody has blocked the bot.
    Blocked,
}

/// Which calls, and how many of them.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    method: Option<String>,
    chat: Option<i64>,
    skip: usize,
    count: Option<usize>,
}

impl Calls {
    /// All calls from now on but `getUpdates`, which has to be named.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The next calls but `getUpdates`, which has to be named.
    #[must_use]
    pub fn next(count: usize) -> Self {
        Self { count: Some(count), ..Self::default() }
    }

    /// Only of this method.
    #[must_use]
    pub fn of(mut self, method: &str) -> Self {
        self.method = Some(method.to_lowercase());
        self
    }

    /// Only in this chat.
    #[must_use]
    pub fn in_chat(mut self, chat: i64) -> Self {
        self.chat = Some(chat);
        self
    }

    /// Not the first so many.
    #[must_use]
    pub fn after(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }

    fn names(&self, method: &str, chat: Option<i64>) -> bool {
        let method_fits = match &self.method {
            Some(wanted) => wanted == method,
            None => method != "getupdates",
        };
        method_fits && self.chat.is_none_or(|wanted| chat == Some(wanted))
    }

    fn is_over(&self) -> bool {
        self.count == Some(0)
    }
}

/// What is still to go wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: Vec<(Calls, Fault)>,
    /// Every call is late by so much.
    pub(crate) delay: Duration,
}

impl Faults {
    pub(crate) fn add(&mut self, calls: Calls, fault: Fault) {
        self.plan.push((calls, fault));
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What goes wrong with this call; the first plan that names it counts.
    pub(crate) fn strike(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let (calls, fault) = self.plan.iter_mut().find(|(calls, _)| calls.names(method, chat))?;
        if calls.skip > 0 {
            calls.skip -= 1;
            return None;
        }
        let fault = *fault;
        if let Some(left) = &mut calls.count {
            *left = left.saturating_sub(1);
        }
        self.plan.retain(|(calls, _)| !calls.is_over());
        Some(fault)
    }
}

/// Whether the server can be reached at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Up,
    /// Nothing listens.
    Refused,
    /// A proxy answers for it.
    BadGateway,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_the_calls_they_name_as_often_as_asked() {
        let mut faults = Faults::default();
        faults.add(Calls::next(1).of("sendMessage").in_chat(5).after(1), Fault::Hang);
        faults.add(Calls::next(2), Fault::Cut);
        assert_eq!(faults.strike("getupdates", None), None);
        assert_eq!(faults.strike("sendmessage", Some(5)), None, "the first one is spared");
        assert_eq!(faults.strike("sendmessage", Some(6)), Some(Fault::Cut));
        assert_eq!(faults.strike("sendmessage", Some(5)), Some(Fault::Hang));
        assert_eq!(faults.strike("sendmessage", Some(5)), Some(Fault::Cut));
        assert_eq!(faults.strike("sendmessage", Some(5)), None);
    }
}
