//! Asking Telegram for updates ([getUpdates](https://core.telegram.org/bots/api#getupdates)).
//!
//! Telegram forgets what comes before the `offset` that is asked for. So the offset stays at the oldest update that is not
//! done yet: a bot that dies has it again. An update that takes long counts as done, for it would keep others back.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use teloxide::{ApiError, Bot, RequestError, payloads::GetUpdatesSetters, requests::Requester, types::Update};
use tokio::time::sleep;

use super::{Queue, wanted};
use crate::error::StartError;

/// How long Telegram waits for the next update, in seconds.
pub(crate) const WAIT: u32 = 25;
/// Updates in one answer; Telegram's own bound.
const BATCH: u8 = 100;
/// An update that is older than this keeps no other back.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long to let run what runs before asking again, where there is nothing new.
const BREATH: Duration = Duration::from_millis(100);
/// The longest pause while Telegram is out of reach.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Hands updates to the queue for as long as it is polled.
///
/// # Errors
///
/// Telegram does not know the token.
pub(crate) async fn run(bot: &Bot, queue: &Queue) -> Result<(), StartError> {
    let mut window = Window::default();
    let mut running: FuturesUnordered<BoxFuture<'static, u32>> = FuturesUnordered::new();
    let mut failures = 0;
    loop {
        while let Some(Some(id)) = running.next().now_or_never() {
            window.end(id);
        }
        let updates = match ask(bot, &window).await {
            Ok(updates) => updates,
            Err(error) => {
                failures += 1;
                sleep(pause_after(error, failures)?).await;
                continue;
            }
        };
        failures = 0;
        let before = window.next;
        for update in updates {
            let id = update.id.0;
            if window.begin(id, Instant::now()) {
                let done = queue.accept(update);
                running.push(done.map(move |_| id).boxed());
            }
        }
        if window.next == before && !running.is_empty() {
            tokio::select! {
                Some(id) = running.next() => window.end(id),
                () = sleep(BREATH) => {}
            }
        }
    }
}

async fn ask(bot: &Bot, window: &Window) -> Result<Vec<Update>, RequestError> {
    // What is not done yet comes again, so Telegram would not wait.
    let wait = if window.running.is_empty() { WAIT } else { 0 };
    bot.get_updates().offset(window.offset(Instant::now())).limit(BATCH).timeout(wait).allowed_updates(wanted()).await
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
    running: BTreeMap<u32, Instant>,
}

impl Window {
    /// Whether this one is new.
    fn begin(&mut self, id: u32, now: Instant) -> bool {
        let is_new = id >= self.next;
        if is_new {
            self.next = id.saturating_add(1);
            self.running.insert(id, now);
        }
        is_new
    }

    fn end(&mut self, id: u32) {
        self.running.remove(&id);
    }

    /// What to ask Telegram for: what comes before it is forgotten there.
    fn offset(&self, now: Instant) -> i32 {
        let young = self.running.iter().find(|(_, since)| now.saturating_duration_since(**since) < PATIENCE);
        let offset = young.map_or(self.next, |(id, _)| *id);
        i32::try_from(offset).unwrap_or(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_keeps_what_is_not_done() {
        let (mut window, now) = (Window::default(), Instant::now());
        assert_eq!(window.offset(now), 0);
        for id in [10, 11, 12] {
            assert!(window.begin(id, now));
        }
        assert!(!window.begin(11, now), "it comes again");
        window.end(11);
        assert_eq!(window.offset(now), 10);
        window.end(10);
        assert_eq!(window.offset(now), 12);
        window.end(12);
        assert_eq!(window.offset(now), 13);
    }

    #[test]
    fn what_takes_long_keeps_nothing_back() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.begin(10, now);
        window.begin(11, now + PATIENCE);
        assert_eq!(window.offset(now + PATIENCE), 11);
        assert_eq!(window.offset(now + PATIENCE * 2), 12);
        assert!(!window.begin(10, now + PATIENCE));
    }
}
